// Which handle class a JavaScript value fits.
#pragma once

#include <v8.h>

#include <string_view>

#include "nodehost/detail/value_class.hpp"

namespace nodehost::detail {

/// Whether `value` is what a handle of this class holds. Runs no JavaScript.
bool IsOfClass(v8::Local<v8::Value> value, ValueClass value_class);

/// "Array", "Uint8Array"; "any" for a plain Value, and as typeof has it for symbol and bigint.
std::string_view NameOf(ValueClass value_class);

/// Its type in TypeScript: "any[]", "Uint8Array".
std::string_view TypeScriptNameOf(ValueClass value_class);

}  // namespace nodehost::detail
