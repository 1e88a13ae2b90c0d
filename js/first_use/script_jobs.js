// Scripts that are ended with all that they have begun: which timers, servers, sockets and promises
// are a script's is told by async_hooks, which are on only while there is such a script.
//
//   options.evaluate(number, code, filename)  runs a script
//   options.running   [0]: the number of the one that runs, or 0; [1]: that of one which was stopped in
//                     the middle, where this file has not seen it yet, or 0
'use strict';

const {
  Map, MapPrototypeClear, MapPrototypeDelete, MapPrototypeForEach, MapPrototypeGet,
  MapPrototypeSet, PromisePrototypeThen, ReflectOwnKeys, SymbolPrototypeGetDescription, WeakRef,
  WeakRefPrototypeDeref, queueMicrotask,
} = primordials;
const { createHook, disable, enable, executionAsyncId } = require('async_hooks');
const { addEventListener, removeEventListener } = require('events');
const { clearImmediate, clearTimeout, setUnrefTimeout } = require('timers');
const { isPromise } = require('util');
const { evaluate, running } = options;

const kLongestTimer = 2 ** 31 - 1;  // ms

// What is closed, and how. All else runs out by itself, but for a listener of a signal, whose handle
// all share; files, too, whose descriptors JavaScript goes on using when their handle is closed.
const closeOwner = (resource) => {
  const owner = ownerOf(resource);
  if (owner === undefined || owner._isStdio) return;
  if (typeof owner.destroy === 'function') owner.destroy();
  else if (typeof owner.kill === 'function') owner.kill();
  else if (typeof owner.close === 'function') owner.close();
};
const closers = {
  __proto__: null,
  Timeout: clearTimeout,
  Immediate: clearImmediate,
  FSEVENTWRAP: closeOwner,
  MESSAGEPORT: (port) => port.close(),
  PIPESERVERWRAP: closeOwner,
  PIPEWRAP: closeOwner,
  PROCESSWRAP: closeOwner,
  STATWATCHER: (watcher) => ownerOf(watcher).stop(),
  TCPSERVERWRAP: closeOwner,
  TCPWRAP: closeOwner,
  TLSWRAP: closeOwner,
  TTYWRAP: closeOwner,
  UDPWRAP: closeOwner,
  WORKER: (worker) => worker.stopThread(),
};

// Node keeps the object of its API behind a symbol.
function ownerOf(handle) {
  const keys = ReflectOwnKeys(handle);
  for (let i = 0; i < keys.length; i++) {
    if (typeof keys[i] === 'symbol' && SymbolPrototypeGetDescription(keys[i]) === 'owner_symbol') {
      return handle[keys[i]] ?? undefined;
    }
  }
  return undefined;
}

function close(type, resource) {
  if (resource === undefined) return;  // collected
  try {
    closers[type](resource);
  } catch {
    // It is closed already.
  }
}

const scripts = new Map();  // the jobs whose script runs, by their numbers: who runs another has less
const jobs = new Map();     // by the async id of what they have begun
let count = 0;
let live = 0;
let endsStopped = false;  // a microtask does, soon
let latest = 0;  // the async id of what was noted last

/// Whose the code is that runs in the async context `id`: what a script itself does, it does in the
/// context that it was started in, where nothing has an id of the job's.
function jobOf(id) {
  const script = running[0] === 0 ? undefined : MapPrototypeGet(scripts, running[0]);
  return script !== undefined && script.startedIn === id ? script : MapPrototypeGet(jobs, id);
}

/// Ends the jobs whose script was stopped in the middle by a limit of whoever ran it.
function endStopped() {
  endsStopped = false;
  const first = running[1];
  if (first === 0) return;
  running[1] = 0;
  MapPrototypeForEach(scripts, (job, number) => {
    if (number >= first) end(job);
  });
}

function forget(id) {
  const job = MapPrototypeGet(jobs, id);
  if (job === undefined) return;
  MapPrototypeDelete(jobs, id);
  MapPrototypeDelete(job.resources, id);
  job.count--;
  forgetIfOver(job);
}

const hook = createHook({
  init(id, type, trigger, resource) {
    if (running[1] !== 0 && !endsStopped) {
      endsStopped = true;  // first, for the microtask comes here, too
      queueMicrotask(endStopped);
    }
    const job = jobOf(executionAsyncId());
    if (job === undefined) return;
    MapPrototypeSet(jobs, id, job);
    job.count++;
    latest = id;
    if (closers[type] === undefined) return;
    const kept = new WeakRef(resource);
    MapPrototypeSet(job.resources, id, { __proto__: null, type, kept });
    // It is not whole yet.
    if (job.ended) queueMicrotask(() => close(type, WeakRefPrototypeDeref(kept)));
  },
  destroy: forget,
});

// Promises count: one that others settle goes on with the job. They are destroyed when they are
// collected.
function forgetIfOver(job) {
  if (job.forgotten || (job.waits && !job.ended) || job.count > 0) return;
  job.forgotten = true;
  if (job.timer !== undefined) clearTimeout(job.timer);
  if (job.stop !== undefined) removeEventListener(job.stop, 'abort', job.end);
  if (--live > 0) return;
  disable(hook);
  MapPrototypeClear(jobs);
}

function end(job) {
  if (job.ended) return;
  job.ended = true;
  MapPrototypeDelete(scripts, job.number);
  MapPrototypeForEach(job.resources, ({ type, kept }) => {
    close(type, WeakRefPrototypeDeref(kept));
  });
  forgetIfOver(job);
}

/// Runs `code` and returns its completion value. Once `milliseconds` have passed, `stop` is aborted or
/// `signal`, that of the call, is, all that the script has begun is closed, and what it begins later.
function run(code, filename, milliseconds, stop, signal) {
  endStopped();
  const job = { __proto__: null, number: ++count, startedIn: executionAsyncId(), ended: false,
                forgotten: false, waits: true, timer: undefined, stop, end: () => end(job),
                count: 0, resources: new Map() };
  if (live++ === 0) enable(hook);
  const once = { __proto__: null, once: true };
  if (stop !== undefined) addEventListener(stop, 'abort', job.end, once);
  if (signal !== undefined) addEventListener(signal, 'abort', job.end, once);
  if (milliseconds !== undefined && milliseconds <= kLongestTimer) {
    latest = 0;
    job.timer = setUnrefTimeout(job.end, milliseconds);
    forget(latest);  // a script that runs this one did not begin the timer
  }
  const done = () => {
    job.waits = false;
    forgetIfOver(job);
  };
  MapPrototypeSet(scripts, job.number, job);
  let value;
  try {
    value = evaluate(job.number, code, filename);
  } catch (error) {
    MapPrototypeDelete(scripts, job.number);
    done();
    throw error;
  }
  MapPrototypeDelete(scripts, job.number);
  if (isPromise(value)) PromisePrototypeThen(value, done, done);
  else done();
  return value;
}

return { __proto__: null, run };
