// Scripts that are ended with all that they have begun: which timers, servers, sockets and promises
// are a script's is told by async_hooks, which are on only while there is such a script.
//
//   options.evaluate  bridge/evaluate.js's
'use strict';

const {
  Map, MapPrototypeClear, MapPrototypeDelete, MapPrototypeForEach, MapPrototypeGet,
  MapPrototypeSet, ReflectOwnKeys, SymbolPrototypeGetDescription, WeakRef,
  WeakRefPrototypeDeref, queueMicrotask,
} = primordials;
const { createHook, executionAsyncId } = require('async_hooks');
const { clearImmediate, clearTimeout, setTimeout } = require('timers');
const { isPromise } = require('util');
const { evaluate } = options;
const then = primordials.PromisePrototypeThen;

// What cannot be closed: it runs out by itself.
const isPassing = (type) => type === 'PROMISE' || type === 'TickObject' || type === 'Microtask';

const jobs = new Map();  // by the async id of what they have begun
let live = 0;
// The job whose script runs, and in which async context: nothing in that has an id of the job's.
let starting;
let startingIn;

const jobOf = (id) => (starting !== undefined && id === startingIn ? starting :
  MapPrototypeGet(jobs, id));

// Node keeps the object of its API, whose `destroy` or `close` ends it, behind a symbol.
function ownerOf(handle) {
  const keys = ReflectOwnKeys(handle);
  for (let i = 0; i < keys.length; i++) {
    if (typeof keys[i] === 'symbol' && SymbolPrototypeGetDescription(keys[i]) === 'owner_symbol') {
      return handle[keys[i]] ?? handle;
    }
  }
  return handle;
}

function close(type, resource) {
  if (resource === undefined) return;  // collected
  try {
    if (type === 'Timeout') return clearTimeout(resource);
    if (type === 'Immediate') return clearImmediate(resource);
    const owner = ownerOf(resource);
    if (typeof owner.destroy === 'function') owner.destroy();
    else if (typeof owner.stopThread === 'function') owner.stopThread();  // a Worker's
    else if (typeof owner.kill === 'function') owner.kill();
    else if (typeof owner.close === 'function') owner.close();
  } catch {
    // It is closed already, or no handle.
  }
}

const hook = createHook({
  init(id, type, trigger, resource) {
    const job = jobOf(executionAsyncId());
    if (job === undefined) return;
    MapPrototypeSet(jobs, id, job);
    job.count++;
    if (isPassing(type)) return;
    const kept = new WeakRef(resource);
    MapPrototypeSet(job.resources, id, { __proto__: null, type, kept });
    // It is not whole yet.
    if (job.ended) queueMicrotask(() => close(type, WeakRefPrototypeDeref(kept)));
  },
  destroy(id) {
    const job = MapPrototypeGet(jobs, id);
    if (job === undefined) return;
    MapPrototypeDelete(jobs, id);
    MapPrototypeDelete(job.resources, id);
    job.count--;
    forgetIfOver(job);
  },
});

// Promises count: one that others settle goes on with the job. They are destroyed when they are
// collected.
function forgetIfOver(job) {
  if (job.forgotten || (job.waits && !job.ended) || job.count > 0) return;
  job.forgotten = true;
  if (job.timer !== undefined) clearTimeout(job.timer);
  if (--live > 0) return;
  hook.disable();
  MapPrototypeClear(jobs);
}

function end(job) {
  if (job.ended) return;
  job.ended = true;
  if (starting === job) starting = undefined;  // its script was stopped in the middle
  MapPrototypeForEach(job.resources, ({ type, kept }) => {
    close(type, WeakRefPrototypeDeref(kept));
  });
  forgetIfOver(job);
}

/// Runs `code` and returns its completion value. Once `milliseconds` have passed, `stop` is aborted or
/// `signal`, that of the call, is, all that the script has begun is closed, and what it begins later.
function run(code, filename, milliseconds, stop, signal) {
  const job = { __proto__: null, ended: false, forgotten: false, waits: true, timer: undefined,
                count: 0, resources: new Map() };
  if (live++ === 0) hook.enable();
  const endJob = () => end(job);
  const once = { __proto__: null, once: true };
  stop?.addEventListener('abort', endJob, once);
  signal?.addEventListener('abort', endJob, once);
  if (milliseconds !== undefined) job.timer = setTimeout(endJob, milliseconds).unref();
  const done = () => {
    job.waits = false;
    forgetIfOver(job);
  };
  startingIn = executionAsyncId();
  starting = job;
  let value;
  try {
    value = evaluate(code, filename);
  } catch (error) {
    starting = undefined;
    done();
    throw error;
  }
  starting = undefined;
  if (isPromise(value)) then(value, done, done);
  else done();
  return value;
}

return { __proto__: null, run };
