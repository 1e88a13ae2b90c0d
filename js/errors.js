// Turns whatever was thrown into plain data, without ever throwing itself: getters, proxies and
// prototypes of the thrown value are not to be trusted.
'use strict';

const { Array, Error, String } = globalThis;
const { isArray } = Array;
const { inspect, types: { isNativeError } } = require('util');

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

/// Every key is always there, and every text is a string: { isError, name, message, code, stack,
/// text, hasCause, cause, errors } `cause` and the array `errors` (undefined unless there is one)
/// hold values as they were thrown, to be described in turn; a chain of causes may be cyclic.
function describeError(value) {
  const result = {
    __proto__: null,
    isError: isNativeError(value) || attempt(() => value instanceof Error) === true,
    name: '',
    message: '',
    code: '',
    stack: '',
    text: '',
    hasCause: false,
    cause: undefined,
    errors: undefined,
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
  } else {
    result.text = describeText(value);
    result.message ||= result.text;
  }
  return result;
}

return { describeError };
