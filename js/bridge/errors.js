// Turns whatever was thrown into plain data, without ever throwing itself: getters, proxies and
// prototypes of the thrown value are not to be trusted.
'use strict';

const {
  AggregateError, ArrayBufferIsView, ArrayIsArray, ArrayPrototypeIncludes, BigInt, Error, EvalError,
  JSONParse, JSONStringify, ObjectDefineProperty, ObjectIs, ObjectKeys, RangeError, ReferenceError,
  RegExpPrototypeExec, String, StringPrototypeSlice, SyntaxError, SymbolIterator, TypeError, URIError,
  append,
} = primordials;
const { getSystemErrorName, inspect, isBoxedPrimitive, isNativeError } = require('util');
const { errno: errnoOfName } = require('os');

// What is kept of an error is bounded, and so is what is walked to find out.
const kMaxProperties = 64;
const kMaxErrors = 256;
const kMaxJson = 64 * 1024;
const kMaxText = 1024 * 1024;
const kOwnFields = ['name', 'message', 'stack', 'code', 'cause', 'errors'];
const kConstructors = {
  __proto__: null, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError,
};

function attempt(read) {
  try {
    return read();
  } catch {
    return undefined;
  }
}

function isObject(value) {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}

function stringOf(value) {
  if (typeof value !== 'string') return '';
  return value.length <= kMaxText ? value : `${StringPrototypeSlice(value, 0, kMaxText)}…`;
}

// Objects whose elements are as many keys, which would all be listed to look at the first.
function isLongList(value) {
  return attempt(() => (ArrayBufferIsView(value) || ArrayIsArray(value) || isBoxedPrimitive(value)) &&
                       (value.length ?? value.byteLength) > kMaxJson) === true;
}

function describeText(value) {
  if (typeof value === 'string') return stringOf(value);
  return (isBoxedPrimitive(value) ? '' : stringOf(attempt(() => inspect(value)))) ||
         stringOf(attempt(() => String(value))) || '[thrown value]';
}

function codeOf(value) {
  const code = attempt(() => value.code);
  return typeof code === 'string' || typeof code === 'number' || typeof code === 'bigint' ?
    stringOf(String(code)) : '';
}

function errorsOf(value) {
  return attempt(() => {
    const { errors } = value;
    if (!ArrayIsArray(errors)) return undefined;
    const copy = [];
    for (let i = 0; i < errors.length && i < kMaxErrors; i++) append(copy, attempt(() => errors[i]));
    return copy;
  });
}

/// The value as JSON, or '' where it has none or a very long one. A bigint within is its digits, as a
/// string.
function jsonOf(value) {
  if (hasNoJson(value) || isLongList(value)) return '';
  let left = kMaxJson;  // each item is a character at least
  const json = attempt(() => JSONStringify(value, (_, item) => {
    left -= typeof item === 'string' ? item.length + 2 : 1;
    if (left < 0 || isLongList(item)) throw undefined;
    return typeof item === 'bigint' ? String(item) : item;
  }));
  return typeof json === 'string' && json.length <= kMaxJson ? json : '';
}

/// Whether JSON changes the value. Its text is complete then: 'NaN', '-0', '5n'.
function hasNoJson(value) {
  return typeof value === 'bigint' ||
    (typeof value === 'number' && !ObjectIs(value, JSONParse(JSONStringify(value))));
}

/// The value that describeText has made `text` of.
function valueOfText(text) {
  switch (text) {
    case 'undefined': return undefined;
    case 'NaN': return NaN;
    case 'Infinity': return Infinity;
    case '-Infinity': return -Infinity;
    case '-0': return -0;
    default: return RegExpPrototypeExec(/^-?\d+n$/, text) === null ? text : BigInt(StringPrototypeSlice(text, 0, -1));
  }
}

function propertiesOf(value) {
  const properties = [];
  const names = isLongList(value) ? [] : attempt(() => ObjectKeys(value)) ?? [];
  for (let i = 0; i < names.length; i++) {
    const name = names[i];
    if (ArrayPrototypeIncludes(kOwnFields, name)) continue;
    if (properties.length === kMaxProperties) break;
    const item = attempt(() => value[name]);
    const json = jsonOf(item);
    const text = typeof item === 'object' && json ? json : describeText(item);
    append(properties, [name, text, json]);
  }
  return properties;
}

