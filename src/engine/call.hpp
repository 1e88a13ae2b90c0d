// CallJs: a JavaScript function called with C++ arguments.
#pragma once

#include <v8.h>

#include "nodehost/detail/type_info.hpp"

namespace nodehost::detail {

class Realm;

/// `function.call(receiver, ...arguments)`, on the JS thread in an open handle scope. `function` is
/// known to be one. Throws JsError for what JavaScript throws and for a result of another type.
void CallJs(Realm& realm, v8::Local<v8::Value> function, v8::Local<v8::Value> receiver,
            const Signature& signature, const void* const* arguments, void* result);

}  // namespace nodehost::detail
