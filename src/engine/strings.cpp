#include "strings.hpp"

#include <cstdint>
#include <cstring>

#include "node_version.hpp"
#include "nodehost/errors.hpp"

namespace nodehost::detail {

namespace {

// Eight bytes at a time: no byte of ASCII has its highest bit set.
bool IsAscii(std::string_view text) {
  constexpr std::uint64_t kHighBits = 0x8080808080808080;
  const char* at = text.data();
  const char* const end = at + text.size();
  std::uint64_t bits = 0;
  for (; end - at >= 8; at += 8) {
    std::uint64_t word;
    std::memcpy(&word, at, 8);
    bits |= word;
  }
  if (at != end) {
    std::uint64_t word = 0;
    std::memcpy(&word, at, static_cast<std::size_t>(end - at));
    bits |= word;
  }
  return (bits & kHighBits) == 0;
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
                      : v8::String::NewFromUtf8(isolate, utf8.data(), type, size).ToLocal(&string);
    if (made) return string;
  }
  throw JsError(JsErrorData{.name = "RangeError",
                            .message = "A text of " + std::to_string(utf8.size()) +
                                       " bytes is too long for a JavaScript string, which holds " +
                                       std::to_string(v8::String::kMaxLength) + " characters.",
                            .code = "ERR_STRING_TOO_LONG"});
}

}  // namespace

v8::Local<v8::String> ToV8String(v8::Isolate* isolate, std::string_view utf8) {
  return New(isolate, utf8, v8::NewStringType::kNormal);
}

v8::Local<v8::String> ToV8Key(v8::Isolate* isolate, std::string_view utf8) {
  return New(isolate, utf8, v8::NewStringType::kInternalized);
}

void FromV8String(v8::Isolate* isolate, v8::Local<v8::String> string, std::string& result) {
  // Most strings are short and ASCII: one byte a character, copied at once. IsOneByte is a
  // sufficient test for "at most Latin-1", and only ASCII is the same in UTF-8.
  const int length = string->Length();
  if (string->IsOneByte()) {
    result.resize(static_cast<std::size_t>(length));
    WriteOneByte(isolate, string, result.data(), length);
    if (IsAscii(result)) return;
  }
  const std::size_t size = Utf8Length(isolate, string);
  result.resize(size);
  WriteUtf8(isolate, string, result.data(), size);
}

}  // namespace nodehost::detail
