// What the handle classes of C++ (nodehost::Object, Map, RegExp and so on) do, where V8 has no
// function for it or a worse one. C++ calls these by the names in detail/operations.hpp; the first
// parameter is the value behind the handle. This is strict code, so a property that cannot be
// written or deleted is a TypeError with JavaScript's own text. Loaded when a program first uses
// one of them.
'use strict';

const { apply, construct, defineProperty, getOwnPropertyDescriptor } = Reflect;
const { getPrototypeOf, has, isExtensible, ownKeys } = Reflect;
const { freeze, hasOwn, isFrozen, isSealed, keys } = Object;
const { preventExtensions, seal, setPrototypeOf } = Object;
const { parse, stringify } = JSON;
const { bind } = Function.prototype;
const { push } = Array.prototype;
const { exec } = RegExp.prototype;
const { toISOString } = Date.prototype;
const symbolIterator = Symbol.iterator;
const TypeErrorHere = TypeError;
const BigIntHere = BigInt;
const bigIntToString = BigInt.prototype.toString;
const mapMethods = { ...methodsOf(Map.prototype) };
const setMethods = { ...methodsOf(Set.prototype) };
const mapSize = getOwnPropertyDescriptor(Map.prototype, 'size').get;
const setSize = getOwnPropertyDescriptor(Set.prototype, 'size').get;
const { defineProperty: defineOnObject } = Object;
const ArrayHere = Array;
const DateHere = Date;
const ObjectHere = Object;
const ProxyHere = Proxy;
const StringHere = String;
const PromiseHere = Promise;
const MapHere = Map;
const SetHere = Set;
const RegExpHere = RegExp;
const DataViewHere = DataView;
const ArrayBufferHere = ArrayBuffer;
const SharedArrayBufferHere = SharedArrayBuffer;
const SymbolHere = Symbol;
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
const done = SymbolHere('done');

function methodsOf(prototype) {
  const { clear, get, has, set, add } = prototype;
  return { clear, get, has, set, add, remove: prototype.delete };
}

function isObject(value) {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}

// Absent fields arrive as undefined, which for `value` alone is also something to say.
function descriptor({ value, get, set, writable, enumerable, configurable }, hasValue) {
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
  for (const key in object) result.push(key);
  return result;
}

function iterate(value) {
  const method = value[symbolIterator];
  if (typeof method !== 'function') throw new TypeErrorHere(`${describe(value)} is not iterable`);
  const iterator = apply(method, value, []);
  if (!isObject(iterator)) {
    throw new TypeErrorHere('Result of the Symbol.iterator method is not an object');
  }
  return iterator;
}

function describe(value) {
  if (typeof value === 'string') return 'string';
  return isObject(value) ? typeof value : `${typeof value} ${StringHere(value)}`;
}

function step(iterator) {
  const result = iterator.next();
  if (!isObject(result)) {
    throw new TypeErrorHere(`Iterator result ${StringHere(result)} is not an object`);
  }
  return result.done ? done : result.value;
}

function stop(iterator) {
  iterator.return?.();
}

function newError(name, message, code, stack, hasCause, cause) {
  const options = hasCause ? { cause } : undefined;
  const error = new (errors[name] ?? errors.Error)(message, options);
  if (name && !(name in errors)) hide(error, 'name', name);
  if (code) error.code = code;
  if (stack) hide(error, 'stack', stack);
  return error;
}

function hide(object, key, value) {
  const shown = { __proto__: null, value, writable: true, enumerable: false, configurable: true };
  defineProperty(object, key, shown);
}

function newPromise() {
  const deferred = { __proto__: null };
  deferred.promise = new PromiseHere((resolve, reject) => {
    deferred.resolve = resolve;
    deferred.reject = reject;
  });
  return deferred;
}

function wellKnown(name) {
  const symbol = SymbolHere[name];
  if (typeof symbol !== 'symbol') throw new TypeErrorHere(`Symbol.${name} is not a symbol`);
  return symbol;
}