/// Every key is always there, and every text is a string:
/// { isError, name, message, code, stack, text, json, hasCause, cause, errors, properties }
/// `cause` and the array `errors` (undefined unless there is one) hold values as they were thrown, to be
/// described in turn; a chain of causes may be cyclic. `properties` are [name, text, json].
/// With `errorsOnly`, undefined for what is no error.
function describeError(value, errorsOnly) {
  const isError = isNativeError(value) || attempt(() => value instanceof Error) === true;
  if (errorsOnly && !isError) return undefined;
  const result = {
    __proto__: null,
    isError,
    name: '',
    message: '',
    code: '',
    stack: '',
    text: '',
    json: '',
    hasCause: false,
    cause: undefined,
    errors: undefined,
    properties: [],
  };
  if (isObject(value)) {
    result.name = stringOf(attempt(() => value.name));
    result.message = stringOf(attempt(() => value.message));
    result.code = codeOf(value);
    result.stack = stringOf(attempt(() => value.stack));
    result.hasCause = attempt(() => 'cause' in value) === true;
    if (result.hasCause) result.cause = attempt(() => value.cause);
    result.errors = errorsOf(value);
  }
  if (result.isError) {
    result.name ||= stringOf(attempt(() => value.constructor.name)) || 'Error';
    result.text = result.message === '' ? result.name : `${result.name}: ${result.message}`;
    result.properties = propertiesOf(value);
  } else {
    result.text = describeText(value);
    result.json = jsonOf(value);
    result.message ||= result.text;
  }
  return result;
}

function hide(error, name, value) {
  ObjectDefineProperty(error, name,
    { __proto__: null, value, writable: true, enumerable: false, configurable: true });
}

function show(error, name, value) {
  ObjectDefineProperty(error, name,
    { __proto__: null, value, writable: true, enumerable: true, configurable: true });
}

// AggregateError would read the array with an iterator of the script's.
const noErrors = {
  __proto__: null,
  [SymbolIterator]: () => ({ __proto__: null, next: () => ({ __proto__: null, done: true }) }),
};

function newError(name, message, errors) {
  if (errors.length > 0) {
    const error = new AggregateError(noErrors, message);
    hide(error, 'errors', errors);
    return error;
  }
  return new (kConstructors[name] ?? Error)(message);
}

/// The reverse of describeError: `errors` are already Errors, and so is `cause` if `hasCause`.
function makeError({ isError, name, message, code, stack, json, hasCause, cause, errors, properties }) {
  if (!isError) {
    if (json !== '') return attempt(() => JSONParse(json));
    return valueOfText(message);
  }
  const error = newError(name, message, errors);
  if (name !== '' && error.name !== name) hide(error, 'name', name);
  if (stack !== '') hide(error, 'stack', stack);
  if (hasCause) hide(error, 'cause', cause);
  if (code !== '') show(error, 'code', code);
  for (let i = 0; i < properties.length; i++) {
    const { 0: key, 1: text, 2: itemJson } = properties[i];
    show(error, key, itemJson === '' ? text : attempt(() => JSONParse(itemJson)));
  }
  return error;
}

/// A std::error_code: `category` is '' for the operating system's own numbers.
function systemError(value, message, category) {
  const error = new Error(message);
  if (category === '') {
    show(error, 'errno', -value);
    show(error, 'code', attempt(() => getSystemErrorName(-value)) ?? `ERR_${value}`);
  } else {
    show(error, 'errno', value);
    show(error, 'code', `${category}:${value}`);
  }
  return error;
}

/// The operating system's number behind an error, or 0.
function errnoOf(error) {
  const errno = attempt(() => error.errno);
  const code = attempt(() => error.code);
  if (typeof code === 'string' && errnoOfName[code] !== undefined) return errnoOfName[code];
  return typeof errno === 'number' && errno < 0 && errno > -4096 && errno % 1 === 0 &&
    attempt(() => getSystemErrorName(errno)) ? -errno : 0;
}

return { __proto__: null, describeError, makeError, systemError, errnoOf };
