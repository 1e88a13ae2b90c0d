// The side that gives the work: starts worker processes, shares the calls among them and replaces
// those that end. Runs in an environment of the host's own. Gets service_wire.js's exports as
// `wire` and service_streams.js's as `streams`; returns `makeChildren(settings)`:
//
//   command         program and arguments
//   cwd, env        of the processes; env is laid over this environment's, or all if hideVariables
//   uid, gid        whose they are; null: this process's
//   instances       how many
//   launchTimeout   ms until the first message
//   onOutput(bytes) gets what they print; undefined: they share this process's output
//   onBegin(id, instance) } of a call that is about to begin, and that a lost instance took along
'use strict';

const {
  Array, Error, Map, MapPrototypeDelete, MapPrototypeForEach, MapPrototypeGet, MapPrototypeGetSize,
  MapPrototypeSet, ObjectKeys, Promise, append,
} = primordials;
const { spawn } = require('child_process');
const { performance } = require('perf_hooks');
const { clearTimeout, setTimeout } = require('timers');
const {
  wire: { receiver, revive, sender }, streams: { closeUnused, isStream, readableOf, streamPort },
} = options;

const now = () => performance.now();
const kStuckAfter = 1000;      // ms from a ping to SIGKILL
const kHealthyAfter = 2000;    // ms; one that lived longer is replaced at once
const kLongestPause = 10000;   // ms between two attempts
const kAttempts = 5;           // in a row until waiting calls are given up
const kMostCalls = 1 << 16;    // sent to one instance at a time; the rest waits here
const kOutputKept = 2000;      // characters of what a failed one has printed

/// An error for C++ to make an InstanceEnded of.
function ended(text, started) {
  const error = new Error(text);
  error.code = 'ERR_NODEHOST_INSTANCE_ENDED';
  error.started = started;
  return error;
}

