// The side that gives the work: starts worker processes, replaces those that end, and has the streams.
// ChildCalls has the calls and the sockets. Runs in an environment of the host's own. Gets
// service_wire.js's exports as `wire`, service_streams.js's as `streams`, service_inspector.js's as
// `inspector`, ChildCalls' functions as `calls` and those of src/host/back_off.hpp as `backOff`;
// returns `makeChildren(settings)`:
//
//   command         program and arguments
//   cwd, env        of the processes; env is laid over this environment's, or all if hideVariables
//   uid, gid        whose they are; null: this process's
//   instances       how many
//   launchTimeout   ms until the first message
//   onOutput(bytes) gets what they print; undefined: they share this process's output
//   debugPort       of the first instance's inspector; null: there is none
//
// which returns what ChildCalls calls. An instance has a number, by which both know it.
'use strict';

const {
  Array, ArrayIsArray, Error, Map, MapPrototypeDelete, MapPrototypeForEach, MapPrototypeGet,
  MapPrototypeGetSize, MapPrototypeSet, ObjectKeys, Promise, TypeError, append,
} = primordials;
const { Buffer: { from: bufferFrom } } = require('buffer');
const { spawn } = require('child_process');
const { performance } = require('perf_hooks');
const { Readable } = require('stream');
const { clearTimeout, setTimeout } = require('timers');
const {
  backOff, calls, inspector: { inspectorPort }, wire: { revive, sender },
  streams: { closeUnused, readableOf, streamNumbers, streamPort },
} = options;

const now = () => performance.now();
const kStuckAfter = 1000;      // ms from a ping to SIGKILL
const kOutputKept = 2000;      // characters of what a failed one has printed

