// What the handle classes of C++ (nodehost::Object, Map, RegExp and so on) do, where V8 has no
// function for it or a worse one. C++ calls these by the names in detail/operations.hpp; the first
// parameter is the value behind the handle. This is strict code, so a property that cannot be
// written or deleted is a TypeError with JavaScript's own text. Loaded when a program first uses
// one of them.
'use strict';

const {
  Array, ArrayBuffer, ArrayBufferPrototypeResize, ArrayPrototypePush, BigInt, BigInt64Array,
  BigIntPrototypeToString, BigUint64Array, DataView, Date, DatePrototypeToISOString, Error,
  EvalError, Float32Array, Float64Array, FunctionPrototypeBind, Int16Array, Int32Array, Int8Array,
  JSONParse, JSONStringify, Map, MapPrototypeClear, MapPrototypeDelete, MapPrototypeGet,
  MapPrototypeGetSize, MapPrototypeHas, MapPrototypeSet, Object, ObjectCreate,
  ObjectDefineProperty, ObjectFreeze, ObjectHasOwn, ObjectIs, ObjectIsFrozen, ObjectIsSealed,
  ObjectKeys, ObjectPreventExtensions, ObjectSeal, ObjectSetPrototypeOf, Promise, Proxy,
  RangeError, ReferenceError, ReflectApply, ReflectConstruct, ReflectGetOwnPropertyDescriptor,
  ReflectGetPrototypeOf, ReflectHas, ReflectIsExtensible, ReflectOwnKeys, RegExp,
  RegExpPrototypeExec, Set, SetPrototypeAdd, SetPrototypeClear, SetPrototypeDelete,
  SetPrototypeGetSize, SetPrototypeHas, SharedArrayBuffer, String, Symbol, SymbolFor,
  SymbolIterator, SymbolPrototypeGetDescription, SyntaxError, TypeError, URIError, Uint16Array,
  Uint32Array, Uint8Array, Uint8ClampedArray, append,
} = primordials;
const errors = {
  __proto__: null,
  Error,
  EvalError,
  RangeError,
  ReferenceError,
  SyntaxError,
  TypeError,
  URIError,
};
const typedArrays = {
  __proto__: null,
  Int8Array,
  Int16Array,
  Int32Array,
  Uint8Array,
  Uint8ClampedArray,
  Uint16Array,
  Uint32Array,
  Float32Array,
  Float64Array,
  BigInt64Array,
  BigUint64Array,
};

/// What `step` returns at the end; C++ knows it by identity.
const done = Symbol('done');

function isObject(value) {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}

// Absent fields may arrive as undefined, which for `value` alone is also something to say.
function descriptor(given, hasValue) {
  const { value, get, set, writable, enumerable, configurable } = { __proto__: null, ...given };
  const result = { __proto__: null };
  if (hasValue) result.value = value;
  if (get !== undefined) result.get = get;
  if (set !== undefined) result.set = set;
  if (writable !== undefined) result.writable = writable;
  if (enumerable !== undefined) result.enumerable = enumerable;
  if (configurable !== undefined) result.configurable = configurable;
  return result;
}

function allKeys(object) {
  const result = [];
  for (const key in object) append(result, key);
  return result;
}

function iterate(value) {
  const method = value[SymbolIterator];
  if (typeof method !== 'function') throw new TypeError(`${describe(value)} is not iterable`);
  const iterator = ReflectApply(method, value, []);
  if (!isObject(iterator)) {
    throw new TypeError('Result of the Symbol.iterator method is not an object');
  }
  return iterator;
}

function describe(value) {
  if (typeof value === 'string') return 'string';
  return isObject(value) ? typeof value : `${typeof value} ${String(value)}`;
}

function step(iterator) {
  const result = iterator.next();
  if (!isObject(result)) {
    throw new TypeError(`Iterator result ${String(result)} is not an object`);
  }
  return result.done ? done : result.value;
}

function stop(iterator) {
  iterator.return?.();
}

function newError(name, message, code, stack, hasCause, cause) {
  const options = hasCause ? { __proto__: null, cause } : undefined;
  const error = new (errors[name] ?? errors.Error)(message, options);
  if (name && !(name in errors)) show(error, 'name', name, false);
  if (code) show(error, 'code', code, true);
  if (stack) show(error, 'stack', stack, false);
  return error;
}

function show(object, key, value, enumerable) {
  ObjectDefineProperty(object, key,
    { __proto__: null, value, writable: true, enumerable, configurable: true });
}

function newPromise() {
  const deferred = { __proto__: null };
  deferred.promise = new Promise((resolve, reject) => {
    deferred.resolve = resolve;
    deferred.reject = reject;
  });
  return deferred;
}

