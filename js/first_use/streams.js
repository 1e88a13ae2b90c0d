// Streams with one end in C++. Between the two is a queue in C++, StreamState, which
// JavaScript reads or writes by a function `native(operation, argument)`. Each end in JavaScript
// gives C++ a function `wake`, which it calls when there is something new in the queue.
'use strict';

const {
  ArrayBufferIsView, Error, ObjectKeys, Promise, PromisePrototypeThen, ReflectApply, Set,
  SetPrototypeAdd, SetPrototypeHas, SymbolAsyncIterator, SymbolIterator, append,
} = primordials;
const { Duplex, Readable, Transform, Writable } = require('stream');
const { nextTick } = require('process');
const { isAnyArrayBuffer, isSharedArrayBuffer } = require('util');

// What an end that writes asks for, and what it is told.
const push = 0, end = 1, fail = 2, room = 3, deliver = 4, reason = 5;
const noRoom = 0, someRoom = 1, finished = 2, closed = 3, deferred = 4;
// What an end that reads asks for, and what it is told.
const find = 0, take = 1, cancel = 2, finish = 3;
const nothing = 0, aChunk = 1, theEnd = 2;

function prematureClose() {
  return withCode(new Error('Premature close'), 'ERR_STREAM_PREMATURE_CLOSE');
}

function withCode(error, code) {
  error.code = code;
  return error;
}

function ignore() {}

// Node takes a chunk that is null for the end of the stream.
function objectTaken(native) {
  const chunk = native(take);
  if (chunk !== null && chunk !== undefined) return chunk;
  throw withCode(new Error('May not write null values to stream'), 'ERR_STREAM_NULL_VALUES');
}

/// A function that pushes a chunk and says whether there is room. Who waits for the chunk is told at
/// the end of the tick: of all chunks of the tick, and is not woken for each.
function pusher(native) {
  let scheduled = false;
  const flush = () => {
    scheduled = false;
    native(deliver);
  };
  return (chunk) => {
    const left = native(push, chunk);
    if (left !== deferred) return left;
    if (!scheduled) {
      scheduled = true;
      nextTick(flush);
    }
    return someRoom;
  };
}

// ---- JavaScript's streams, for C++ to read ----

function readFrom(source, native) {
  if (typeof source.on === 'function') return readFromReadable(source, native);
  if (typeof source.getReader === 'function') {
    const reader = source.getReader();
    return readBySteps(() => reader.read(), (error) => reader.cancel(error), native);
  }
  const method = source[SymbolAsyncIterator] ?? source[SymbolIterator];
  const iterator = ReflectApply(method, source, []);
  return readBySteps(() => iterator.next(), () => iterator.return?.(), native);
}

function readFromReadable(source, native) {
  const pushChunk = pusher(native);
  let over = false;
  const failed = (error) => {
    if (over) return;
    over = true;
    native(fail, error);
  };
  const destroyed = () => {
    over = true;
    source.destroy?.(native(reason));
  };
  if (source.errored || source.destroyed) failed(source.errored ?? prematureClose());
  source.on('error', failed);
  source.on('close', () => failed(prematureClose()));
  source.on('end', () => {
    if (over) return;
    over = true;
    native(end);
  });
  source.on('data', (chunk) => {
    if (over) return;
    let left;
    try {
      left = pushChunk(chunk);
    } catch (error) {
      failed(error);
      source.destroy?.(error);
      return;
    }
    if (left === noRoom) source.pause();
    if (left === closed) destroyed();
  });
  // Node emits 'end' once.
  if (source.readableEnded && !over) {
    over = true;
    native(end);
  }
  return () => {
    if (over) return;
    const left = native(room);
    if (left === closed) destroyed();
    if (left === someRoom) source.resume();
  };
}

