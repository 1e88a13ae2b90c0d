// What the two sides of a worker process say to each other: frames of four bytes of length, least
// significant first, and a structured clone of an array whose first element is the kind.
//
//   to the worker     'call', id, module, export, arguments, numbers of those that are streams
//                     'ping'
//   from the worker   'ready'
//                     'begun', ids          before the functions are called
//                     'done', id, result
//                     'stream', id          the result is a stream
//                     'failed', id, error   as `describe` makes it
//                     'pong'
//   either way        what service_streams.js sends
'use strict';

const {
  AggregateError, ArrayIsArray, Error, EvalError, ObjectDefineProperty, ObjectKeys, RangeError,
  ReferenceError, RegExpPrototypeExec, SyntaxError, TypeError, URIError, append, uncurryThis,
} = primordials;
const { Buffer } = require('buffer');
const { isNativeError } = require('util');
const { deserialize, serialize } = require('v8');

const { alloc, concat } = Buffer;
const readLength = uncurryThis(Buffer.prototype.readUInt32LE);
const writeLength = uncurryThis(Buffer.prototype.writeUInt32LE);
const subarray = uncurryThis(Buffer.prototype.subarray);
const kHeader = 4;
const kLimit = 2 ** 32 - 1;

const classes = {
  __proto__: null,
  Error, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError,
};

/// A structured clone as bytes. Throws a DataCloneError for what has none.
function clone(value) {
  try {
    return serialize(value);
  } catch (error) {
    // Node throws a plain Error; what a getter throws goes through.
    if (isNativeError(error) && error.constructor === Error &&
        RegExpPrototypeExec(/could not be cloned\.$/, error.message) !== null) {
      ObjectDefineProperty(error, 'name', {
        __proto__: null, value: 'DataCloneError', writable: true, configurable: true,
      });
    }
    throw error;
  }
}

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

/// What was thrown as data: an error keeps its name, stack, cause, errors and own properties.
function describe(thrown, depth = 0) {
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
  for (let i = 0; i < keys.length && i < 64; ++i) {
    if (kKnown[keys[i]]) continue;
    try {
      const copy = cloneOf(thrown[keys[i]]);
      if (copy !== undefined) description.properties[keys[i]] = copy.value;
    } catch {
      // A getter that throws has no value.
    }
  }
  if (depth < 8) {
    try {
      if (thrown.cause !== undefined) description.cause = describe(thrown.cause, depth + 1);
      if (ArrayIsArray(thrown.errors)) {
        description.errors = [];
        for (let i = 0; i < thrown.errors.length && i < 64; ++i) {
          append(description.errors, describe(thrown.errors[i], depth + 1));
        }
      }
    } catch {
      // A getter that throws ends the list of causes and errors.
    }
  }
  return description;
}

/// The error, or other value, that `describe` has made the data of.
function revive(description) {
  if (!('message' in description)) return description.thrown;
  const define = (error, key, value, enumerable) => ObjectDefineProperty(error, key, {
    __proto__: null, value, enumerable, writable: true, configurable: true,
  });
  const { name, message, stack, properties, cause, errors } = description;
  const error = errors !== undefined ? new AggregateError([], message) :
    new (classes[name] ?? Error)(message);
  if (error.name !== name) define(error, 'name', name, false);
  define(error, 'stack', stack, false);
  if (cause !== undefined) define(error, 'cause', revive(cause), false);
  if (errors !== undefined) {
    const revived = [];
    for (let i = 0; i < errors.length; ++i) append(revived, revive(errors[i]));
    define(error, 'errors', revived, false);
  }
  const keys = ObjectKeys(properties);
  for (let i = 0; i < keys.length; ++i) define(error, keys[i], properties[keys[i]], true);
  return error;
}

/// Returns a function that sends a message; what is sent in one turn leaves in one write.
function sender(socket) {
  let corked = false;
  const uncork = () => {
    corked = false;
    socket.uncork();
  };
  return (message) => {
    const body = clone(message);
    if (body.length > kLimit) {
      throw new RangeError(`The data has ${body.length} bytes; at most ${kLimit} can be sent`);
    }
    const header = alloc(kHeader);
    writeLength(header, body.length, 0);
    if (!corked) {
      corked = true;
      socket.cork();
      process.nextTick(uncork);
    }
    socket.write(header);
    socket.write(body);
  };
}

/// Returns a function that takes the chunks as they come, and calls `receive` with an array of all
/// messages that a chunk has brought to their end.
function receiver(receive) {
  let parts = [];
  let size = 0;
  let wanted = kHeader;
  return (chunk) => {
    append(parts, chunk);
    size += chunk.length;
    if (size < wanted) return;
    const all = parts.length === 1 ? chunk : concat(parts, size);
    const messages = [];
    let at = 0;
    while (true) {
      const left = all.length - at;
      wanted = kHeader;
      if (left < kHeader) break;
      const length = readLength(all, at);
      wanted += length;
      if (left < wanted) break;
      append(messages, deserialize(subarray(all, at + kHeader, at + wanted)));
      at += wanted;
    }
    parts = at === all.length ? [] : [subarray(all, at)];
    size = all.length - at;
    if (messages.length > 0) receive(messages);
  };
}

return { __proto__: null, clone, describe, deserialize, revive, sender, receiver };
