// Decoding of single values: integers, enums, strings, time, errors, and what a user converts.
#include <cmath>
#include <cstring>
#include <limits>
#include <system_error>

#include "decoder.hpp"
#include "errors.hpp"
#include "nodehost/detail/engine.hpp"
#include "nodehost/errors.hpp"
#include "nodehost/js.hpp"
#include "strings.hpp"

namespace nodehost::detail {

namespace {

constexpr double kMaxSafe = 9007199254740991;  // 2^53 - 1, Number.MAX_SAFE_INTEGER

// 64-bit integers have several types of the same size.
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

struct Range {
  double low;
  double high;
};

// Of an enum without names.
Range RangeOf(Kind kind) {
  switch (kind) {
    case Kind::kInt8:
      return {-128, 127};
    case Kind::kUint8:
      return {0, 255};
    case Kind::kInt16:
      return {-32768, 32767};
    case Kind::kUint16:
      return {0, 65535};
    case Kind::kInt32:
      return {-2147483648.0, 2147483647};
    case Kind::kUint32:
      return {0, 4294967295};
    case Kind::kUint64Number:
      return {0, kMaxSafe};
    default:
      return {-kMaxSafe, kMaxSafe};
  }
}

}  // namespace

bool Decoder::DecodeNumber(v8::Local<v8::Value> value, const TypeInfo& type, void* result) {
  switch (type.kind) {
    case Kind::kInt8:
      return DecodeInteger<std::int8_t>(value, type, result);
    case Kind::kInt16:
      return DecodeInteger<std::int16_t>(value, type, result);
    case Kind::kInt32:
      return DecodeInteger<std::int32_t>(value, type, result);
    case Kind::kUint8:
      return DecodeInteger<std::uint8_t>(value, type, result);
    case Kind::kUint16:
      return DecodeInteger<std::uint16_t>(value, type, result);
    case Kind::kUint32:
      return DecodeInteger<std::uint32_t>(value, type, result);
    case Kind::kInt64:
      return DecodeBigInt<std::int64_t>(value, type, result);
    case Kind::kUint64:
      return DecodeBigInt<std::uint64_t>(value, type, result);
    case Kind::kInt64Number:
      return DecodeAsNumber<std::int64_t>(value, type, result);
    default:
      return DecodeAsNumber<std::uint64_t>(value, type, result);
  }
}

template <class Integer>
bool Decoder::DecodeInteger(v8::Local<v8::Value> value, const TypeInfo& type, void* result) {
  constexpr double kLow = static_cast<double>(std::numeric_limits<Integer>::min());
  constexpr double kHigh = static_cast<double>(std::numeric_limits<Integer>::max());
  if (!value->IsNumber()) return Refuse(value, type);
  const double number = value.As<v8::Number>()->Value();
  if (!IsIntegerWithin(number, kLow, kHigh)) return RefuseAs(value, RangeText(kLow, kHigh), true);
  Write(result, static_cast<Integer>(number));
  return true;
}

template <class Integer>
bool Decoder::DecodeBigInt(v8::Local<v8::Value> value, const TypeInfo& type, void* result) {
  constexpr bool kSigned = std::numeric_limits<Integer>::is_signed;
  if (value->IsBigInt()) {
    const v8::Local<v8::BigInt> number = value.As<v8::BigInt>();
    bool lossless = false;
    if constexpr (kSigned) {
      Write(result, number->Int64Value(&lossless));
    } else {
      Write(result, number->Uint64Value(&lossless));
    }
    if (lossless) return true;
    return RefuseAs(value,
                    "a bigint from " + std::to_string(std::numeric_limits<Integer>::min()) +
                        " to " + std::to_string(std::numeric_limits<Integer>::max()),
                    true);
  }
  if (!value->IsNumber()) return Refuse(value, type);
  const double number = value.As<v8::Number>()->Value();
  constexpr double kLow = kSigned ? -kMaxSafe : 0;
  if (!IsIntegerWithin(number, kLow, kMaxSafe)) {
    return RefuseAs(value, "a bigint, or " + RangeText(kLow, kMaxSafe), true);
  }
  Write(result, static_cast<Integer>(number));
  return true;
}

template <class Integer>
bool Decoder::DecodeAsNumber(v8::Local<v8::Value> value, const TypeInfo& type, void* result) {
  if (!value->IsNumber()) return Refuse(value, type);
  const Range range = RangeOf(type.kind);
  const double number = value.As<v8::Number>()->Value();
  if (!IsIntegerWithin(number, range.low, range.high)) {
    return RefuseAs(value, RangeText(range.low, range.high), true);
  }
  Write(result, static_cast<Integer>(number));
  return true;
}

bool Decoder::DecodeEnum(v8::Local<v8::Value> value, const TypeInfo& type, void* result) {
  const auto& ops = *static_cast<const EnumOps*>(type.ops);
  if (ops.values.empty()) {
    if (!value->IsNumber()) return Refuse(value, type);
    const Range range = RangeOf(type.element->kind);
    const double number = value.As<v8::Number>()->Value();
    if (!IsIntegerWithin(number, range.low, range.high)) {
      return RefuseAs(value, RangeText(range.low, range.high), true);
    }
    ops.set(result, static_cast<std::int64_t>(number));
    return true;
  }
  if (!value->IsString()) return Refuse(value, type);
  std::string name;
  FromV8String(isolate_, value.As<v8::String>(), name);
  for (const EnumValue& known : ops.values) {
    if (known.name != name) continue;
    ops.set(result, known.value);
    return true;
  }
  return Refuse(value, type);
}

bool Decoder::DecodeString(v8::Local<v8::Value> value, const TypeInfo& type, void* result) {
  if (!value->IsString()) return Refuse(value, type);
  FromV8String(isolate_, value.As<v8::String>(), *static_cast<std::string*>(result));
  return true;
}

bool Decoder::DecodeOtherString(v8::Local<v8::Value> value, const TypeInfo& type, void* result) {
  if (!value->IsString()) return Refuse(value, type);
  if (type.kind == Kind::kString16) {
    FromV8String(isolate_, value.As<v8::String>(), *static_cast<std::u16string*>(result));
    return true;
  }
  std::string text;
  FromV8String(isolate_, value.As<v8::String>(), text);
  if (type.kind == Kind::kChar) {
    if (value.As<v8::String>()->Length() != 1) {
      return RefuseAs(value, "a string of one character", false);
    }
    if (text.size() != 1) return RefuseAs(value, "an ASCII character", true);
    *static_cast<char*>(result) = text[0];
    return true;
  }
  if (text.find('\0') != std::string::npos) {
    return RefuseAs(value, "a path without NUL characters", true);
  }
  static_cast<const PathOps*>(type.ops)->set(result, text);
  return true;
}

bool Decoder::DecodeTime(v8::Local<v8::Value> value, const TypeInfo& type, void* result) {
  const bool date = type.kind == Kind::kDate;
  if (date ? !value->IsDate() : !value->IsNumber()) return Refuse(value, type);
  const double time = date ? value.As<v8::Date>()->ValueOf() : value.As<v8::Number>()->Value();
  if (std::isnan(time)) return RefuseAs(value, date ? "a valid Date" : "milliseconds", true);
  if (static_cast<const TimeOps*>(type.ops)->set(result, time)) return true;
  return RefuseAs(value,
                  date ? "a Date within the years that the C++ clock counts"
                       : "milliseconds that the C++ duration can hold",
                  true);
}

bool Decoder::DecodeError(v8::Local<v8::Value> value, const TypeInfo& type, void* result) {
  if (type.kind == Kind::kErrorCode) {
    if (value->IsNullOrUndefined()) {
      *static_cast<std::error_code*>(result) = std::error_code();
      return true;
    }
    const int code = value->IsObject() ? ErrnoOf(realm_, value) : 0;
    if (code == 0) return RefuseAs(value, "Error of the operating system (with errno)", false);
    *static_cast<std::error_code*>(result) = std::error_code(code, std::system_category());
    return true;
  }
  if (type.kind == Kind::kException && value->IsNullOrUndefined()) {
    *static_cast<std::exception_ptr*>(result) = nullptr;
    return true;
  }
  if (!value->IsObject()) return Refuse(value, type);
  if (type.kind == Kind::kException) {
    // One that was C++'s is the same again.
    if (std::exception_ptr own = realm_.natives().ExceptionOf(realm_, value)) {
      *static_cast<std::exception_ptr*>(result) = std::move(own);
      return true;
    }
  }
  JsError error = DescribeError(realm_, value);
  if (!error.is_error()) return Refuse(value, type);
  if (type.kind == Kind::kException) {
    *static_cast<std::exception_ptr*>(result) = std::make_exception_ptr(std::move(error));
  } else {
    *static_cast<JsError*>(result) = std::move(error);
  }
  return true;
}

bool Decoder::DecodeCustom(v8::Local<v8::Value> value, const TypeInfo& type, void* result) {
  Js js(realm_.thread());
  const auto& ops = *static_cast<const CustomOps*>(type.ops);
  return ops.from_js(js, realm_.references().Make(isolate_, value), result) || Refuse(value, type);
}

}  // namespace nodehost::detail
