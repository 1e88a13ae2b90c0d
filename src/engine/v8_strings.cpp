#include "v8_strings.hpp"

#include <fmt/format.h>

#include <array>
#include <cstdint>
#include <memory>
#include <optional>

#include "node_version.hpp"
#include "nodehost/errors.hpp"
#include "utf.hpp"

namespace nodehost::detail {

namespace {

// UTF-16 of up to this many units goes through the stack.
constexpr std::size_t kShort = 512;

// V8's own decoder of UTF-8 takes several times as long as this one. It is left the ill-formed
// texts, which it mends as the Encoding Standard says.
v8::MaybeLocal<v8::String> NewFromUtf8(v8::Isolate* isolate, std::string_view utf8,
                                       v8::NewStringType type) {
  std::array<char16_t, kShort> few;
  std::unique_ptr<char16_t[]> many;
  char16_t* units = few.data();
  if (utf8.size() > few.size()) {
    many = std::make_unique_for_overwrite<char16_t[]>(utf8.size());
    units = many.get();
  }
  const std::optional<std::size_t> count = Utf8ToUtf16(utf8, units);
  if (!count) {
    return v8::String::NewFromUtf8(isolate, utf8.data(), type, static_cast<int>(utf8.size()));
  }
  return v8::String::NewFromTwoByte(isolate, reinterpret_cast<const std::uint16_t*>(units), type,
                                    static_cast<int>(*count));
}

[[noreturn]] void ThrowTooLong(std::size_t size, std::string_view unit) {
  throw JsError(JsErrorData{
      .name = "RangeError",
      .message = fmt::format("A text of {} {} is too long for a JavaScript string, which holds "
                             "{} characters.",
                             size, unit, +v8::String::kMaxLength),
      .code = "ERR_STRING_TOO_LONG"});
}

v8::Local<v8::String> New(v8::Isolate* isolate, std::string_view utf8, v8::NewStringType type) {
  if (utf8.empty()) return v8::String::Empty(isolate);
  v8::Local<v8::String> string;
  if (utf8.size() <= static_cast<std::size_t>(v8::String::kMaxLength)) {
    const int size = static_cast<int>(utf8.size());
    const bool made =
        IsAscii(utf8) ? v8::String::NewFromOneByte(
                            isolate, reinterpret_cast<const std::uint8_t*>(utf8.data()), type, size)
                            .ToLocal(&string)
                      : NewFromUtf8(isolate, utf8, type).ToLocal(&string);
    if (made) return string;
  }
  ThrowTooLong(utf8.size(), "bytes");
}

}  // namespace

v8::Local<v8::String> ToV8String(v8::Isolate* isolate, std::string_view utf8) {
  return New(isolate, utf8, v8::NewStringType::kNormal);
}

v8::Local<v8::String> ToV8String(v8::Isolate* isolate, std::u16string_view utf16) {
  if (utf16.empty()) return v8::String::Empty(isolate);
  v8::Local<v8::String> string;
  if (utf16.size() <= static_cast<std::size_t>(v8::String::kMaxLength) &&
      v8::String::NewFromTwoByte(isolate, reinterpret_cast<const std::uint16_t*>(utf16.data()),
                                 v8::NewStringType::kNormal, static_cast<int>(utf16.size()))
          .ToLocal(&string)) {
    return string;
  }
  ThrowTooLong(utf16.size(), "UTF-16 code units");
}

v8::Local<v8::String> ToV8Key(v8::Isolate* isolate, std::string_view utf8) {
  return New(isolate, utf8, v8::NewStringType::kInternalized);
}

void FromV8String(v8::Isolate* isolate, v8::Local<v8::String> string, std::string& result) {
  const auto length = static_cast<std::size_t>(string->Length());
  if (string->IsOneByte()) {
    // Most strings are short and ASCII: one byte a character, copied at once.
    result.resize(length);
    WriteOneByte(isolate, string, result.data(), static_cast<int>(length));
    if (!IsAscii(result)) Latin1ToUtf8(result);
  } else if (length <= kShort) {
    std::array<char16_t, kShort> units;
    WriteTwoByte(isolate, string, 0, units.data(), static_cast<int>(length));
    result.clear();
    AppendUtf16({units.data(), length}, result);
  } else {
    result.resize(Utf8Length(isolate, string));
    WriteUtf8(isolate, string, result.data(), result.size());
  }
}

void FromV8String(v8::Isolate* isolate, v8::Local<v8::String> string, std::u16string& result) {
  const int length = string->Length();
  result.resize(static_cast<std::size_t>(length));
  WriteTwoByte(isolate, string, 0, result.data(), length);
}

}  // namespace nodehost::detail
