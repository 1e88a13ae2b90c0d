// Streams between the two sides of a service. Each side has a port for each other side; what they
// say to each other are messages like those of service_wire.js:
//
//   from who reads    'more', key, count    so many chunks may be sent
//                     'gone', key           no more is wanted
//   from who writes   'chunk', key, chunk
//                     'over', key, error    the end; with an error as `describe` makes it, or null
//
// Gets service_wire.js's exports as `wire`, `isStream(value)`, and `messageOf(bytes)` of a message that
// came as bytes; returns `readableOf(value)` of one, `streamNumbers(args)`, `prematureClose()`,
// `closeUnused(stream)`, `streamPort(send, onIdle)` and `bytesPort(sendBytes, sendChunk, flush, onIdle)`:
// what it sends may be kept until there is more, or `flush` is called.
'use strict';

const {
  Error, Map, MapPrototypeDelete, MapPrototypeForEach, MapPrototypeGet,
  MapPrototypeGetSize, MapPrototypeSet, append,
} = primordials;
const { Readable } = require('stream');
const { setImmediate, setTimeout } = require('timers');
const { isStream, messageOf, wire: { clone, describe, revive, sender } } = options;

const { from, fromWeb } = Readable;
const kAhead = 64;        // chunks that may be under way
const kUnusedAfter = 1000;  // ms

const isNodeStream = (value) => typeof value.pipe === 'function' && typeof value.on === 'function';

/// The Readable that is sent for it. Of a Readable, that itself.
function readableOf(value) {
  if (isNodeStream(value)) return value;
  return typeof value.getReader === 'function' ? fromWeb(value) : from(value);
}

/// Destroys a stream of which nobody has begun to read a while from now: a result that C++ takes as
/// something else, or an argument of a function that has returned.
function closeUnused(stream) {
  setTimeout(() => {
    if (stream.listenerCount('data') === 0 && stream.listenerCount('readable') === 0 &&
        !stream.readableDidRead) stream.destroy();
  }, kUnusedAfter).unref();
}

function prematureClose() {
  const error = new Error('Premature close');
  error.code = 'ERR_STREAM_PREMATURE_CLOSE';
  return error;
}

function streamPort(send, onIdle) {
  const read = new Map();     // by key: what the other side writes
  const written = new Map();  // by key: what the other side reads

  function forget(map, key) {
    if (!MapPrototypeDelete(map, key)) return;
    if (MapPrototypeGetSize(read) === 0 && MapPrototypeGetSize(written) === 0) onIdle();
  }

  /// A Readable of what the other side gives as `key`.
  function open(key) {
    let credit = 0;
    const want = () => {
      if (credit > kAhead / 2) return;
      send(['more', key, kAhead - credit]);
      credit = kAhead;
    };
    const stream = new Readable({
      __proto__: null,
      objectMode: true,
      read: want,
      destroy(error, callback) {
        if (MapPrototypeGet(read, key) !== undefined) send(['gone', key]);
        forget(read, key);
        callback(error);
      },
    });
    stream.on('error', () => {});  // who reads it has been told
    MapPrototypeSet(read, key, {
      __proto__: null,
      stream,
      chunk(value) {
        --credit;
        if (stream.push(value)) want();
      },
      over(error) {
        forget(read, key);
        if (error === null) {
          stream.push(null);
        } else {
          stream.destroy(error);
        }
      },
    });
    return stream;
  }

  /// Sends `source` to the other side as `key`.
  function give(key, source) {
    const stream = readableOf(source);
    let credit = 0;
    const over = (error) => {
      if (MapPrototypeGet(written, key) === undefined) return;
      send(['over', key, error === null ? null : describe(error)]);
      forget(written, key);
    };
    MapPrototypeSet(written, key, {
      __proto__: null,
      more(count) {
        if (typeof count !== 'number' || !(count > 0 && credit + count <= kAhead)) {
          throw new RangeError('a reader wants more than it may');
        }
        credit += count;
        stream.resume();
      },
      gone(error) {
        forget(written, key);
        stream.destroy(error);
      },
    });
    stream.pause();
    stream.on('error', over);
    stream.on('end', () => over(null));
    stream.on('close', () => over(prematureClose()));
    stream.on('data', (chunk) => {
      try {
        if (MapPrototypeGet(written, key) !== undefined) send(['chunk', key, chunk]);
      } catch (error) {  // a DataCloneError
        over(error);
        stream.destroy();
      }
      if (--credit <= 0) stream.pause();
    });
    if (stream.errored || stream.destroyed) over(stream.errored ?? prematureClose());
    if (stream.readableEnded) over(null);
  }

  return {
    __proto__: null,
    open,
    give,
    closeUnused: () => MapPrototypeForEach(read, ({ stream }) => closeUnused(stream)),
    isIdle: () => MapPrototypeGetSize(read) === 0 && MapPrototypeGetSize(written) === 0,

    /// Whether the message was one of a stream's.
    receive(message) {
      const key = message[1];
      switch (message[0]) {
        case 'more':
          MapPrototypeGet(written, key)?.more(message[2]);
          return true;
        case 'gone':
          MapPrototypeGet(written, key)?.gone();
          return true;
        case 'chunk':
          MapPrototypeGet(read, key)?.chunk(message[2]);
          return true;
        case 'over':
          MapPrototypeGet(read, key)?.over(message[2] === null ? null : revive(message[2]));
          return true;
        default:
          return false;
      }
    },

    /// The other side is gone.
    end(error) {
      MapPrototypeForEach(read, (stream) => stream.over(error));
      MapPrototypeForEach(written, (stream) => stream.gone(error));
    },
  };
}

function bytesPort(sendBytes, sendChunk, flush, onIdle) {
  let scheduled = false;
  const sendOne = sender((message) => sendBytes(clone(message)), sendChunk);
  // The chunks of one turn of the loop go together, and what is behind them takes them along.
  const send = (message) => {
    sendOne(message);
    if (message[0] !== 'chunk') return flush();
    if (scheduled) return;
    scheduled = true;
    setImmediate(() => {
      scheduled = false;
      flush();
    });
  };
  const port = streamPort(send, onIdle);
  return {
    __proto__: null,
    open: port.open,
    openResult(key) {
      const stream = port.open(key);
      closeUnused(stream);
      return stream;
    },
    give: port.give,
    closeUnused: port.closeUnused,
    giveAll(args, numbers) {
      for (let i = 0; i < numbers.length; ++i) {
        port.give(`${numbers[i]}`, args[numbers[i]]);
        args[numbers[i]] = null;
      }
    },
    take(messages) {
      for (let i = 0; i < messages.length; ++i) port.receive(messageOf(messages[i]));
    },
    end: (text) => port.end(new Error(text)),
  };
}

/// The numbers of those of `args` that are streams.
function streamNumbers(args) {
  const numbers = [];
  for (let i = 0; i < args.length; ++i) {
    if (isStream(args[i])) append(numbers, i);
  }
  return numbers;
}

return {
  __proto__: null, bytesPort, closeUnused, prematureClose, readableOf, streamNumbers, streamPort,
};
