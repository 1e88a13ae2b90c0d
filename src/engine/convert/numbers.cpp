// Numbers, bool and enums.
#include "nodehost/convert/numbers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <limits>
#include <string>
#include <type_traits>
#include <vector>

#include "engine/convert/conversion.hpp"
#include "engine/convert/decoder.hpp"
#include "engine/convert/encoder.hpp"
#include "engine/convert/union_name.hpp"
#include "engine/v8_strings.hpp"

namespace nodehost::detail {

namespace {

constexpr double kMaxSafe = 9007199254740991;  // 2^53 - 1, Number.MAX_SAFE_INTEGER

// 64-bit integers have several types of the same size, and an enum may be read as its number.
template <class T>
T Read(const void* value) {
  T read;
  std::memcpy(&read, value, sizeof read);
  return read;
}
template <class T>
void Write(void* result, T value) {
  std::memcpy(result, &value, sizeof value);
}

// Written so that NaN is refused too.
bool IsIntegerWithin(double number, double low, double high) {
  return number >= low && number <= high && number == std::trunc(number);
}

std::string RangeText(double low, double high) {
  char text[80];
  std::snprintf(text, sizeof text, "an integer from %.17g to %.17g", low, high);
  return text;
}

// ---- Blocks ----

template <class To, class From>
void Copy(void* block, const void* numbers, std::size_t count) {
  if constexpr (std::is_same_v<To, From>) {
    std::memcpy(block, numbers, count * sizeof(To));
  } else {
    const auto* const from = static_cast<const From*>(numbers);
    std::transform(from, from + count, static_cast<To*>(block),
                   [](From number) { return static_cast<To>(number); });
  }
}

template <class View>
v8::Local<v8::Value> ViewOn(v8::Local<v8::ArrayBuffer> buffer, std::size_t item_size) {
  return View::New(buffer, 0, buffer->ByteLength() / item_size);
}

// `Number` is what the block of an Array's making holds: int32 or double, or void for none.
template <class T, class View, bool (v8::Value::*is)() const, class Number>
constexpr NumberBlock BlockOf(std::string_view name) {
  NumberBlock block{
      name, [](v8::Local<v8::Value> value) { return ((*value)->*is)(); },
      [](v8::Local<v8::ArrayBuffer> buffer) { return ViewOn<View>(buffer, sizeof(T)); }};
  if constexpr (!std::is_void_v<Number>) {
    block.copy = &Copy<Number, T>;
    block.doubles = std::is_same_v<Number, double>;
  }
  return block;
}

constexpr NumberBlock kInt8Block =
    BlockOf<std::int8_t, v8::Int8Array, &v8::Value::IsInt8Array, std::int32_t>("Int8Array");
constexpr NumberBlock kInt16Block =
    BlockOf<std::int16_t, v8::Int16Array, &v8::Value::IsInt16Array, std::int32_t>("Int16Array");
constexpr NumberBlock kInt32Block =
    BlockOf<std::int32_t, v8::Int32Array, &v8::Value::IsInt32Array, std::int32_t>("Int32Array");
constexpr NumberBlock kUint16Block =
    BlockOf<std::uint16_t, v8::Uint16Array, &v8::Value::IsUint16Array, std::int32_t>("Uint16Array");
constexpr NumberBlock kUint32Block =
    BlockOf<std::uint32_t, v8::Uint32Array, &v8::Value::IsUint32Array, double>("Uint32Array");
constexpr NumberBlock kInt64Block =
    BlockOf<std::int64_t, v8::BigInt64Array, &v8::Value::IsBigInt64Array, void>("BigInt64Array");
constexpr NumberBlock kUint64Block =
    BlockOf<std::uint64_t, v8::BigUint64Array, &v8::Value::IsBigUint64Array, void>(
        "BigUint64Array");
constexpr NumberBlock kFloatBlock =
    BlockOf<float, v8::Float32Array, &v8::Value::IsFloat32Array, double>("Float32Array");
constexpr NumberBlock kDoubleBlock =
    BlockOf<double, v8::Float64Array, &v8::Value::IsFloat64Array, double>("Float64Array");
constexpr NumberBlock kUint8Block{
    "Uint8Array",
    [](v8::Local<v8::Value> value) {
      return value->IsUint8Array() || value->IsUint8ClampedArray();
    },
    [](v8::Local<v8::ArrayBuffer> buffer) { return ViewOn<v8::Uint8Array>(buffer, 1); }};

// ---- bool and floating point ----

v8::Local<v8::Value> BoolToJs(Encoder& encoder, const TypeInfo&, const void* value) {
  return v8::Boolean::New(encoder.isolate(), *static_cast<const bool*>(value));
}

bool BoolFromJs(Decoder& decoder, v8::Local<v8::Value> value, const TypeInfo& type, void* result) {
  if (!value->IsBoolean()) return decoder.Refuse(value, type);
  *static_cast<bool*>(result) = value->IsTrue();
  return true;
}

template <class T>
v8::Local<v8::Value> FloatToJs(Encoder& encoder, const TypeInfo&, const void* value) {
  return v8::Number::New(encoder.isolate(), static_cast<double>(*static_cast<const T*>(value)));
}

// The first finite double that rounds to an infinite T: half a step beyond T's largest.
template <class T>
constexpr double FirstBeyond() {
  if constexpr (std::is_same_v<T, float>) {
    return 0x1.ffffffp127;
  } else {
    return std::numeric_limits<double>::infinity();
  }
}

template <class T>
bool FloatFromJs(Decoder& decoder, v8::Local<v8::Value> value, const TypeInfo& type, void* result) {
  if (!value->IsNumber()) return decoder.Refuse(value, type);
  const double number = value.As<v8::Number>()->Value();
  if (std::isfinite(number) && std::abs(number) >= FirstBeyond<T>()) {
    return decoder.RefuseAs(value, "a number within ±3.4028235e38, the range of a float", true);
  }
  *static_cast<T*>(result) = static_cast<T>(number);
  return true;
}

// A float that holds the number exactly is natural.
Fit FloatFit(Decoder&, v8::Local<v8::Value> value, const TypeInfo&) {
  if (!value->IsNumber()) return Fit::kNo;
  const double number = value.As<v8::Number>()->Value();
  const bool exact =
      std::isnan(number) || static_cast<double>(static_cast<float>(number)) == number;
  return exact ? Fit::kNatural : Fit::kAccepted;
}

// ---- Integers ----

template <class T>
v8::Local<v8::Value> IntegerToJs(Encoder& encoder, const TypeInfo&, const void* value) {
  if constexpr (std::is_same_v<T, std::uint32_t>) {
    return v8::Integer::NewFromUnsigned(encoder.isolate(), *static_cast<const T*>(value));
  } else {
    return v8::Integer::New(encoder.isolate(), *static_cast<const T*>(value));
  }
}

template <class T>
bool IntegerFromJs(Decoder& decoder, v8::Local<v8::Value> value, const TypeInfo& type,
                   void* result) {
  constexpr double kLow = static_cast<double>(std::numeric_limits<T>::min());
  constexpr double kHigh = static_cast<double>(std::numeric_limits<T>::max());
  if (!value->IsNumber()) return decoder.Refuse(value, type);
  const double number = value.As<v8::Number>()->Value();
  if (!IsIntegerWithin(number, kLow, kHigh)) {
    return decoder.RefuseAs(value, RangeText(kLow, kHigh), true);
  }
  Write(result, static_cast<T>(number));
  return true;
}

template <class T>
v8::Local<v8::Value> BigIntToJs(Encoder& encoder, const TypeInfo&, const void* value) {
  if constexpr (std::is_signed_v<T>) {
    return v8::BigInt::New(encoder.isolate(), Read<T>(value));
  } else {
    return v8::BigInt::NewFromUnsigned(encoder.isolate(), Read<T>(value));
  }
}

template <class T>
bool BigIntFromJs(Decoder& decoder, v8::Local<v8::Value> value, const TypeInfo& type,
                  void* result) {
  if (value->IsBigInt()) {
    const v8::Local<v8::BigInt> number = value.As<v8::BigInt>();
    bool lossless = false;
    if constexpr (std::is_signed_v<T>) {
      Write(result, number->Int64Value(&lossless));
    } else {
      Write(result, number->Uint64Value(&lossless));
    }
    if (lossless) return true;
    return decoder.RefuseAs(value,
                            fmt::format("a bigint from {} to {}", std::numeric_limits<T>::min(),
                                        std::numeric_limits<T>::max()),
                            true);
  }
  if (!value->IsNumber()) return decoder.Refuse(value, type);
  const double number = value.As<v8::Number>()->Value();
  constexpr double kLow = std::is_signed_v<T> ? -kMaxSafe : 0;
  if (!IsIntegerWithin(number, kLow, kMaxSafe)) {
    return decoder.RefuseAs(value, fmt::format("a bigint, or {}", RangeText(kLow, kMaxSafe)), true);
  }
  Write(result, static_cast<T>(number));
  return true;
}

Fit BigIntFit(Decoder&, v8::Local<v8::Value> value, const TypeInfo&) {
  return value->IsBigInt() ? Fit::kNatural : AcceptedIf(value->IsNumber());
}

// ---- 64-bit integers as numbers: AsNumber, and enums without names ----

template <class T>
v8::Local<v8::Value> ExactNumber(Encoder& encoder, T number) {
  constexpr auto kMost = static_cast<T>(kMaxSafe);
  if (number > kMost || (std::is_signed_v<T> && number < T{} - kMost)) {
    Encoder::Refuse(fmt::format("{} is beyond what a number holds exactly, {}", number,
                                std::is_signed_v<T> ? "±(2^53 - 1)" : "2^53 - 1"));
  }
  return v8::Number::New(encoder.isolate(), static_cast<double>(number));
}

template <class T>
v8::Local<v8::Value> AsNumberToJs(Encoder& encoder, const TypeInfo&, const void* value) {
  return ExactNumber(encoder, Read<T>(value));
}

template <class T>
bool AsNumberFromJs(Decoder& decoder, v8::Local<v8::Value> value, const TypeInfo& type,
                    void* result) {
  if (!value->IsNumber()) return decoder.Refuse(value, type);
  constexpr double kLow = std::is_signed_v<T> ? -kMaxSafe : 0;
  const double number = value.As<v8::Number>()->Value();
  if (!IsIntegerWithin(number, kLow, kMaxSafe)) {
    return decoder.RefuseAs(value, RangeText(kLow, kMaxSafe), true);
  }
  Write(result, static_cast<T>(number));
  return true;
}

// ---- Enums ----

v8::Local<v8::Value> EnumToJs(Encoder& encoder, const TypeInfo& type, const void* value) {
  const auto& ops = OpsOf<EnumOps>(type);
  const std::int64_t number = ops.get(value);
  if (ops.values.empty()) {
    if (ops.low < 0) return ExactNumber(encoder, number);
    return ExactNumber(encoder, static_cast<std::uint64_t>(number));
  }
  for (const EnumValue& known : ops.values) {
    if (known.value == number) return ToV8Key(encoder.isolate(), known.name);
  }
  Encoder::Refuse(fmt::format("{} {} has no name in EnumNames", ops.name, number));
}

bool EnumFromJs(Decoder& decoder, v8::Local<v8::Value> value, const TypeInfo& type, void* result) {
  const auto& ops = OpsOf<EnumOps>(type);
  if (ops.values.empty()) {
    if (!value->IsNumber()) return decoder.Refuse(value, type);
    const double number = value.As<v8::Number>()->Value();
    if (!IsIntegerWithin(number, ops.low, ops.high)) {
      return decoder.RefuseAs(value, RangeText(ops.low, ops.high), true);
    }
    ops.set(result, static_cast<std::int64_t>(number));
    return true;
  }
  if (!value->IsString()) return decoder.Refuse(value, type);
  std::string name;
  FromV8String(decoder.isolate(), value.As<v8::String>(), name);
  for (const EnumValue& known : ops.values) {
    if (known.name != name) continue;
    ops.set(result, known.value);
    return true;
  }
  return decoder.Refuse(value, type);
}

Fit EnumFit(Decoder&, v8::Local<v8::Value> value, const TypeInfo& type) {
  const bool named = !OpsOf<EnumOps>(type).values.empty();
  return (named ? value->IsString() : value->IsNumber()) ? Fit::kNatural : Fit::kNo;
}

std::string EnumUnion(const TypeInfo& type) {
  std::vector<std::string> names;
  for (const EnumValue& value : OpsOf<EnumOps>(type).values) {
    names.push_back(fmt::format("\"{}\"", value.name));
  }
  return names.empty() ? "number" : UnionName(names);
}

constexpr auto kNumberFit = &NaturalIf<&v8::Value::IsNumber>;

template <class T>
constexpr Conversion IntegerRow(const NumberBlock& block) {
  return {.to_js = &IntegerToJs<T>,
          .from_js = &IntegerFromJs<T>,
          .fit = kNumberFit,
          .typescript = "number",
          .block = &block};
}

template <class T>
constexpr Conversion BigIntRow(const NumberBlock& block) {
  return {.to_js = &BigIntToJs<T>,
          .from_js = &BigIntFromJs<T>,
          .fit = &BigIntFit,
          .typescript = "bigint",
          .block = &block};
}

template <class T>
constexpr Conversion AsNumberRow() {
  return {.to_js = &AsNumberToJs<T>,
          .from_js = &AsNumberFromJs<T>,
          .fit = kNumberFit,
          .typescript = "number"};
}

}  // namespace

namespace conversions {

constinit const Conversion kBool{.to_js = &BoolToJs,
                                 .from_js = &BoolFromJs,
                                 .fit = &NaturalIf<&v8::Value::IsBoolean>,
                                 .typescript = "boolean"};
constinit const Conversion kInt8 = IntegerRow<std::int8_t>(kInt8Block);
constinit const Conversion kInt16 = IntegerRow<std::int16_t>(kInt16Block);
constinit const Conversion kInt32 = IntegerRow<std::int32_t>(kInt32Block);
constinit const Conversion kUint8 = IntegerRow<std::uint8_t>(kUint8Block);
constinit const Conversion kUint16 = IntegerRow<std::uint16_t>(kUint16Block);
constinit const Conversion kUint32 = IntegerRow<std::uint32_t>(kUint32Block);
constinit const Conversion kInt64 = BigIntRow<std::int64_t>(kInt64Block);
constinit const Conversion kUint64 = BigIntRow<std::uint64_t>(kUint64Block);
constinit const Conversion kInt64Number = AsNumberRow<std::int64_t>();
constinit const Conversion kUint64Number = AsNumberRow<std::uint64_t>();
constinit const Conversion kFloat{.to_js = &FloatToJs<float>,
                                  .from_js = &FloatFromJs<float>,
                                  .fit = &FloatFit,
                                  .typescript = "number",
                                  .block = &kFloatBlock};
constinit const Conversion kDouble{.to_js = &FloatToJs<double>,
                                   .from_js = &FloatFromJs<double>,
                                   .fit = kNumberFit,
                                   .typescript = "number",
                                   .block = &kDoubleBlock};
constinit const Conversion kEnum{
    .to_js = &EnumToJs, .from_js = &EnumFromJs, .fit = &EnumFit, .typescript_of = &EnumUnion};

}  // namespace conversions

}  // namespace nodehost::detail
