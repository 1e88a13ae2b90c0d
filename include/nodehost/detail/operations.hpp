// Operations: what the handle classes do, as one general function of the waist. Each is a function
// of js/first_use/operations.js, called with C++ values as they are described by a Signature.
#pragma once

#include <cstdint>
#include <memory>
#include <type_traits>

#include "nodehost/detail/export.hpp"
#include "nodehost/detail/key.hpp"
#include "nodehost/detail/ref.hpp"
#include "nodehost/detail/type_info.hpp"
#include "nodehost/detail/value_ops.hpp"

namespace nodehost {
class Js;
}

namespace nodehost::detail {

template <class R, class... A>
struct SignatureOf;  // convert/functions.hpp

// clang-format off
#define NODEHOST_OPERATIONS(X) \
  X(kSet, set) X(kRemove, remove) X(kHas, has) X(kHasOwn, hasOwn) X(kDefine, define) \
  X(kDescriptor, descriptor) X(kHasDescriptorValue, hasDescriptorValue) X(kKeys, keys) \
  X(kOwnKeys, ownKeys) X(kAllKeys, allKeys) X(kFreeze, freeze) X(kSeal, seal) \
  X(kPreventExtensions, preventExtensions) X(kIsFrozen, isFrozen) X(kIsSealed, isSealed) \
  X(kIsExtensible, isExtensible) X(kPrototype, prototype) X(kSetPrototype, setPrototype) \
  X(kConstruct, construct) X(kApply, apply) X(kBind, bind) X(kInstanceOf, instanceOf) \
  X(kStrictEquals, strictEquals) X(kSameValue, sameValue) X(kTypeOf, typeOf) \
  X(kToBoolean, toBoolean) X(kToNumber, toNumber) X(kToString, toString) X(kToObject, toObject) \
  X(kIterate, iterate) X(kStep, step) X(kStop, stop) X(kNewObject, newObject) \
  X(kObjectFrom, objectFrom) X(kNewArray, newArray) X(kArrayOf, arrayOf) X(kPush, push) \
  X(kArrayLength, arrayLength) X(kNewError, newError) X(kNewDate, newDate) \
  X(kToIsoString, toIsoString) X(kNewMap, newMap) X(kMapSize, mapSize) X(kMapGet, mapGet) \
  X(kMapHas, mapHas) X(kMapSet, mapSet) X(kMapRemove, mapRemove) X(kMapClear, mapClear) \
  X(kNewSet, newSet) X(kSetSize, setSize) X(kSetHas, setHas) X(kSetAdd, setAdd) \
  X(kSetRemove, setRemove) X(kSetClear, setClear) X(kNewSymbol, newSymbol) \
  X(kSymbolFor, symbolFor) X(kWellKnown, wellKnown) X(kSymbolDescription, symbolDescription) \
  X(kParseBigInt, parseBigInt) X(kBigIntText, bigIntText) X(kNewPromise, newPromise) \
  X(kNewProxy, newProxy) X(kNewRegExp, newRegExp) X(kExec, exec) \
  X(kNewArrayBuffer, newArrayBuffer) X(kNewSharedArrayBuffer, newSharedArrayBuffer) \
  X(kResize, resize) X(kNewTypedArray, newTypedArray) X(kNewView, newView) \
  X(kViewBuffer, viewBuffer) X(kParseJson, parseJson) X(kStringify, stringify)
// clang-format on

/// Each with the name of its function in js/first_use/operations.js.
enum class Operation : std::uint8_t {
#define NODEHOST_OPERATION(name, function) name,
  NODEHOST_OPERATIONS(NODEHOST_OPERATION)
#undef NODEHOST_OPERATION
      kCount
};

/// What an operation is applied to and with. The environment is that of `js`, or of `self`.
struct OperationCall {
  Js* js = nullptr;
  const Ref* self = nullptr;  ///< The first argument, if not null.
  const Key* key = nullptr;   ///< The next one, if not null.
  const Signature* signature = nullptr;
  const void* const* arguments = nullptr;
  void* result = nullptr;
};

NODEHOST_API void Operate(Operation operation, const OperationCall& call);

/// One step of an iterator: false at its end.
NODEHOST_API bool Step(const Ref& iterator, Ref& value);

template <class R, class... A>
R Perform(Operation operation, OperationCall call, const A&... arguments) {
  const void* const pointers[] = {std::addressof(arguments)..., nullptr};
  call.signature = &SignatureOf<R, A...>::kValue;
  call.arguments = pointers;
  if constexpr (std::is_void_v<R>) {
    Operate(operation, call);
  } else {
    R result{};
    call.result = std::addressof(result);
    Operate(operation, call);
    return result;
  }
}

// Arrays (string literals) travel as the pointers they decay to.
template <class T>
using Decayed = std::conditional_t<std::is_array_v<T>, std::decay_t<const T>, const T&>;

/// `operation(self, arguments…)`
template <class R, class... A>
R Do(Operation operation, const Ref& self, const A&... arguments) {
  return Perform<R, Decayed<A>...>(operation, OperationCall{.self = &self}, arguments...);
}

/// `operation(self, key, arguments…)`
template <class R, class... A>
R DoAt(Operation operation, const Ref& self, const Key& key, const A&... arguments) {
  return Perform<R, Decayed<A>...>(operation, OperationCall{.self = &self, .key = &key},
                                   arguments...);
}

/// `operation(arguments…)`
template <class R, class... A>
R DoIn(Operation operation, Js& js, const A&... arguments) {
  return Perform<R, Decayed<A>...>(operation, OperationCall{.js = &js}, arguments...);
}

}  // namespace nodehost::detail
