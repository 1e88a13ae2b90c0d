// Turns whatever was thrown into plain data, without ever throwing itself: getters, proxies and
// prototypes of the thrown value are not to be trusted.
'use strict';

const {
  AggregateError, Array, Error, EvalError, JSON, Object, RangeError, ReferenceError, String,
  SyntaxError, TypeError, URIError,
} = globalThis;
const { isArray } = Array;
const { parse, stringify } = JSON;
const { defineProperty, getOwnPropertyDescriptor, keys } = Object;
const { getSystemErrorName, inspect, types: { isNativeError } } = require('util');
const { constants: { errno: errnoOfName } } = require('os');

const kMaxProperties = 64;
const kMaxJson = 64 * 1024;
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
  return typeof value === 'string' ? value : '';
}

function describeText(value) {
  if (typeof value === 'string') return value;
  return stringOf(attempt(() => inspect(value))) ||
         stringOf(attempt(() => String(value))) || '[thrown value]';
}

function codeOf(value) {
  const code = attempt(() => value.code);
  return typeof code === 'string' || typeof code === 'number' || typeof code === 'bigint' ?
    String(code) : '';
}

function errorsOf(value) {
  return attempt(() => {
    const { errors } = value;
    if (!isArray(errors)) return undefined;
    const copy = [];
    for (let i = 0; i < errors.length; i++) copy[i] = attempt(() => errors[i]);
    return copy;
  });
}

/// The value as JSON, or '' where it has none or a very long one. bigint is its digits, as a string.
function jsonOf(value) {
  const json = attempt(() =>
    stringify(value, (_, item) => (typeof item === 'bigint' ? String(item) : item)));
  return typeof json === 'string' && json.length <= kMaxJson ? json : '';
}

function propertiesOf(value) {
  const properties = [];
  for (const name of attempt(() => keys(value)) ?? []) {
    if (kOwnFields.includes(name)) continue;
    if (properties.length === kMaxProperties) break;
    const item = attempt(() => value[name]);
    const json = jsonOf(item);
    properties[properties.length] = [name, typeof item === 'object' && json ? json : describeText(item), json];
  }
  return properties;
}

/// Every key is always there, and every text is a string:
/// { isError, name, message, code, stack, text, json, hasCause, cause, errors, properties }
/// `cause` and the array `errors` (undefined unless there is one) hold values as they were thrown, to be
/// described in turn; a chain of causes may be cyclic. `properties` are [name, text, json].
function describeError(value) {
  const result = {
    __proto__: null,
    isError: isNativeError(value) || attempt(() => value instanceof Error) === true,
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
  defineProperty(error, name,
    { __proto__: null, value, writable: true, enumerable: false, configurable: true });
}

function newError(name, message, errors) {
  if (errors.length > 0) return new AggregateError(errors, message);
  return new (kConstructors[name] ?? Error)(message);
}

/// The reverse of describeError: `errors` are already Errors, and so is `cause` if `hasCause`.
function makeError({ isError, name, message, code, stack, json, hasCause, cause, errors, properties }) {
  if (!isError) {
    if (json !== '') return attempt(() => parse(json));
    return message === 'undefined' ? undefined : message;
  }
  const error = newError(name, message, errors);
  if (name !== '' && error.name !== name) hide(error, 'name', name);
  if (stack !== '') hide(error, 'stack', stack);
  if (hasCause) hide(error, 'cause', cause);
  if (code !== '') error.code = code;
  for (const [key, text, itemJson] of properties) {
    const value = itemJson === '' ? text : attempt(() => parse(itemJson));
    defineProperty(error, key,
      { __proto__: null, value, writable: true, enumerable: true, configurable: true });
  }
  return error;
}

/// A std::error_code: `category` is '' for the operating system's own numbers.
function systemError(value, message, category) {
  const error = new Error(message);
  if (category === '') {
    error.errno = -value;
    error.code = attempt(() => getSystemErrorName(-value)) ?? `ERR_${value}`;
  } else {
    error.errno = value;
    error.code = `${category}:${value}`;
  }
  return error;
}

/// The operating system's number behind an error, or 0.
function errnoOf(error) {
  const errno = attempt(() => error.errno);
  const code = attempt(() => error.code);
  if (typeof code === 'string' && getOwnPropertyDescriptor(errnoOfName, code)) {
    return errnoOfName[code];
  }
  return typeof errno === 'number' && errno < 0 && errno > -4096 && errno % 1 === 0 &&
    attempt(() => getSystemErrorName(errno)) ? -errno : 0;
}

return { describeError, makeError, systemError, errnoOf };
