// Promises, ticks and uncaught errors for the host's job queue.
'use strict';

const { Promise, queueMicrotask } = globalThis;
const { apply } = Reflect;
const { then } = Promise.prototype;
const { types: { isPromise } } = require('util');
// Runs the nextTick queue and the microtasks until both are empty (20 to 26).
const tick = process._tickCallback;

/// Makes `error` uncaught: 'uncaughtException' handlers get this very value; without one the
/// environment ends, as after any uncaught error. Happens at the next drain, or at the end of the job.
/// node's queueMicrotask hands a throw to its handler from JavaScript, where the printed location is the
/// error's own and not this line.
function report(error) {
  queueMicrotask(() => {
    throw error;
  });
}

/// Runs nextTicks and microtasks now. An error thrown by a tick is uncaught and stops no other tick.
function drain() {
  for (;;) {
    try {
      apply(tick, process, []);
      return;
    } catch (error) {
      report(error);
    }
  }
}

/// Calls onDone(true, value) or onDone(false, reason) once, later. Any value will do: a thenable is
/// adopted, anything else is done already. The promise counts as handled.
function settle(promise, onDone) {
  const settled = isPromise(promise) ? promise : new Promise((resolve) => resolve(promise));
  apply(then, settled, [(value) => { onDone(true, value); }, (reason) => { onDone(false, reason); }]);
}

return { report, drain, settle };
