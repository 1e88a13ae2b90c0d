// What a JsError says is kept together with the JavaScript value that said it. So an error that
// goes back into its environment is the same value again, and the public data names no handle.
#pragma once

#include <v8.h>

#include <memory>

#include "nodehost/errors.hpp"

namespace nodehost::detail {

class Realm;

/// Data to be filled in with what `thrown` says; keeps `thrown` alive until its last owner is gone,
/// on whichever thread, or until the environment ends.
std::shared_ptr<JsErrorData> NewErrorData(Realm& realm, v8::Local<v8::Value> thrown);

/// The value that said `data`; empty if C++ made the data, or if the value is another
/// environment's.
v8::MaybeLocal<v8::Value> OriginalOf(Realm& realm, const std::shared_ptr<const JsErrorData>& data);

/// In a catch clause: whether what was thrown is a JsError, and of no class derived from it.
bool IsJsErrorItself() noexcept;

}  // namespace nodehost::detail