function makeChildren(settings) {
  const slots = new Array(settings.instances);
  const given = new Map();   // by call: the streams among its arguments
  let running = false;   // all have been started once
  let stopping = false;
  const everyone = new Map();  // all processes that live, old ones too
  let serial = 0;
  const inspector = typeof settings.debugPort !== 'number' ? undefined :
    inspectorPort(settings.debugPort, (text) => {
      if (settings.onOutput === undefined) process.stderr.write(text);
      else settings.onOutput(bufferFrom(text));
    });

  /// Sends a call some of whose arguments are streams.
  function send(number, id, module, name, args) {
    const instance = MapPrototypeGet(everyone, number);
    const numbers = streamNumbers(args);
    const streams = [];
    for (let i = 0; i < numbers.length; ++i) {
      append(streams, readableOf(args[numbers[i]]));
      args[numbers[i]] = null;
    }
    MapPrototypeSet(given, id, streams);
    try {
      instance.send(['call', id, module, name, args, numbers]);
      for (let i = 0; i < numbers.length; ++i) {
        instance.port.give(`${id}.${numbers[i]}`, streams[i]);
      }
    } catch (error) {  // a DataCloneError
      destroyStreams(id);
      throw error;
    }
  }

  function destroyStreams(id) {
    const streams = MapPrototypeGet(given, id);
    MapPrototypeDelete(given, id);
    for (let i = 0; i < streams.length; ++i) streams[i].destroy();
  }

  function receive(number, message) {
    const instance = MapPrototypeGet(everyone, number);
    const { 0: kind, 1: id } = ArrayIsArray(message) ? message : [];
    switch (kind) {
      case 'ready':
        instance.ready = true;
        clearTimeout(instance.launchTimer);
        calls.ready(number);
        if (instance.isFirst && !instance.retired) inspector?.ready(instance);
        return;
      case 'pong':
        clearTimeout(instance.stuckTimer);
        instance.stuckTimer = undefined;
        return;
      case 'broken':
        calls.breakStream(number, id, revive(message[2]));
        return;
      case 'failed':
        calls.fail(number, id, revive(message[2]));
        return;
      case 'inspects':
      case 'inspectEnded':
        if (!inspector?.receive(instance, message)) throw new TypeError('no answer');
        return;
      default:
        if (!ArrayIsArray(message) || !instance.port.receive(message)) {
          throw new TypeError('no kind of message');
        }
    }
  }

  /// A Readable for a result that is a stream.
  function openStream(number, id) {
    const stream = new Readable({
      __proto__: null,
      objectMode: true,
      read() { calls.readStream(number, id); },
      destroy(error, callback) {
        calls.leaveStream(number, id);
        callback(error);
      },
    });
    stream.on('error', () => {});  // who reads it has been told
    return stream;
  }

  function start(slot) {
    slot.timer = undefined;
    const output = settings.onOutput === undefined ? 'inherit' : 'pipe';
    const { command } = settings;
    const args = [];
    for (let i = 1; i < command.length; ++i) append(args, command[i]);
    const env = settings.hideVariables ? {} : { ...process.env };
    const names = ObjectKeys(settings.env);
    for (let i = 0; i < names.length; ++i) {
      if (settings.env[names[i]] === null) {
        delete env[names[i]];
      } else {
        env[names[i]] = settings.env[names[i]];
      }
    }
    const startedAt = now();
    const number = ++serial;
    let child;
    try {
      child = spawn(command[0], args,
                    { cwd: settings.cwd, env, uid: settings.uid ?? undefined,
                      gid: settings.gid ?? undefined,
                      stdio: ['ignore', output, output, calls.open(number)] });
    } catch (error) {  // no descriptors are left, or the kernel refuses the variables
      calls.discard(number);
      if (!running) throw error;
      slot.failures++;
      tellPause();
      replace(slot, `A worker process could not be started: ${error.message}`);
      return;
    }
    const instance = {
      name: `worker process ${child.pid}`, number, child, ready: false, retired: false,
      isFirst: slot.number === 0,
      over: false,
      send: undefined, port: undefined, printed: '', stuckTimer: undefined, launchTimer: undefined,
      failure: undefined,
      closeIfDone() {
        if (instance.retired && instance.port.isIdle() && calls.isIdle(number)) calls.end(number);
      },
      kill(reason) {
        instance.failure ??= reason;
        child.kill('SIGKILL');
      },
      socketEnded: undefined,
    };
    slot.instance = instance;
    if (running) tellPause();
    MapPrototypeSet(everyone, number, instance);
    calls.start(number, instance.name);
    instance.send = sender((message) => calls.send(number, message),
                           (key, bytes) => calls.sendChunk(number, key, bytes));
    instance.port = streamPort(instance.send, instance.closeIfDone);
    if (output === 'pipe') {
      const take = (chunk) => {
        if (!instance.ready) instance.printed = `${instance.printed}${chunk}`.slice(-kOutputKept);
        settings.onOutput(chunk);
      };
      child.stdout.on('data', take);
      child.stderr.on('data', take);
    }
    instance.launchTimer = setTimeout(
      () => instance.kill(`was not ready within ${settings.launchTimeout} ms`),
      settings.launchTimeout);
    const end = (reason) => {
      if (instance.over) return;
      instance.over = true;
      clearTimeout(instance.launchTimer);
      clearTimeout(instance.stuckTimer);
      lose(slot, instance, instance.failure ?? reason, now() - startedAt);
    };
    child.on('error', (error) => end(`could not be started: ${error.message}`));
    // What it has sent before its end is still read.
    let left = 2;
    let reason;
    const partOver = () => {
      if (--left === 0) end(reason);
    };
    instance.socketEnded = () => {
      instance.socketEnded = () => {};
      partOver();
    };
    child.on('close', (code, signal) => {
      reason = signal === null ? `ended with exit code ${code}` : `was ended by ${signal}`;
      partOver();
    });
  }

  function lose(slot, instance, reason, lived) {
    const { name, number, printed } = instance;
    const error = new Error(`The ${name} ${reason} while it sent or read a stream.`);
    error.code = 'ERR_NODEHOST_INSTANCE_ENDED';
    instance.port.end(error);
    calls.breakStreams(number, error);
    if (slot.instance === instance && !stopping) {
      slot.failures = backOff.failuresAfter(slot.failures, calls.hasServed(number), lived);
      tellPause();  // before its calls fail: who then makes another is to know
    }
    calls.lose(number, reason, stopping);
    MapPrototypeDelete(everyone, number);
    inspector?.ended(instance);
    if (slot.instance !== instance || stopping) {  // restarted or stopped, perhaps meanwhile
      checkStopped();
      return;
    }
    slot.instance = undefined;
    const said = printed === '' ? '' : ` It printed: ${printed}`;
    replace(slot, `The ${name} ${reason}`, said);
  }

  /// After how many failures no process lives, the fewest of a slot; 0: one does, or is started.
  function tellPause() {
    let failures = slots[0].failures;
    for (let i = 0; i < slots.length; ++i) {
      const { failures: ofSlot, instance } = slots[i];
      if (instance !== undefined && !instance.over) failures = 0;
      else if (ofSlot < failures) failures = ofSlot;
    }
    backOff.setPausesAfter(failures);
  }

  /// Starts another, now or later. If that has failed too often, calls wait no more, because of
  /// `failure`.
  function replace(slot, failure, said = '') {
    if (slot.failures >= backOff.givesUpAt) {
      calls.giveUpWaiting(`${failure}, as ${backOff.givesUpAt - 1} before it.${said}`);
    }
    slot.timer = setTimeout(start, backOff.pauseAfter(slot.failures), slot);
  }

  for (let i = 0; i < slots.length; ++i) {
    slots[i] = { number: i, instance: undefined, timer: undefined, failures: 0 };
    start(slots[i]);
  }
  running = true;

  let onStopped;
  function checkStopped() {
    if (onStopped !== undefined && MapPrototypeGetSize(everyone) === 0) onStopped();
  }

  return {
    __proto__: null,
    send,
    receive,
    openStream,
    closeUnused,
    destroyStreams,
    destroyUnread(args) {
      const numbers = streamNumbers(args);
      for (let i = 0; i < numbers.length; ++i) readableOf(args[numbers[i]]).destroy();
    },
    forgetStreams: (id) => { MapPrototypeDelete(given, id); },
    closeIfDone: (number) => MapPrototypeGet(everyone, number).closeIfDone(),

    /// The socket's other end is closed.
    ended: (number) => MapPrototypeGet(everyone, number)?.socketEnded(),

    /// What it sends is not read any more.
    kill(number, reason) {
      const instance = MapPrototypeGet(everyone, number);
      instance.kill(reason);
      instance.socketEnded();
    },

    /// A call to it was given up: an instance that does not answer soon is killed.
    probe(number) {
      const instance = MapPrototypeGet(everyone, number);
      if (!instance.ready || instance.stuckTimer !== undefined) return;
      instance.send(['ping']);
      instance.stuckTimer = setTimeout(
        () => instance.kill(`did not answer for ${kStuckAfter} ms after a call had timed out, and was killed`),
        kStuckAfter);
    },

    restart() {
      for (let i = 0; i < slots.length; ++i) {
        const slot = slots[i];
        const old = slot.instance;
        if (old !== undefined) {
          old.retired = true;
          calls.retire(old.number);
          old.closeIfDone();
          slot.instance = undefined;
        }
        clearTimeout(slot.timer);
        slot.failures = 0;
        start(slot);
      }
    },

    /// A promise that is fulfilled when all processes have ended.
    stop() {
      stopping = true;
      for (let i = 0; i < slots.length; ++i) clearTimeout(slots[i].timer);
      MapPrototypeForEach(everyone, (instance) => {
        calls.end(instance.number);
        setTimeout(() => instance.kill('did not end in time'), kStuckAfter);
      });
      return new Promise((resolve) => {
        onStopped = resolve;
        checkStopped();
      });
    },
  };
}

return { __proto__: null, makeChildren };