function wellKnown(name) {
  const symbol = Symbol[name];
  if (typeof symbol !== 'symbol') throw new TypeError(`Symbol.${name} is not a symbol`);
  return symbol;
}

return {
  __proto__: null,
  done,

  set: (object, key, value) => void (object[key] = value),
  remove: (object, key) => void delete object[key],
  has: ReflectHas,
  hasOwn: ObjectHasOwn,
  define: (object, key, given, hasValue) => {
    ObjectDefineProperty(object, key, descriptor(given, hasValue));
  },
  descriptor: ReflectGetOwnPropertyDescriptor,
  hasDescriptorValue: (object, key) => {
    const found = ReflectGetOwnPropertyDescriptor(object, key);
    return found !== undefined && ObjectHasOwn(found, 'value');
  },
  keys: ObjectKeys,
  ownKeys: ReflectOwnKeys,
  allKeys,
  freeze: (object) => void ObjectFreeze(object),
  seal: (object) => void ObjectSeal(object),
  preventExtensions: (object) => void ObjectPreventExtensions(object),
  isFrozen: ObjectIsFrozen,
  isSealed: ObjectIsSealed,
  isExtensible: ReflectIsExtensible,
  prototype: ReflectGetPrototypeOf,
  setPrototype: (object, prototype) => void ObjectSetPrototypeOf(object, prototype),

  construct: (constructor, ...list) => ReflectConstruct(constructor, list),
  apply: (target, receiver, ...list) => ReflectApply(target, receiver, list),
  bind: (target, ...list) => ReflectApply(FunctionPrototypeBind, target, list),

  instanceOf: (value, constructor) => value instanceof constructor,
  strictEquals: (value, other) => value === other,
  sameValue: ObjectIs,
  typeOf: (value) => typeof value,
  toBoolean: (value) => !!value,
  toNumber: (value) => +value,
  toString: (value) => `${value}`,
  toObject: (value) => {
    if (value === null || value === undefined) {
      throw new TypeError(`Cannot convert ${value} to object`);
    }
    return Object(value);
  },

  iterate,
  step,
  stop,

  newObject: () => ({}),
  objectFrom: ObjectCreate,
  newArray: (length) => new Array(length),
  arrayOf: (...items) => items,
  push: ArrayPrototypePush,
  arrayLength: (array) => array.length,

  newError,
  newDate: (time) => new Date(time),
  toIsoString: (date) => DatePrototypeToISOString(date),

  newMap: () => new Map(),
  mapSize: (map) => MapPrototypeGetSize(map),
  mapGet: (map, key) => MapPrototypeGet(map, key),
  mapHas: (map, key) => MapPrototypeHas(map, key),
  mapSet: (map, key, value) => void MapPrototypeSet(map, key, value),
  mapRemove: (map, key) => MapPrototypeDelete(map, key),
  mapClear: (map) => MapPrototypeClear(map),

  newSet: () => new Set(),
  setSize: (set) => SetPrototypeGetSize(set),
  setHas: (set, item) => SetPrototypeHas(set, item),
  setAdd: (set, item) => void SetPrototypeAdd(set, item),
  setRemove: (set, item) => SetPrototypeDelete(set, item),
  setClear: (set) => SetPrototypeClear(set),

  newSymbol: (description) => Symbol(description),
  symbolFor: SymbolFor,
  wellKnown,
  symbolDescription: (symbol) => SymbolPrototypeGetDescription(symbol),

  parseBigInt: (text) => BigInt(text),
  bigIntText: (number, radix) => BigIntPrototypeToString(number, radix),

  newPromise,
  newProxy: (target, handler) => new Proxy(target, handler),

  newRegExp: (source, flags) => new RegExp(source, flags),
  exec: (pattern, text) => RegExpPrototypeExec(pattern, text),

  newArrayBuffer: (size, most) =>
    new ArrayBuffer(size, most === undefined ? undefined : { __proto__: null, maxByteLength: most }),
  newSharedArrayBuffer: (size, most) =>
    new SharedArrayBuffer(size, most === undefined ? undefined : { __proto__: null, maxByteLength: most }),
  resize: (buffer, size) => void ArrayBufferPrototypeResize(buffer, size),
  newTypedArray: (name, length) => new typedArrays[name](length),
  newView: (buffer, name, offset, length) =>
    new (name === 'DataView' ? DataView : typedArrays[name])(buffer, offset, length),
  viewBuffer: (view) => view.buffer,

  parseJson: (text) => JSONParse(text),
  stringify: (value, indent) => JSONStringify(value, null, indent),
};
