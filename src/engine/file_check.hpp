// The question js/start/file_rights.js asks of each path before Node's native function gets it.
#pragma once

#include <v8.h>

#include <string_view>

namespace nodehost::detail {

/// checkPath(access, follow, path), with a host::FileRights in an External as its data: the path
/// that has been checked, a string or a fresh Uint8Array that nobody else can write; or throws.
void CheckPath(const v8::FunctionCallbackInfo<v8::Value>& info);

/// openParent(access, path), with the same data: [the path by way of a descriptor of its folder,
/// the descriptor]; a negative error number; undefined where there is no such way; or throws.
void OpenParent(const v8::FunctionCallbackInfo<v8::Value>& info);

/// closeParent(descriptor).
void CloseParent(const v8::FunctionCallbackInfo<v8::Value>& info);

/// Throws `error`, an object, in JavaScript, with `code` as its code.
void ThrowWithCode(v8::Isolate* isolate, v8::Local<v8::Value> error, std::string_view code);

}  // namespace nodehost::detail
