// The waist: every JavaScript operation the templates need, as compiled functions on opaque
// handles. Below it lies V8 (src/engine); nothing above it knows.
//
// All of these must be called on the JS thread of the environment they concern and throw
// `WrongThread` otherwise, `EnvironmentStopped` once it has ended, and `JsError` for what
// JavaScript throws. The exceptions to the rule say so.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "nodehost/detail/export.hpp"
#include "nodehost/detail/key.hpp"
#include "nodehost/detail/ref.hpp"
#include "nodehost/detail/type_info.hpp"
#include "nodehost/detail/value_class.hpp"

namespace nodehost {
class Js;
}

namespace nodehost::detail {

class JsThread;

/// Calls `function` with `receiver` as `this` (undefined if empty). `arguments` are pointers to C++
/// values as `signature` describes them; `result` points to a live object that is assigned to.
/// From any thread: elsewhere than on the JS thread it hops there and blocks.
NODEHOST_API void Invoke(const Ref& function, const Ref& receiver, const Signature& signature,
                         const void* const* arguments, void* result);

/// As Invoke without a receiver, but only on the JS thread; a TypeError if `function` is empty.
NODEHOST_API void InvokeValue(const Ref& function, const Signature& signature,
                              const void* const* arguments, void* result);

/// Calls the function that is the property `name` of `object`, with `object` as `this`; only on the
/// JS thread.
NODEHOST_API void InvokeMember(const Ref& object, const Key& name, const Signature& signature,
                               const void* const* arguments, void* result);

NODEHOST_API Ref ToJs(Js& js, const TypeInfo& type, const void* value);
NODEHOST_API void FromJs(const Ref& value, const TypeInfo& type, void* result);
/// As FromJs, but returns false where the value does not fit; `result` is then valid, and partly
/// assigned.
NODEHOST_API bool TryFromJs(const Ref& value, const TypeInfo& type, void* result);
NODEHOST_API bool IsOfClass(const Ref& value, ValueClass value_class);

NODEHOST_API Ref GetProperty(const Ref& object, const Key& key);

/// The type as TypeScript writes it: "number", "string[]", "Track". Any thread.
NODEHOST_API std::string TypeScriptName(const TypeInfo& type);

/// Imports `module`, or its export `name` if that is not empty, and converts it. From any thread.
NODEHOST_API void ImportInto(JsThread& thread, std::string_view module, std::string_view name,
                             const TypeInfo& type, void* result);

}  // namespace nodehost::detail
