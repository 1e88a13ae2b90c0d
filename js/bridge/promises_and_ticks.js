// Promises, ticks and uncaught errors for the host's job queue.
'use strict';

const { Promise, PromisePrototypeThen, ReflectApply, processTickCallback, queueMicrotask } =
  primordials;
const { isPromise } = require('util');

/// Makes `error` uncaught: 'uncaughtException' handlers get this very value; without one the
/// environment ends, as after any uncaught error. Happens when microtasks run next.
function report(error) {
  queueMicrotask(() => {
    throw error;
  });
}

/// Runs nextTicks and microtasks until there are none. Inside a microtask V8 runs no others: ticks
/// run then, promises do not go on.
///
/// What a tick throws comes out of drain, with the tick's async context still entered. It must get
/// to node as uncaught at once (C++ calls this under a verbose TryCatch), for node's handler leaves
/// that context; were it caught and kept, node would abort the process over its async stack. The
/// remaining ticks run in the next drain.
function drain() {
  ReflectApply(processTickCallback, process, []);
}

let onSettled;

/// Calls onSettled(waiter, true, value) or onSettled(waiter, false, reason) once, later. Any value
/// will do: a thenable is adopted, anything else is done already. The promise counts as handled.
/// The function is the same for all calls and is given to one of them: until then, this does
/// nothing and returns false.
function settle(promise, waiter, given) {
  onSettled ??= given;
  if (onSettled === undefined) return false;
  PromisePrototypeThen(isPromise(promise) ? promise : new Promise((resolve) => resolve(promise)),
                       (value) => { onSettled(waiter, true, value); },
                       (reason) => { onSettled(waiter, false, reason); });
  return true;
}

return { __proto__: null, report, drain, settle };