function makeChildren(settings) {
  const slots = new Array(settings.instances);
  let waiting = [];        // calls that no instance has
  let stopping = false;
  let generation = 0;
  let everyone = new Map();  // all processes that live, old ones too
  let serial = 0;

  function dispatch() {
    if (waiting.length === 0) return;
    const calls = waiting;
    waiting = [];
    for (let i = 0; i < calls.length; ++i) give(calls[i]);
  }

  function give(call) {
    if (call.settled) return;
    let chosen;
    for (let i = 0; i < slots.length; ++i) {
      const instance = slots[i]?.instance;
      if (!instance?.ready || instance.retired) continue;
      if (chosen === undefined ||
          MapPrototypeGetSize(instance.calls) < MapPrototypeGetSize(chosen.calls)) {
        chosen = instance;
      }
    }
    if (chosen === undefined || MapPrototypeGetSize(chosen.calls) >= kMostCalls) {
      append(waiting, call);
      return;
    }
    MapPrototypeSet(chosen.calls, call.id, call);
    call.instance = chosen;
    const { streams } = call;
    const numbers = [];
    for (let i = 0; i < streams.length; ++i) append(numbers, streams[i].number);
    try {
      chosen.send(['call', call.id, call.module, call.name, call.args, numbers]);
      for (let i = 0; i < streams.length; ++i) {
        chosen.port.give(`${call.id}.${numbers[i]}`, streams[i].stream);
      }
    } catch (error) {  // a DataCloneError
      MapPrototypeDelete(chosen.calls, call.id);
      fail(call, error);
    }
  }

  function settle(call) {
    call.settled = true;
    MapPrototypeDelete(calls, call.id);
  }
  /// Of a call that no function has answered: nobody reads its arguments any more.
  function fail(call, error) {
    settle(call);
    call.reject(error);
    for (let i = 0; i < call.streams.length; ++i) call.streams[i].stream.destroy();
  }
  const calls = new Map();

  function receive(instance, message) {
    switch (message[0]) {
      case 'ready':
        instance.ready = true;
        clearTimeout(instance.launchTimer);
        dispatch();
        return;
      case 'begun': {
        const ids = message[1];
        for (let i = 0; i < ids.length; ++i) {
          const call = MapPrototypeGet(instance.calls, ids[i]);
          if (call === undefined) continue;
          call.begun = true;
          settings.onBegin(call.id, instance.name);
        }
        return;
      }
      case 'pong':
        clearTimeout(instance.stuckTimer);
        instance.stuckTimer = undefined;
        return;
      default: {
        if (instance.port.receive(message)) return;
        const { 0: kind, 1: id, 2: answer } = message;
        if (kind !== 'done' && kind !== 'stream' && kind !== 'failed') {
          throw new TypeError('no kind of message');
        }
        const error = kind === 'failed' ? revive(answer) : undefined;  // throws while the call is there
        const call = MapPrototypeGet(instance.calls, id);
        if (call === undefined) return;
        MapPrototypeDelete(instance.calls, id);
        settle(call);
        instance.served = true;
        if (kind === 'done') {
          call.resolve(answer);
        } else if (kind === 'stream') {
          const stream = instance.port.open(`${id}`);
          closeUnused(stream);
          call.resolve(stream);
        } else {
          call.reject(error);
        }
        instance.closeIfDone();
        if (waiting.length > 0) dispatch();
      }
    }
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
    if (slot.number === 0 && settings.debugPort !== undefined && settings.debugPort !== null) {
      append(args, '--inspect-port');
      append(args, `${settings.debugPort}`);
    }
    const startedAt = now();
    const child = spawn(command[0], args,
                        { cwd: settings.cwd, env, uid: settings.uid ?? undefined,
                          gid: settings.gid ?? undefined,
                          stdio: ['ignore', output, output, 'pipe'] });
    const instance = {
      name: `worker process ${child.pid}`, child, calls: new Map(), ready: false, served: false,
      retired: false, generation, send: undefined, port: undefined, printed: '', stuckTimer: undefined,
      launchTimer: undefined, failure: undefined, key: ++serial,
      close() { child.stdio[3].end(); },
      closeIfDone() {
        if (!instance.retired || MapPrototypeGetSize(instance.calls) !== 0) return;
        if (instance.port.isIdle()) instance.close();
      },
      kill(reason) {
        instance.failure ??= reason;
        child.kill('SIGKILL');
      },
    };
    slot.instance = instance;
    MapPrototypeSet(everyone, instance.key, instance);
    const channel = child.stdio[3];
    instance.send = sender(channel);
    instance.port = streamPort(instance.send, instance.closeIfDone);
    const read = receiver((messages) => {
      for (let i = 0; i < messages.length; ++i) receive(instance, messages[i]);
    });
    let broken = false;
    channel.on('data', (chunk) => {
      if (broken) return;
      try {
        read(chunk);
      } catch (error) {  // what it runs has got at the socket
        broken = true;
        instance.kill(`sent what is no message (${error.message}) and was killed`);
      }
    });
    channel.on('error', () => {});  // the end of the process is reported instead
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
    let over = false;
    const end = (reason) => {
      if (over) return;
      over = true;
      clearTimeout(instance.launchTimer);
      clearTimeout(instance.stuckTimer);
      MapPrototypeDelete(everyone, instance.key);
      lose(slot, instance, instance.failure ?? reason, now() - startedAt);
    };
    child.on('error', (error) => end(`could not be started: ${error.message}`));
    // What it has sent before its end is still read: 'close' comes after the last of it.
    child.on('close', (code, signal) =>
      end(signal === null ? `ended with exit code ${code}` : `was ended by ${signal}`));
  }

  function lose(slot, instance, reason, lived) {
    const { name, printed } = instance;
    instance.port.end(ended(`The ${name} ${reason} while it sent or read a stream.`, true));
    MapPrototypeForEach(instance.calls, (call) => {
      call.instance = undefined;
      // A stream is read once.
      if (!call.begun && !call.retried && !stopping && call.streams.length === 0) {
        call.retried = true;
        append(waiting, call);
        return;
      }
      fail(call, ended(call.begun ?
        `The ${name} ${reason} while it called ${call.module}.` :
        `The ${name} ${reason} before it had called ${call.module}.`, call.begun));
    });
    if (slot.instance !== instance || stopping) {
      checkStopped();
      return;
    }
    slot.instance = undefined;
    slot.failures = instance.served || lived > kHealthyAfter ? 0 : slot.failures + 1;
    if (slot.failures >= kAttempts) {
      const said = printed === '' ? '' : ` It printed: ${printed}`;
      const lost = waiting;
      waiting = [];
      for (let i = 0; i < lost.length; ++i) {
        fail(lost[i], ended(`The ${name} ${reason}, as ${kAttempts - 1} before it.${said}`, false));
      }
    }
    const pause = slot.failures === 0 ? 0 : 50 * 2 ** (slot.failures - 1);
    slot.timer = setTimeout(start, pause < kLongestPause ? pause : kLongestPause, slot);
  }

  for (let i = 0; i < slots.length; ++i) {
    slots[i] = { number: i, instance: undefined, timer: undefined, failures: 0 };
    start(slots[i]);
  }

  let onStopped;
  function checkStopped() {
    if (onStopped !== undefined && MapPrototypeGetSize(everyone) === 0) onStopped();
  }

  return {
    __proto__: null,

    invoke(id, module, name, args) {
      return new Promise((resolve, reject) => {
        const streams = [];
        for (let i = 0; i < args.length; ++i) {
          if (!isStream(args[i])) continue;
          append(streams, { number: i, stream: readableOf(args[i]) });
          args[i] = null;
        }
        const call = { id, module, name, args, streams, resolve, reject, begun: false,
                       retried: false, settled: false, instance: undefined };
        MapPrototypeSet(calls, id, call);
        give(call);
      });
    },

    /// Nobody waits for the call any more: an instance that does not answer soon is killed.
    cancel(id) {
      const call = MapPrototypeGet(calls, id);
      if (call === undefined) return;
      const { instance } = call;
      fail(call, ended('The caller waits no more.', call.begun));
      if (instance === undefined) return;
      MapPrototypeDelete(instance.calls, id);
      instance.closeIfDone();
      if (!instance.ready || instance.stuckTimer !== undefined) return;
      instance.send(['ping']);
      instance.stuckTimer = setTimeout(
        () => instance.kill(`did not answer for ${kStuckAfter} ms after a call had timed out, and was killed`),
        kStuckAfter);
    },

    restart() {
      ++generation;
      for (let i = 0; i < slots.length; ++i) {
        const slot = slots[i];
        const old = slot.instance;
        if (old === undefined) continue;
        old.retired = true;
        old.closeIfDone();
        start(slot);
      }
    },

    /// A promise that is fulfilled when all processes have ended.
    stop() {
      stopping = true;
      for (let i = 0; i < slots.length; ++i) clearTimeout(slots[i].timer);
      MapPrototypeForEach(everyone, (instance) => {
        instance.close();
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
