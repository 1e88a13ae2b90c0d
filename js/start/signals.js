// Keeps JavaScript from replacing the host's signal handlers. Runs in each environment and Worker
// before any user code, with node's internal `require`.
//
//   options.allowSignals  whether a subscription installs a handler
//   options.ownProcess    the process is node's own: nothing to keep
//   options.host          claimSignal(number), releaseSignal(number)
'use strict';

const { internalBinding } = require('internal/bootstrap/realm');
const { host, allowSignals, ownProcess } = options;
if (ownProcess) return;

const {
  ReflectApply, WeakMap, WeakMapPrototypeDelete, WeakMapPrototypeGet, WeakMapPrototypeSet,
} = primordials;
const claimed = new WeakMap();  // handle -> signal number

/// The original `close` of a handle, then the claim goes back.
function closer(close) {
  return function(...given) {
    const result = ReflectApply(close, this, given);
    release(this);
    return result;
  };
}

function release(handle) {
  const number = WeakMapPrototypeGet(claimed, handle);
  if (number === undefined) return;
  WeakMapPrototypeDelete(claimed, handle);
  host.releaseSignal(number);
}

const { Signal } = internalBinding('signal_wrap');
const { start, stop, close } = Signal.prototype;
if (allowSignals) {
  Signal.prototype.start = function(number) {
    release(this);
    host.claimSignal(number);
    WeakMapPrototypeSet(claimed, this, number);
    const error = ReflectApply(start, this, [number]);
    if (error !== 0) release(this);
    return error;
  };
  Signal.prototype.stop = closer(stop);
  Signal.prototype.close = closer(close);
} else {
  // A subscription without effect, not an error: many packages subscribe when they are loaded.
  Signal.prototype.start = () => 0;

  // vm's `breakOnSigint` installs a handler of node's own, and leaves another.
  const contextify = internalBinding('contextify');
  const { ContextifyScript: { prototype: script } } = contextify;
  const { runInContext } = script;
  script.runInContext = function(context, timeout, displayErrors, breakOnSigint, breakOnFirstLine) {
    return ReflectApply(runInContext, this, [context, timeout, displayErrors, false, breakOnFirstLine]);
  };
  contextify.startSigintWatchdog = () => {};
  contextify.stopSigintWatchdog = () => false;
  contextify.watchdogHasPendingSigint = () => false;
  const { ModuleWrap: { prototype: moduleWrap } } = internalBinding('module_wrap');
  const { evaluate } = moduleWrap;
  moduleWrap.evaluate = function(timeout) {
    return ReflectApply(evaluate, this, [timeout, false]);
  };
}

// libuv handles SIGCHLD from the start of a child to the close of its handle.
const { SIGCHLD } = internalBinding('constants').os.signals;
if (SIGCHLD !== undefined) {
  const { Process } = internalBinding('process_wrap');
  const { spawn, close } = Process.prototype;
  Process.prototype.spawn = function(...given) {
    host.claimSignal(SIGCHLD);
    WeakMapPrototypeSet(claimed, this, SIGCHLD);
    const error = ReflectApply(spawn, this, given);
    if (error !== 0) release(this);
    return error;
  };
  Process.prototype.close = closer(close);

  const synchronous = internalBinding('spawn_sync');
  const { spawn: spawnSync } = synchronous;
  synchronous.spawn = (given) => {
    host.claimSignal(SIGCHLD);
    try {
      return spawnSync(given);
    } finally {
      host.releaseSignal(SIGCHLD);
    }
  };
}