function readBySteps(next, close, native) {
  const pushChunk = pusher(native);
  let over = false;
  let running = false;
  const closeWith = (error) => {
    over = true;
    try {
      const closing = close(error);
      if (typeof closing?.then === 'function') closing.then(ignore, ignore);
    } catch {
      // The iterator is closed all the same; its error has no one to go to.
    }
  };
  const run = async () => {
    running = true;
    try {
      while (!over) {
        const { done, value } = await next();
        if (over) return;
        if (done) {
          over = true;
          native(end);
          return;
        }
        let left;
        try {
          left = pushChunk(value);
        } catch (error) {
          native(fail, error);
          closeWith(error);
          return;
        }
        if (left === closed) closeWith(native(reason));
        if (left === noRoom) return;
      }
    } catch (error) {
      over = true;
      native(fail, error);
    } finally {
      running = false;
    }
  };
  run();
  return () => {
    if (over) return;
    const left = native(room);
    if (left === closed) closeWith(native(reason));
    if (left === someRoom && !running) run();
  };
}

// ---- JavaScript's streams, for C++ to write to ----

function writeTo(sink, native, encoding) {
  return typeof sink.on === 'function' ? writeToWritable(sink, native, encoding)
                                       : writeToWeb(sink.getWriter(), native);
}

function writeToWritable(sink, native, encoding) {
  let over = false;
  let full = sink.writableNeedDrain === true;
  const failed = (error) => {
    if (over) return;
    over = true;
    native(cancel, error);
  };
  const pump = () => {
    while (!over && !full) {
      switch (native(find)) {
        case nothing:
          return;
        case aChunk:
          full = !sink.write(native(take), encoding);
          break;
        case theEnd:
          full = true;
          sink.end((error) => {
            if (error) return failed(error);
            over = true;
            native(finish);
          });
          return;
        default:
          over = true;
          sink.destroy?.(native(reason));
      }
    }
  };
  if (sink.errored || sink.destroyed) failed(sink.errored ?? prematureClose());
  sink.on('error', failed);
  sink.on('close', () => failed(prematureClose()));
  sink.on('drain', () => {
    full = false;
    pump();
  });
  return pump;
}

function writeToWeb(writer, native) {
  let running = false;
  let over = false;
  const failed = (error) => {
    if (over) return;
    over = true;
    native(cancel, error);
  };
  PromisePrototypeThen(writer.closed, ignore, failed);
  const run = async () => {
    running = true;
    try {
      while (!over) {
        const found = native(find);
        if (found === nothing) return;
        if (found === aChunk) {
          await writer.ready;
          // A failure also rejects `closed` and `ready`, and is handled there.
          PromisePrototypeThen(writer.write(native(take)), ignore, ignore);
        } else if (found === theEnd) {
          await writer.close();
          over = true;
          native(finish);
        } else {
          over = true;
          await writer.abort(native(reason));
        }
      }
    } catch (error) {
      failed(error);
    } finally {
      running = false;
    }
  };
  return () => {
    if (!running && !over) run();
  };
}

// ---- C++'s streams, for JavaScript ----

/// The parts of a Readable on the queue. `ended` is called at the end.
function readSide(native, objectMode, ended) {
  const side = { __proto__: null, stream: undefined, waits: false, over: false };
  const taken = objectMode ? () => objectTaken(native) : () => native(take);
  side.read = () => {
    while (!side.over) {
      const found = native(find);
      side.waits = found === nothing;
      if (found === nothing) return;
      if (found === aChunk) {
        let chunk;
        try {
          chunk = taken();
        } catch (error) {
          side.stream.destroy(error);
          return;
        }
        if (!side.stream.push(chunk)) return;
      } else if (found === theEnd) {
        side.over = true;
        native(finish);
        ended(side.stream);
      } else {
        side.over = true;
        side.stream.destroy(native(reason));
      }
    }
  };
  side.wake = () => {
    if (side.waits) side.read();
  };
  side.destroy = (error) => {
    side.over = true;
    native(cancel, error);
  };
  return side;
}

