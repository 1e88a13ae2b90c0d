// Conversion between C++ values, as TypeInfo describes them, and V8 values.
#pragma once

#include <v8.h>

#include <string>
#include <string_view>

#include "nodehost/detail/type_info.hpp"

namespace nodehost::detail {

class Realm;

/// C++ to JavaScript. Throws JsError for what JavaScript cannot hold. A function of C++'s gets
/// `name`.
v8::Local<v8::Value> Encode(Realm& realm, const TypeInfo& type, const void* value,
                            std::string_view name = {});

/// JavaScript to C++, assigned to the live object at `result`. Throws JsError, a TypeError or a
/// RangeError, whose message has the path to what did not fit, starting with `root` (or, if that is
/// empty, with the type's own name); `result` is then valid, and partly assigned. What a getter
/// throws comes out as it is. A Method at the top gets `receiver` as `this`.
void Decode(Realm& realm, v8::Local<v8::Value> value, const TypeInfo& type, void* result,
            std::string_view root, v8::Local<v8::Value> receiver);

}  // namespace nodehost::detail
