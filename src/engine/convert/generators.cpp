// Generators: iterators in JavaScript.
#include "nodehost/convert/generators.hpp"

#include <fmt/format.h>

#include <string>

#include "engine/callbacks.hpp"
#include "engine/convert/conversion.hpp"
#include "engine/convert/decoder.hpp"
#include "engine/convert/encoder.hpp"
#include "engine/js_streams.hpp"
#include "nodehost/detail/engine.hpp"

namespace nodehost::detail {

namespace {

v8::Local<v8::Value> GeneratorToJs(Encoder& encoder, const TypeInfo& type, const void* value) {
  const auto& ops = OpsOf<GeneratorOps>(type);
  v8::Local<v8::Value> iterator;
  auto visit = [&](const void* steps, const void*) {
    iterator = IteratorOf(encoder.realm(), encoder.Encode(*ops.steps, steps));
  };
  ops.visit(value, VisitorOf(visit));
  return iterator;
}

v8::Local<v8::Value> AsyncGeneratorToJs(Encoder& encoder, const TypeInfo& type, const void* value) {
  return ReadableOf(encoder.realm(), type, value);
}

Fit NoFit(Decoder&, v8::Local<v8::Value>, const TypeInfo&) { return Fit::kNo; }

std::string GeneratorName(const TypeInfo& type) {
  return fmt::format("IterableIterator<{}>", TypeScriptName(*type.element));
}

std::string AsyncGeneratorName(const TypeInfo& type) {
  return fmt::format("AsyncIterable<{}>", TypeScriptName(*type.element));
}

}  // namespace

namespace conversions {

constinit const Conversion kGenerator{.to_js = &GeneratorToJs,
                                      .from_js = &OwnsNothing,
                                      .fit = &NoFit,
                                      .typescript_of = &GeneratorName};
constinit const Conversion kAsyncGenerator{.to_js = &AsyncGeneratorToJs,
                                           .from_js = &OwnsNothing,
                                           .fit = &NoFit,
                                           .typescript_of = &AsyncGeneratorName};

}  // namespace conversions

}  // namespace nodehost::detail
