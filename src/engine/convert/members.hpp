// Members of typed interfaces on their way to JavaScript.
#pragma once

#include <v8.h>

#include <string_view>

#include "engine/convert/conversion.hpp"
#include "engine/native_function.hpp"
#include "nodehost/convert/functions.hpp"
#include "nodehost/detail/member.hpp"

namespace nodehost::detail {

/// The ops do not write through it when a value goes to JavaScript.
inline void* Mutable(const void* value) { return const_cast<void*>(value); }

/// Whether it is a Method or a Constructor: both have MethodOps.
inline bool IsFunction(const TypeInfo& type) {
  return type.Is(conversions::kMethod) || type.Is(conversions::kConstructor);
}

/// The function that `member` is in JavaScript, with the `look` of one of C++'s; undefined if it is
/// empty. Throws WrongThread for one of another environment.
v8::Local<v8::Value> MemberToJs(Encoder& encoder, const Member& member,
                                const NativeFunctions::Look& look);

/// Of a Method or a Constructor.
NativeFunctions::Look LookOf(const TypeInfo& type, std::string_view name);

}  // namespace nodehost::detail
