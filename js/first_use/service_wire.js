// What the two sides of a worker process say to each other: frames of four bytes of length, least
// significant first, and a body. A body is a structured clone, which begins with the byte 255, of an
// array whose first element is the kind; of 'begun' it is the byte 1 and a double for each id, and of a
// 'chunk' that is a Buffer the byte 2, the length of the key in a byte, the key and the bytes.
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
  AggregateError, ArrayBufferIsView, ArrayIsArray, Error, EvalError, ObjectDefineProperty, ObjectKeys,
  RangeError, ReferenceError, ReflectGetPrototypeOf, RegExpPrototypeExec, SyntaxError, TypeError,
  URIError, append, uncurryThis,
} = primordials;
const { Buffer } = require('buffer');
const { nextTick } = require('process');
const { isNativeError } = require('util');
const { DefaultSerializer, Serializer, deserialize } = require('v8');

const { alloc, allocUnsafe, concat, prototype: BufferPrototype } = Buffer;
const readDouble = uncurryThis(BufferPrototype.readDoubleLE);
const readLatin1 = uncurryThis(BufferPrototype.latin1Slice);
const readLength = uncurryThis(BufferPrototype.readUInt32LE);
const subarray = uncurryThis(BufferPrototype.subarray);
const writeBytes = uncurryThis(BufferPrototype.set);
const writeDouble = uncurryThis(BufferPrototype.writeDoubleLE);
const writeLatin1 = uncurryThis(BufferPrototype.latin1Write);
const writeLength = uncurryThis(BufferPrototype.writeUInt32LE);
const releaseBuffer = uncurryThis(Serializer.prototype.releaseBuffer);
const writeHeader = uncurryThis(Serializer.prototype.writeHeader);
const writeRawBytes = uncurryThis(Serializer.prototype.writeRawBytes);
const writeValue = uncurryThis(Serializer.prototype.writeValue);

const kHeader = 4;
const kLimit = 2 ** 32 - 1;
const kBegun = 1;
const kChunk = 2;
const kRoom = alloc(kHeader);

const classes = {
  __proto__: null,
  Error, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError,
};

/// A structured clone as bytes, behind a copy of those of `room`. Throws a DataCloneError for what has
/// none.
function clone(value, room) {
  try {
    const serializer = new DefaultSerializer();
    if (room !== undefined) writeRawBytes(serializer, room);
    writeHeader(serializer);
    writeValue(serializer, value);
    return releaseBuffer(serializer);
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

// Frames are made with room for their length, which the sender writes.
function begunFrame(ids) {
  const frame = allocUnsafe(kHeader + 1 + 8 * ids.length);
  frame[kHeader] = kBegun;
  for (let i = 0; i < ids.length; ++i) writeDouble(frame, ids[i], kHeader + 1 + 8 * i);
  return frame;
}

// What the stream's owner does to its Buffer afterwards does not reach a copy.
function chunkFrame(key, bytes) {
  const start = kHeader + 2 + key.length;
  const frame = allocUnsafe(start + bytes.length);
  frame[kHeader] = kChunk;
  frame[kHeader + 1] = key.length;
  writeLatin1(frame, key, kHeader + 2, key.length);
  writeBytes(frame, bytes, start);
  return frame;
}

function frameOf(message) {
  if (message[0] === 'begun') return begunFrame(message[1]);
  if (message[0] === 'chunk' && isBuffer(message[2])) {
    return chunkFrame(message[1], message[2]);
  }
  return clone(message, kRoom);
}

function messageOf(body) {
  if (body[0] === kBegun) {
    const ids = { __proto__: null, length: (body.length - 1) / 8 };
    for (let i = 0; i < ids.length; ++i) ids[i] = readDouble(body, 1 + 8 * i);
    return ['begun', ids];
  }
  if (body[0] === kChunk) {
    const start = 2 + body[1];
    return ['chunk', readLatin1(body, 2, start), subarray(body, start)];
  }
  const message = deserialize(body);
  if (!ArrayIsArray(message) || message[0] === 'begun') throw new TypeError('no kind of message');
  return message;
}

/// Returns a function that sends a message; what is sent in one turn leaves in one write.
function sender(socket) {
  let corked = false;
  const uncork = () => {
    corked = false;
    socket.uncork();
  };
  return (message) => {
    const frame = frameOf(message);
    const length = frame.length - kHeader;
    if (length > kLimit) {
      throw new RangeError(`The data has ${length} bytes; at most ${kLimit} can be sent`);
    }
    writeLength(frame, length, 0);
    if (!corked) {
      corked = true;
      socket.cork();
      nextTick(uncork);
    }
    socket.write(frame);
  };
}

/// Returns a function that takes the chunks as they come, and calls `receive` with a list of all
/// messages that a chunk has brought to their end. It throws where one is none, and can then go on no
/// more.
function receiver(receive) {
  let parts;  // of a message that has not come to its end
  let size = 0;
  let wanted = kHeader;
  return (chunk) => {
    size += chunk.length;
    if (size < wanted) {
      append(parts ??= [], chunk);
      return;
    }
    let all = chunk;
    if (parts !== undefined) {
      append(parts, chunk);
      all = concat(parts, size);
      parts = undefined;
    }
    const messages = { __proto__: null, length: 0 };
    let at = 0;
    while (true) {
      const left = size - at;
      wanted = kHeader;
      if (left < kHeader) break;
      wanted += readLength(all, at);
      if (left < wanted) break;
      messages[messages.length++] = messageOf(subarray(all, at + kHeader, at + wanted));
      at += wanted;
    }
    size -= at;
    if (size > 0) parts = [subarray(all, at)];
    if (messages.length > 0) receive(messages);
  };
}

return { __proto__: null, clone, describe, deserialize, revive, sender, receiver };
