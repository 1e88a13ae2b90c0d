// What the host's files use of JavaScript's globals. Runs first of all, in each environment and
// Worker that has files of the host, before any user code can replace a global or a method. Every
// other file gets the result as `primordials`; named as Node's own: `ArrayPrototypePush(array, item)`
// is `array.push(item)` with the original `push`.
//
// The host's files use no for-of, no spread of arrays, no array patterns, no methods of built-in
// objects and no assignment to an element that is not there yet: a script can replace what those
// look up.
'use strict';

const {
  AggregateError, Array, ArrayBuffer, BigInt, BigInt64Array, BigUint64Array, DataView, Date, Error,
  EvalError, Float32Array, Float64Array, Function, Int16Array, Int32Array, Int8Array, JSON, Map,
  Object, Promise, Proxy, RangeError, ReferenceError, Reflect, RegExp, Set, SharedArrayBuffer,
  String, Symbol, SyntaxError, TypeError, URIError, Uint16Array, Uint32Array, Uint8Array,
  Uint8ClampedArray, WeakMap, WeakRef, queueMicrotask,
} = globalThis;
const { bind, call } = Function.prototype;
const { defineProperty, freeze, getOwnPropertyDescriptor, getPrototypeOf, setPrototypeOf } = Object;
const { ownKeys } = Reflect;
const uncurryThis = bind.bind(call);
const getter = (prototype, name) => uncurryThis(getOwnPropertyDescriptor(prototype, name).get);

/// array.push(item), past any setter on Array.prototype.
function append(array, value) {
  defineProperty(array, array.length, { __proto__: null, value, writable: true, enumerable: true,
                                        configurable: true });
}

/// A class in the place of `target`, whose `new` is construct(given, newTarget). No Proxy: those
/// hand out what they stand for (`util.inspect` with `showProxy`). `instanceof`, subclasses and
/// static members are as before; an instance leads to the new class.
function replaceClass(target, construct) {
  const { name, prototype } = target;
  const replacement = function(...given) {
    if (new.target === undefined) {
      throw new TypeError(`Class constructor ${name} cannot be invoked without 'new'`);
    }
    return construct(given, new.target);
  };
  const keys = ownKeys(target);
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i];
    if (key === 'arguments' || key === 'caller' || key === 'prototype') continue;
    defineProperty(replacement, key, getOwnPropertyDescriptor(target, key));
  }
  setPrototypeOf(replacement, getPrototypeOf(target));
  defineProperty(replacement, 'prototype', { __proto__: null, value: prototype, writable: false });
  if (getOwnPropertyDescriptor(prototype, 'constructor')?.value === target) {
    defineProperty(prototype, 'constructor', { __proto__: null, value: replacement });
  }
  return replacement;
}

