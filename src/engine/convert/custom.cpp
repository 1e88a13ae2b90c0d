// What a user converts by Convert<T>.
#include "nodehost/convert/custom.hpp"

#include <string>

#include "engine/convert/conversion.hpp"
#include "engine/convert/decoder.hpp"
#include "engine/convert/encoder.hpp"
#include "engine/entry.hpp"
#include "nodehost/js.hpp"

namespace nodehost::detail {

namespace {

v8::Local<v8::Value> CustomToJs(Encoder& encoder, const TypeInfo& type, const void* value) {
  Js js(encoder.realm().thread());
  return Entry::LocalOf(encoder.realm(), OpsOf<CustomOps>(type).to_js(js, value));
}

bool CustomFromJs(Decoder& decoder, v8::Local<v8::Value> value, const TypeInfo& type,
                  void* result) {
  Js js(decoder.realm().thread());
  const Ref ref = decoder.realm().references().Make(decoder.isolate(), value);
  return OpsOf<CustomOps>(type).from_js(js, ref, result) || decoder.Refuse(value, type);
}

Fit CustomFit(Decoder&, v8::Local<v8::Value>, const TypeInfo&) { return Fit::kNatural; }

std::string CustomName(const TypeInfo& type) {
  return std::string(OpsOf<CustomOps>(type).typescript);
}

}  // namespace

namespace conversions {

constinit const Conversion kCustom{.to_js = &CustomToJs,
                                   .from_js = &CustomFromJs,
                                   .fit = &CustomFit,
                                   .typescript_of = &CustomName};

}  // namespace conversions

}  // namespace nodehost::detail