/// The parts of a Writable on the queue.
function writeSide(native) {
  const pushChunk = pusher(native);
  const side = { __proto__: null, stream: undefined };
  let pending;  // the callback of a write
  let ending;   // the callback of the end
  const settle = (error) => {
    const callback = pending;
    pending = undefined;
    callback?.(error);
    return callback !== undefined;
  };
  const over = () => {
    const error = native(reason);
    if (error === undefined || !settle(error)) side.stream.destroy(error);
  };
  side.write = (chunk, encoding, callback) => {
    let left;
    try {
      left = pushChunk(chunk);
    } catch (error) {
      callback(error);
      return;
    }
    if (left === someRoom) return callback();
    pending = callback;
    if (left === closed) over();
  };
  side.end = (callback) => {
    native(end);
    ending = callback;
    side.wake();
  };
  side.wake = () => {
    const left = native(room);
    if (left === someRoom) settle();
    if (left === closed && !side.stream.destroyed) over();
    if (left === finished && ending) {
      const callback = ending;
      ending = undefined;
      settle();
      callback();
    }
  };
  side.destroy = (error) => native(fail, error);
  return side;
}

function endReadable(stream) {
  stream.push(null);
}

function readable(native, objectMode, isText) {
  const side = readSide(native, objectMode, endReadable);
  side.stream = new Readable({
    __proto__: null,
    objectMode,
    encoding: isText ? 'utf8' : undefined,
    read: side.read,
    destroy(error, callback) {
      side.destroy(error);
      callback(error);
    },
  });
  return [side.stream, side.wake];
}

function writable(native, objectMode, isText) {
  const side = writeSide(native);
  side.stream = new Writable({
    __proto__: null,
    objectMode,
    decodeStrings: !isText,
    write: side.write,
    final: side.end,
    destroy(error, callback) {
      side.destroy(error);
      callback(error);
    },
  });
  return [side.stream, side.wake];
}

function pairOptions(from, to, readableObjectMode, readableText, writableObjectMode, writableText) {
  return {
    __proto__: null,
    readableObjectMode,
    writableObjectMode,
    encoding: readableText ? 'utf8' : undefined,
    decodeStrings: !writableText,
    read: from.read,
    write: to.write,
    destroy(error, callback) {
      from.destroy(error);
      to.destroy(error);
      callback(error);
    },
  };
}

function duplex(nativeFrom, fromObjects, fromText, nativeTo, toObjects, toText) {
  const from = readSide(nativeFrom, fromObjects, endReadable);
  const to = writeSide(nativeTo);
  const options = pairOptions(from, to, fromObjects, fromText, toObjects, toText);
  options.final = to.end;
  from.stream = to.stream = new Duplex(options);
  return [from.stream, from.wake, to.wake];
}

// A Transform ends its readable side itself, after `flush`: when C++ has read all and ended.
function transform(nativeFrom, fromObjects, fromText, nativeTo, toObjects, toText) {
  let ended = false;
  let flushed;
  const from = readSide(nativeFrom, fromObjects, (stream) => {
    ended = true;
    if (flushed) {
      flushed();
    } else {
      stream.push(null);
    }
  });
  const to = writeSide(nativeTo);
  const options = pairOptions(from, to, fromObjects, fromText, toObjects, toText);
  options.flush = (callback) => {
    to.end(() => {
      if (ended) {
        callback();
      } else {
        flushed = callback;
      }
    });
  };
  from.stream = to.stream = new Transform(options);
  return [from.stream, from.wake, to.wake];
}

// ---- C++'s streams as web streams ----

function webReadable(native) {
  const { ReadableStream } = require('stream/web');
  let wanted;  // the end of the promise that a pull waits for
  let over = false;
  const fill = (controller) => {
    const found = native(find);
    if (found === nothing) return false;
    if (found === aChunk) {
      let chunk;
      try {
        chunk = native(take);
      } catch (error) {
        over = true;
        native(cancel, error);
        controller.error(error);
        return true;
      }
      controller.enqueue(chunk);
    } else {
      over = true;
      if (found === theEnd) {
        native(finish);
        controller.close();
      } else {
        controller.error(native(reason) ?? prematureClose());
      }
    }
    return true;
  };
  const stream = new ReadableStream({
    __proto__: null,
    pull(controller) {
      if (over || fill(controller)) return undefined;
      return new Promise((resolve) => {
        wanted = () => {
          if (!fill(controller)) return;
          wanted = undefined;
          resolve();
        };
      });
    },
    cancel(error) {
      over = true;
      wanted = undefined;
      native(cancel, error);
    },
  }, { __proto__: null, highWaterMark: 0 });
  return [stream, () => wanted?.()];
}

