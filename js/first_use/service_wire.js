// The messages that JavaScript at the two sides of a worker process says; frame_pipe.hpp has the other
// ones. They are arrays, whose first element is the kind:
//
//   to the worker     'call', id, module, export, arguments, numbers of those that are streams
//                     'ping'
//                     'inspect', port       open the inspector
//                     'endInspect'          close it
//   from the worker   'ready'
//                     'failed', id, error   as `describe` makes it
//                     'broken', id, error   likewise, of a stream
//                     'pong'
//                     'inspects', url, failure   it is open, or why it is not
//                     'inspectEnded'
//   either way        what service_streams.js sends of arguments that are streams
//
// Gets `clone(value)`, which makes bytes.
'use strict';

const {
  AggregateError, ArrayBufferIsView, ArrayIsArray, Error, EvalError, ObjectDefineProperty, ObjectKeys,
  RangeError, ReferenceError, ReflectGetPrototypeOf, SyntaxError, TypeError, URIError, append,
} = primordials;
const { Buffer: { prototype: BufferPrototype } } = require('buffer');
const { isNativeError } = require('util');
const { clone } = options;

const classes = {
  __proto__: null,
  Error, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError,
};

function cloneOf(value) {
  try {
    clone(value);
    return { __proto__: null, value };
  } catch {
    return undefined;
  }
}

const kKnown = {
  __proto__: null, name: true, message: true, stack: true, cause: true, errors: true,
};

const kDepth = 8;    // of causes and errors
const kErrors = 64;  // of an AggregateError, and own properties of an error

// In all: each that is found in several places is described, and revived, for each of them.
const kAll = 1000;
const newBudget = () => ({ __proto__: null, left: kAll });

/// What was thrown as data: an error keeps its name, stack, cause, errors and own properties.
function describe(thrown, depth = 0, budget = newBudget()) {
  budget.left--;
  if (!isNativeError(thrown)) {
    const copy = cloneOf(thrown);
    if (copy !== undefined) return { thrown: copy.value };
    return { thrown: typeof thrown === 'symbol' ? 'a symbol' : `a ${typeof thrown}` };
  }
  const text = (key) => {
    try {
      return `${thrown[key]}`;
    } catch {
      return '';
    }
  };
  const description = { name: text('name'), message: text('message'), stack: text('stack'),
                        properties: {} };
  const keys = ObjectKeys(thrown);
  for (let i = 0; i < keys.length && i < kErrors; ++i) {
    if (kKnown[keys[i]]) continue;
    try {
      const copy = cloneOf(thrown[keys[i]]);
      if (copy !== undefined) description.properties[keys[i]] = copy.value;
    } catch {
      // A getter that throws has no value.
    }
  }
  if (depth < kDepth) {
    try {
      const { cause } = thrown;
      if (cause !== undefined && budget.left > 0) {
        description.cause = describe(cause, depth + 1, budget);
      }
      const { errors } = thrown;
      if (ArrayIsArray(errors)) {
        description.errors = [];
        for (let i = 0; i < errors.length && i < kErrors && budget.left > 0; ++i) {
          append(description.errors, describe(errors[i], depth + 1, budget));
        }
      }
    } catch {
      // A getter that throws ends the list of causes and errors.
    }
  }
  return description;
}

/// The error, or other value, that `describe` has made the data of. Throws for what it has not made.
function revive(description, depth = 0, budget = newBudget()) {
  if (depth > kDepth) throw new RangeError('an error has too many causes');
  if (--budget.left < 0) throw new RangeError('an error has too many others');
  if (!('message' in description)) return description.thrown;
  const define = (error, key, value, enumerable) => ObjectDefineProperty(error, key, {
    __proto__: null, value, enumerable, writable: true, configurable: true,
  });
  const { name, message, stack, properties, cause, errors } = description;
  const error = errors !== undefined ? new AggregateError([], message) :
    new (classes[name] ?? Error)(message);
  if (error.name !== name) define(error, 'name', name, false);
  define(error, 'stack', stack, false);
  if (cause !== undefined) define(error, 'cause', revive(cause, depth + 1, budget), false);
  if (errors !== undefined) {
    if (!ArrayIsArray(errors) || errors.length > kErrors) {
      throw new RangeError('an error has too many errors');
    }
    const revived = [];
    for (let i = 0; i < errors.length; ++i) {
      append(revived, revive(errors[i], depth + 1, budget));
    }
    define(error, 'errors', revived, false);
  }
  const keys = ObjectKeys(properties);
  for (let i = 0; i < keys.length; ++i) define(error, keys[i], properties[keys[i]], true);
  return error;
}

const isBuffer = (value) =>
  ArrayBufferIsView(value) && ReflectGetPrototypeOf(value) === BufferPrototype;

/// Returns a function that sends a message: by `sendChunk(key, bytes)` what is a chunk of a Buffer's
/// bytes, by `send(message)` all others.
function sender(send, sendChunk) {
  return (message) => {
    if (message[0] === 'chunk' && isBuffer(message[2])) {
      sendChunk(message[1], message[2]);
    } else {
      send(message);
    }
  };
}

return { __proto__: null, clone, describe, isBuffer, revive, sender };
