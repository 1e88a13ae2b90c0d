// Strings between C++ (UTF-8) and V8.
#pragma once

#include <v8.h>

#include <string>
#include <string_view>

namespace nodehost::detail {

/// UTF-8 to a JavaScript string; ill-formed sequences become U+FFFD. Throws JsError (RangeError)
/// for a text longer than V8's limit of 2^29 - 24 characters.
v8::Local<v8::String> ToV8String(v8::Isolate* isolate, std::string_view utf8);

/// UTF-16 as it is.
v8::Local<v8::String> ToV8String(v8::Isolate* isolate, std::u16string_view utf16);

/// UTF-8 to an internalized string: a property key, which V8 keeps only once.
v8::Local<v8::String> ToV8Key(v8::Isolate* isolate, std::string_view utf8);

/// A JavaScript string to UTF-8, into `result`; lone surrogates become U+FFFD.
void FromV8String(v8::Isolate* isolate, v8::Local<v8::String> string, std::string& result);

/// A JavaScript string to UTF-16: every code unit as it is.
void FromV8String(v8::Isolate* isolate, v8::Local<v8::String> string, std::u16string& result);

}  // namespace nodehost::detail
