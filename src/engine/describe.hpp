// JavaScript values as people read them in an error.
#pragma once

#include <v8.h>

#include <string>

namespace nodehost::detail {

/// What a value is: `string "x"`, `number 3.5`, `null`, `array`, `object Map`. Runs no JavaScript.
std::string DescribeValue(v8::Isolate* isolate, v8::Local<v8::Context> context,
                          v8::Local<v8::Value> value);

/// The step of a path to the value of a Map's key: `["key"]`, `[3]`, `[object Point]`.
std::string MapStep(v8::Isolate* isolate, v8::Local<v8::Context> context, v8::Local<v8::Value> key);

}  // namespace nodehost::detail