return freeze({
  __proto__: null,

  AggregateError, Array, ArrayBuffer, BigInt, BigInt64Array, BigUint64Array, DataView, Date, Error,
  EvalError, Float32Array, Float64Array, Int16Array, Int32Array, Int8Array, Map, Object, Promise,
  Proxy, RangeError, ReferenceError, RegExp, Set, SharedArrayBuffer, String, Symbol, SyntaxError,
  TypeError, URIError, Uint16Array, Uint32Array, Uint8Array, Uint8ClampedArray, WeakMap, WeakRef,

  append,
  encodeURI: globalThis.encodeURI,
  encodeURIComponent: globalThis.encodeURIComponent,
  processTickCallback: process._tickCallback,  // node 20 to 26
  queueMicrotask,
  replaceClass,
  uncurryThis,

  ArrayBufferPrototypeResize: uncurryThis(ArrayBuffer.prototype.resize),
  ArrayBufferIsView: ArrayBuffer.isView,
  ArrayIsArray: Array.isArray,
  ArrayPrototypeIncludes: uncurryThis(Array.prototype.includes),
  ArrayPrototypePush: uncurryThis(Array.prototype.push),
  BigIntPrototypeToString: uncurryThis(BigInt.prototype.toString),
  DatePrototypeToISOString: uncurryThis(Date.prototype.toISOString),
  FunctionPrototypeBind: bind,
  FunctionPrototypeCall: uncurryThis(call),
  FunctionPrototypeToString: uncurryThis(Function.prototype.toString),
  JSONParse: JSON.parse,
  JSONStringify: JSON.stringify,
  MapPrototypeClear: uncurryThis(Map.prototype.clear),
  MapPrototypeDelete: uncurryThis(Map.prototype.delete),
  MapPrototypeForEach: uncurryThis(Map.prototype.forEach),
  MapPrototypeGet: uncurryThis(Map.prototype.get),
  MapPrototypeGetSize: getter(Map.prototype, 'size'),
  MapPrototypeHas: uncurryThis(Map.prototype.has),
  MapPrototypeSet: uncurryThis(Map.prototype.set),
  ObjectCreate: Object.create,
  ObjectDefineProperties: Object.defineProperties,
  ObjectDefineProperty: defineProperty,
  ObjectFreeze: freeze,
  ObjectGetOwnPropertyNames: Object.getOwnPropertyNames,
  ObjectHasOwn: Object.hasOwn,
  ObjectIs: Object.is,
  ObjectIsFrozen: Object.isFrozen,
  ObjectIsSealed: Object.isSealed,
  ObjectKeys: Object.keys,
  ObjectPreventExtensions: Object.preventExtensions,
  ObjectPrototype: Object.prototype,
  ObjectSeal: Object.seal,
  ObjectSetPrototypeOf: Object.setPrototypeOf,
  PromisePrototypeThen: uncurryThis(Promise.prototype.then),
  PromiseReject: bind.call(Promise.reject, Promise),
  ReflectApply: Reflect.apply,
  ReflectConstruct: Reflect.construct,
  ReflectDefineProperty: Reflect.defineProperty,
  ReflectDeleteProperty: Reflect.deleteProperty,
  ReflectGet: Reflect.get,
  ReflectGetOwnPropertyDescriptor: Reflect.getOwnPropertyDescriptor,
  ReflectGetPrototypeOf: Reflect.getPrototypeOf,
  ReflectHas: Reflect.has,
  ReflectIsExtensible: Reflect.isExtensible,
  ReflectOwnKeys: Reflect.ownKeys,
  ReflectSet: Reflect.set,
  RegExpPrototypeExec: uncurryThis(RegExp.prototype.exec),
  SetPrototypeAdd: uncurryThis(Set.prototype.add),
  SetPrototypeClear: uncurryThis(Set.prototype.clear),
  SetPrototypeDelete: uncurryThis(Set.prototype.delete),
  SetPrototypeForEach: uncurryThis(Set.prototype.forEach),
  SetPrototypeGetSize: getter(Set.prototype, 'size'),
  SetPrototypeHas: uncurryThis(Set.prototype.has),
  StringPrototypeIncludes: uncurryThis(String.prototype.includes),
  StringPrototypeIndexOf: uncurryThis(String.prototype.indexOf),
  StringPrototypeSlice: uncurryThis(String.prototype.slice),
  StringPrototypeStartsWith: uncurryThis(String.prototype.startsWith),
  StringPrototypeToUpperCase: uncurryThis(String.prototype.toUpperCase),
  StringPrototypeTrim: uncurryThis(String.prototype.trim),
  SymbolAsyncIterator: Symbol.asyncIterator,
  SymbolFor: Symbol.for,
  SymbolIterator: Symbol.iterator,
  SymbolPrototypeGetDescription: getter(Symbol.prototype, 'description'),
  TypedArrayPrototypeGetByteLength: getter(getPrototypeOf(Uint8Array.prototype), 'byteLength'),
  WeakMapPrototypeDelete: uncurryThis(WeakMap.prototype.delete),
  WeakMapPrototypeGet: uncurryThis(WeakMap.prototype.get),
  WeakMapPrototypeHas: uncurryThis(WeakMap.prototype.has),
  WeakMapPrototypeSet: uncurryThis(WeakMap.prototype.set),
  WeakRefPrototypeDeref: uncurryThis(WeakRef.prototype.deref),
});
