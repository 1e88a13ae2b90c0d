// Standard output and error of an environment: written as a whole, in order and at once, to the
// host's callback or to the descriptor as it is. node's own streams would make the descriptors
// non-blocking, and a terminal's close-on-exec, for the host as well. Runs in each environment and
// Worker before any user code, with node's internal `require`.
//
//   options.capturesOut, options.capturesErr   there is a callback
//   options.ownProcess, options.inWorker
//   options.host  write(fd, text or view): 0 or a negative error; touchStdio(fd); isTerminal(fd);
//                 terminalSize(fd): [columns, rows]
//
// A Worker's output goes through its parent, as node has it.
'use strict';

const { internalBinding } = require('internal/bootstrap/realm');
const { host, inWorker, ownProcess } = options;
const { ObjectDefineProperties, ObjectDefineProperty, ReflectApply, ReflectConstruct } = primordials;

// What libuv is about to change is remembered first.
function touching(prototype, name, fdOf) {
  const original = prototype[name];
  prototype[name] = function(...given) {
    const fd = fdOf(this, given);
    if (fd >= 0 && fd <= 2) host.touchStdio(fd);
    return ReflectApply(original, this, given);
  };
}

if (!ownProcess) {
  const { Pipe } = internalBinding('pipe_wrap');
  const { TCP } = internalBinding('tcp_wrap');
  touching(Pipe.prototype, 'open', (_, { 0: fd }) => fd);
  touching(TCP.prototype, 'open', (_, { 0: fd }) => fd);
  const terminals = internalBinding('tty_wrap');
  const { TTY } = terminals;
  function HostedTTY(...given) {
    const fd = given[0];
    if (fd >= 0 && fd <= 2) host.touchStdio(fd);
    return ReflectConstruct(TTY, given, new.target ?? TTY);
  }
  HostedTTY.prototype = TTY.prototype;
  TTY.prototype.constructor = HostedTTY;
  terminals.TTY = HostedTTY;
}

if (inWorker) {
  // Warnings and the like, which node would write past all streams.
  const { format } = require('internal/util/inspect');
  if (!ownProcess || options.capturesErr) {
    process._rawDebug = (...given) => { process.stderr.write(`${ReflectApply(format, null, given)}\n`); };
  }
  return;
}

function failure(code) {
  const { UVException } = require('internal/errors');
  return new UVException({ errno: code, syscall: 'write' });
}

// As node's: the stream may be ended and destroyed, the descriptor is not.
function dummyDestroy(error, callback) {
  callback(error);
  this._undestroy();
  if (!this._writableState.emitClose) process.nextTick(() => this.emit('close'));
}

const getTerminal = {
  isTTY: { __proto__: null, value: true, writable: true, enumerable: true, configurable: true },
};
for (const [index, name] of [[0, 'columns'], [1, 'rows']]) {
  getTerminal[name] = {
    __proto__: null,
    get() { return host.terminalSize(this.fd)[index] || undefined; },
    enumerable: true,
    configurable: true,
  };
}

// Of tty.WriteStream, and what needs no handle.
const kTerminalMethods =
  ['clearLine', 'clearScreenDown', 'cursorTo', 'moveCursor', 'getColorDepth', 'hasColors'];

function makeTerminal(stream) {
  const { WriteStream: { prototype } } = require('tty');
  for (let i = 0; i < kTerminalMethods.length; i++) {
    const name = kTerminalMethods[i];
    ObjectDefineProperty(stream, name, { __proto__: null, value: prototype[name], writable: true,
                                   configurable: true });
  }
  stream.getWindowSize = () => host.terminalSize(stream.fd);
  ObjectDefineProperties(stream, getTerminal);
}

function makeStream(fd, captured) {
  const { Writable } = require('stream');
  const { Buffer } = require('buffer');
  const stream = new Writable({
    decodeStrings: false,
    write(chunk, encoding, callback) {
      const whole = typeof chunk !== 'string' || encoding === 'utf8' || encoding === 'utf-8';
      let error = null;
      try {
        const code = host.write(fd, whole ? chunk : Buffer.from(chunk, encoding));
        if (code < 0) error = failure(code);
      } catch (thrown) {
        error = thrown;
      }
      callback(error);
    },
  });
  stream.fd = fd;
  stream._isStdio = true;
  stream.destroySoon = stream.destroy;
  stream._destroy = dummyDestroy;
  const terminal = !captured && host.isTerminal(fd);
  stream._type = terminal ? 'tty' : 'pipe';
  if (terminal) makeTerminal(stream);
  return stream;
}

function define(name, fd, captured) {
  let stream;
  ObjectDefineProperty(process, name, {
    __proto__: null,
    configurable: true,
    enumerable: true,
    get: () => stream ??= makeStream(fd, captured),
  });
}

if (!ownProcess || options.capturesOut) define('stdout', 1, options.capturesOut);
if (!ownProcess || options.capturesErr) {
  define('stderr', 2, options.capturesErr);
  const { format } = require('internal/util/inspect');
  process._rawDebug = (...given) => { host.write(2, `${ReflectApply(format, null, given)}\n`); };
}
