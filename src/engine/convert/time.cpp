// Points in time and durations.
#include "nodehost/convert/time.hpp"

#include <cmath>
#include <string>

#include "engine/convert/conversion.hpp"
#include "engine/convert/decoder.hpp"
#include "engine/convert/encoder.hpp"

namespace nodehost::detail {

double Rounded(double number) noexcept { return std::nearbyint(number); }

namespace {

constexpr double kMaxDate = 8.64e15;  // ECMAScript, "Time Values and Time Range"

v8::Local<v8::Value> DateToJs(Encoder& encoder, const TypeInfo& type, const void* value) {
  const double time = std::floor(OpsOf<TimeOps>(type).get(value));
  if (!(std::abs(time) <= kMaxDate)) Encoder::Refuse("a point in time beyond what a Date holds");
  v8::MaybeLocal<v8::Value> made = v8::Date::New(encoder.context(), time);
  encoder.Check(made);
  return made.ToLocalChecked();
}

bool DateFromJs(Decoder& decoder, v8::Local<v8::Value> value, const TypeInfo& type, void* result) {
  if (!value->IsDate()) return decoder.Refuse(value, type);
  const double time = value.As<v8::Date>()->ValueOf();
  if (std::isnan(time)) return decoder.RefuseAs(value, "a valid Date", true);
  if (OpsOf<TimeOps>(type).set(result, time)) return true;
  return decoder.RefuseAs(value, "a Date within the years that the C++ clock counts", true);
}

v8::Local<v8::Value> DurationToJs(Encoder& encoder, const TypeInfo& type, const void* value) {
  return v8::Number::New(encoder.isolate(), OpsOf<TimeOps>(type).get(value));
}

bool DurationFromJs(Decoder& decoder, v8::Local<v8::Value> value, const TypeInfo& type,
                    void* result) {
  if (!value->IsNumber()) return decoder.Refuse(value, type);
  const double time = value.As<v8::Number>()->Value();
  if (std::isnan(time)) return decoder.RefuseAs(value, "milliseconds", true);
  if (OpsOf<TimeOps>(type).set(result, time)) return true;
  return decoder.RefuseAs(value, "milliseconds that the C++ duration can hold", true);
}

}  // namespace

namespace conversions {

constinit const Conversion kDate{.to_js = &DateToJs,
                                 .from_js = &DateFromJs,
                                 .fit = &NaturalIf<&v8::Value::IsDate>,
                                 .typescript = "Date"};
constinit const Conversion kDuration{.to_js = &DurationToJs,
                                     .from_js = &DurationFromJs,
                                     .fit = &NaturalIf<&v8::Value::IsNumber>,
                                     .typescript = "number"};

}  // namespace conversions

}  // namespace nodehost::detail
