// The question js/start/file_rights.js asks of each path before Node's native function gets it.
#pragma once

#include <v8.h>

namespace nodehost::detail {

/// checkPath(access, follow, path), with a host::FileRights in an External as its data: the path
/// that has been checked, a string or a fresh Uint8Array that nobody else can write; or throws.
void CheckPath(const v8::FunctionCallbackInfo<v8::Value>& info);

}  // namespace nodehost::detail
