// Member: what Method, Property and Constructor are made of, and their part of the waist. The rules
// of engine.hpp hold, but that any thread may call: elsewhere than on the JS thread a call hops
// there and blocks.
#pragma once

#include <memory>

#include "nodehost/detail/export.hpp"
#include "nodehost/detail/ref.hpp"
#include "nodehost/detail/type_info.hpp"

namespace nodehost::detail {

struct FieldInfo;
struct LeafInfo;

/// One call from JavaScript to C++; defined in src/engine/native_function.hpp.
class NativeCall;

/// A C++ function that JavaScript may call.
class NODEHOST_API NativeFunction : public std::enable_shared_from_this<NativeFunction> {
 public:
  NativeFunction() = default;
  NativeFunction(const NativeFunction&) = delete;
  NativeFunction& operator=(const NativeFunction&) = delete;
  virtual ~NativeFunction() = default;

  /// On the JS thread: reads the arguments, calls, and returns the result. Throws what the function
  /// throws.
  virtual void Serve(NativeCall& call) = 0;

  /// Which function it is: each environment has one JavaScript function for those of one signature
  /// that are alike in this and called by the same name.
  virtual const void* identity() const noexcept { return this; }

  /// What optimised JavaScript may call instead; may be null.
  virtual const LeafInfo* leaf() const noexcept { return nullptr; }
};

/// A member of a typed interface. It has a function of JavaScript's, or a receiver with the
/// property, or a function of C++'s, or nothing.
struct Member {
  Ref function;
  Ref receiver;                      ///< the object it was found on
  const FieldInfo* field = nullptr;  ///< where it was found; its name
  std::shared_ptr<NativeFunction> native;
};

/// `new member.function(...arguments)`. Arguments, result and threads are as for Invoke.
NODEHOST_API void InvokeNew(const Member& member, const Signature& signature,
                            const void* const* arguments, void* result);

/// `member.receiver[name]`
NODEHOST_API void ReadProperty(const Member& member, const TypeInfo& type, void* result);
NODEHOST_API void WriteProperty(const Member& member, const TypeInfo& type, const void* value);

/// Throws the HostError for a member that holds nothing.
[[noreturn]] NODEHOST_API void ThrowNothingHere(const Member& member);

/// Converts the arguments of a call into the live objects at `values`. Throws JsError.
NODEHOST_API void ReadArguments(NativeCall& call, const Signature& signature, void* const* values);
/// Writes what C++ has made of the numbers that were read from an argument, a `type` at `numbers`,
/// to the Array or TypedArray that it was. Throws JsError.
NODEHOST_API void WriteBack(NativeCall& call, std::size_t index, const TypeInfo& type,
                            const void* numbers);
NODEHOST_API void ReturnResult(NativeCall& call, const TypeInfo& type, const void* result);

}  // namespace nodehost::detail
