#include "encode_decode.hpp"

#include <fmt/format.h>

#include <atomic>
#include <cctype>

#include "convert/decoder.hpp"
#include "convert/encoder.hpp"
#include "nodehost/convert/structs.hpp"
#include "nodehost/detail/engine.hpp"
#include "nodehost/errors.hpp"
#include "path.hpp"
#include "realm.hpp"

namespace nodehost::detail {

namespace {

// What an error calls the value as a whole: the name of its struct, `value` for all others.
std::string RootName(const TypeInfo& type) {
  const bool named = type.Is(conversions::kStruct) || type.Is(conversions::kInterface);
  std::string name = named ? std::string(OpsOf<StructOps>(type).info().name) : "value";
  name[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(name[0])));
  return name;
}

}  // namespace

v8::Local<v8::Value> Encode(Realm& realm, const TypeInfo& type, const void* value,
                            std::string_view name) {
  try {
    Encoder encoder(realm);
    const Encoder::Named named(encoder, name);
    return encoder.Encode(type, value);
  } catch (const EncodeMisfit& misfit) {
    throw JsError(JsErrorData{
        .name = "RangeError",
        .message = fmt::format("{}{}: {}", RootName(type), Shortened(misfit.path), misfit.text)});
  }
}

void Decode(Realm& realm, v8::Local<v8::Value> value, const TypeInfo& type, void* result,
            std::string_view root, v8::Local<v8::Value> receiver) {
  Decoder decoder(realm, receiver);
  if (decoder.Decode(value, type, result)) return;
  decoder.Throw(root.empty() ? RootName(type) : root);
}

std::string TypeScriptName(const TypeInfo& type) {
  const Conversion& conversion = *type.conversion;
  return conversion.typescript_of ? conversion.typescript_of(type)
                                  : std::string(conversion.typescript);
}

std::uint32_t NextStructId() noexcept {
  static std::atomic<std::uint32_t> next = 0;
  return next.fetch_add(1, std::memory_order_relaxed);
}

}  // namespace nodehost::detail
