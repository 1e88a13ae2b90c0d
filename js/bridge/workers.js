// Makes Workers inherit the overlay of start/environment_variables.js, and knows which of them run.
//
// lib/internal/worker.js hands `null` to C++ when the worker's env is process.env itself, and C++
// then copies the environment of the *process*, past our object (node 20 to 26). So a Worker that
// is to inherit is given a copy of process.env as its `env` option. SHARE_ENV would share the
// host's real environment, and is answered with a copy too.
'use strict';

const {
  ReflectConstruct, Set, SetPrototypeAdd, SetPrototypeDelete, SetPrototypeForEach,
  SetPrototypeGetSize, WeakRef, WeakRefPrototypeDeref, append, replaceClass,
} = primordials;
const workerThreads = require('worker_threads');
const { Worker, SHARE_ENV } = workerThreads;

function inherits(options) {
  if (options === undefined) return true;
  if (options === null || typeof options !== 'object') return false;
  const { env } = options;
  return env === undefined || env === null || env === process.env || env === SHARE_ENV;
}

// Not by an 'exit' listener: programs count those.
const started = new Set();

/// The Workers that run now.
function liveWorkers() {
  const live = [];
  SetPrototypeForEach(started, (reference) => {
    const worker = WeakRefPrototypeDeref(reference);
    if (worker !== undefined && worker.threadId !== -1) append(live, worker);
    else SetPrototypeDelete(started, reference);
  });
  return live;
}

function start(given, newTarget) {
  const worker = ReflectConstruct(Worker, given, newTarget);
  if (SetPrototypeGetSize(started) >= 64) liveWorkers();  // forgets those that have ended
  SetPrototypeAdd(started, new WeakRef(worker));
  return worker;
}

const inheriting = replaceClass(Worker, ({ 0: filename, 1: given }, newTarget) => {
  if (!inherits(given)) return start([filename, given], newTarget);
  const env = { ...process.env };
  try {
    // A Worker with an `env` option starts from default node options instead of its parent's:
    // repeat them, as they would have been inherited.
    const execArgv = given?.execArgv ?? process.execArgv;
    return start([filename, { __proto__: given, env, execArgv }], newTarget);
  } catch (error) {
    if (error?.code !== 'ERR_WORKER_INVALID_EXEC_ARGV' || given?.execArgv) throw error;
    // Options of the process (V8's, or in NODE_OPTIONS) are not valid for one Worker. Inheriting
    // would not have parsed them.
    delete env.NODE_OPTIONS;
    return start([filename, { __proto__: given, env }], newTarget);
  }
});

workerThreads.Worker = inheriting;
Worker.prototype.constructor = inheriting;  // each Worker leads there
require('module').syncBuiltinESMExports();  // for `import { Worker } from 'worker_threads'`

return { __proto__: null, liveWorkers };