function webWritable(native) {
  const { WritableStream } = require('stream/web');
  const side = writeSide(native);
  let controller;
  let closing = false;
  let giveUp = ignore;  // rejects the promise of the write or the close that is under way, if any
  const settled = (start) => new Promise((resolve, reject) => {
    giveUp = reject;
    start((error) => {
      if (error) {
        reject(error);
      } else {
        resolve();
      }
    });
  });
  side.stream = {
    __proto__: null,
    destroyed: false,
    destroy(error) {
      this.destroyed = true;
      error ??= prematureClose();
      giveUp(error);
      controller.error(error);
    },
  };
  // A web stream calls `abort` once what is under way has ended, which a sink that has stopped
  // reading would never let it do; after a close that fails it does not call it.
  const aborted = ({ target }) => {
    if (closing) side.destroy(target.reason);
    giveUp(target.reason);
  };
  const stream = new WritableStream({
    __proto__: null,
    start(given) {
      controller = given;
      given.signal.addEventListener('abort', aborted);
    },
    write: (chunk) => settled((callback) => side.write(chunk, undefined, (error) => {
      if (error) side.destroy(error);  // as the stream does not call `abort` then
      callback(error);
    })),
    close() {
      closing = true;
      return settled(side.end);
    },
    abort(error) { side.destroy(error); },
  });
  return [stream, side.wake];
}

// ---- Iterators and ports ----

function generator(next, stop) {
  return {
    next() {
      const found = next();
      return found === undefined ? { value: undefined, done: true } : { value: found[0], done: false };
    },
    return(value) {
      stop();
      return { value, done: true };
    },
    [SymbolIterator]() { return this; },
  };
}

function messages(port, native) {
  const pushChunk = pusher(native);
  let over = false;
  const ended = () => {
    if (over) return;
    over = true;
    native(end);
  };
  const stop = () => {
    over = true;
    if (typeof port.close === 'function') port.close();
    if (typeof port.terminate === 'function') port.terminate();
  };
  const received = (value) => {
    if (over) return;
    let left;
    try {
      left = pushChunk(value);
    } catch (error) {
      over = true;
      native(fail, error);
      return;
    }
    if (left === closed) stop();
  };
  const failed = (error) => {
    if (over) return;
    over = true;
    native(fail, error);
  };
  if (typeof port.on === 'function') {
    port.on('message', received);
    port.on('messageerror', failed);
    port.on('error', failed);
    port.on('close', ended);
    port.on('exit', ended);
  } else {
    port.onmessage = (event) => received(event.data);
    port.onmessageerror = () => failed(new Error('A message could not be read'));
  }
  const post = (value, transfers) => {
    if (transfers) {
      const list = [];
      collectTransfers(value, list, new Set());
      port.postMessage(value, list);
    } else {
      port.postMessage(value);
    }
  };
  return [post, () => {
    if (!over && native(room) === closed) stop();
  }];
}

function collectTransfers(value, list, seen) {
  if (typeof value !== 'object' || value === null || SetPrototypeHas(seen, value)) return;
  SetPrototypeAdd(seen, value);
  if (isAnyArrayBuffer(value)) {
    if (!isSharedArrayBuffer(value)) append(list, value);
  } else if (ArrayBufferIsView(value)) {
    collectTransfers(value.buffer, list, seen);
  } else {
    const keys = ObjectKeys(value);
    for (let i = 0; i < keys.length; ++i) collectTransfers(value[keys[i]], list, seen);
  }
}

return {
  __proto__: null, readFrom, writeTo, readable, writable, duplex, transform, webReadable,
  webWritable, generator, messages,
};