return {
  done,

  set: (object, key, value) => void (object[key] = value),
  remove: (object, key) => void delete object[key],
  has,
  hasOwn,
  define: (object, key, given, hasValue) => {
    defineOnObject(object, key, descriptor(given, hasValue));
  },
  descriptor: getOwnPropertyDescriptor,
  hasDescriptorValue: (object, key) => {
    const found = getOwnPropertyDescriptor(object, key);
    return found !== undefined && hasOwn(found, 'value');
  },
  keys,
  ownKeys,
  allKeys,
  freeze: (object) => void freeze(object),
  seal: (object) => void seal(object),
  preventExtensions: (object) => void preventExtensions(object),
  isFrozen,
  isSealed,
  isExtensible,
  prototype: getPrototypeOf,
  setPrototype: (object, prototype) => void setPrototypeOf(object, prototype),

  construct: (constructor, ...list) => construct(constructor, list),
  apply: (target, receiver, ...list) => apply(target, receiver, list),
  bind: (target, receiver, ...list) => apply(bind, target, [receiver, ...list]),

  instanceOf: (value, constructor) => value instanceof constructor,
  strictEquals: (value, other) => value === other,
  sameValue: Object.is,
  typeOf: (value) => typeof value,
  toBoolean: (value) => !!value,
  toNumber: (value) => +value,
  toString: (value) => `${value}`,
  toObject: (value) => {
    if (value === null || value === undefined) {
      throw new TypeErrorHere(`Cannot convert ${value} to object`);
    }
    return ObjectHere(value);
  },

  iterate,
  step,
  stop,

  newObject: () => ({}),
  objectFrom: Object.create,
  newArray: (length) => new ArrayHere(length),
  arrayOf: (...items) => items,
  push: (array, ...items) => apply(push, array, items),
  arrayLength: (array) => array.length,

  newError,
  newDate: (time) => new DateHere(time),
  toIsoString: (date) => apply(toISOString, date, []),

  newMap: () => new MapHere(),
  mapSize: (map) => apply(mapSize, map, []),
  mapGet: (map, key) => apply(mapMethods.get, map, [key]),
  mapHas: (map, key) => apply(mapMethods.has, map, [key]),
  mapSet: (map, key, value) => void apply(mapMethods.set, map, [key, value]),
  mapRemove: (map, key) => apply(mapMethods.remove, map, [key]),
  mapClear: (map) => apply(mapMethods.clear, map, []),

  newSet: () => new SetHere(),
  setSize: (set) => apply(setSize, set, []),
  setHas: (set, item) => apply(setMethods.has, set, [item]),
  setAdd: (set, item) => void apply(setMethods.add, set, [item]),
  setRemove: (set, item) => apply(setMethods.remove, set, [item]),
  setClear: (set) => apply(setMethods.clear, set, []),

  newSymbol: (description) => SymbolHere(description),
  symbolFor: SymbolHere.for,
  wellKnown,
  symbolDescription: (symbol) => symbol.description,

  parseBigInt: (text) => BigIntHere(text),
  bigIntText: (number, radix) => apply(bigIntToString, number, [radix]),

  newPromise,
  newProxy: (target, handler) => new ProxyHere(target, handler),

  newRegExp: (source, flags) => new RegExpHere(source, flags),
  exec: (pattern, text) => apply(exec, pattern, [text]),

  newArrayBuffer: (size, most) =>
    new ArrayBufferHere(size, most === undefined ? undefined : { maxByteLength: most }),
  newSharedArrayBuffer: (size, most) =>
    new SharedArrayBufferHere(size, most === undefined ? undefined : { maxByteLength: most }),
  resize: (buffer, size) => void buffer.resize(size),
  newTypedArray: (name, length) => new typedArrays[name](length),
  newView: (buffer, name, offset, length) =>
    new (name === 'DataView' ? DataViewHere : typedArrays[name])(buffer, offset, length),
  viewBuffer: (view) => view.buffer,

  parseJson: (text) => parse(text),
  stringify: (value, indent) => stringify(value, null, indent),
};
