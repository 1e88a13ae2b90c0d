// Keeps the Workers of a library host within their `resourceLimits.maxOldGenerationSizeMb`. Node
// leaves the check to V8, which aborts the whole process when a single array outgrows what node
// adds at the limit, 16 MB. So V8 is given a higher limit, and the host checks the one asked for
// (engine/heap_limit.hpp). What a program sees is as ever: its own numbers in `resourceLimits`, and
// an 'error' event with ERR_WORKER_OUT_OF_MEMORY. Runs in each environment and Worker before any
// user code, with node's internal `require`.
//
//   options.ownProcess  the process is node's own, and aborts as node does
//   options.inWorker    this is a Worker
'use strict';

const { internalBinding } = require('internal/bootstrap/realm');
const { host, inWorker, ownProcess } = options;
if (ownProcess) return;

const { ObjectDefineProperty, RangeError, ReflectApply, ReflectConstruct, Symbol, replaceClass } =
  primordials;
const workerThreads = require('worker_threads');
const { Worker, resourceLimits } = workerThreads;
const {
  Worker: { prototype }, kMaxOldGenerationSizeMb, kCodeRangeSizeMb, kStackSizeMb,
} = internalBinding('worker');
const kRoomMb = 2048;
const kMostMb = 2 ** 20;  // a higher limit would never be reached
const kAsked = Symbol('kAsked');

// What Workers of this thread get that ask for nothing; 0: V8's own limit.
const inherited = inWorker ? host.watchMemory(workerThreads.threadId) : 0;
if (inherited > 0) resourceLimits.maxOldGenerationSizeMb -= kRoomMb;

let asked = 0;  // by the Worker that is being constructed

workerThreads.Worker = replaceClass(Worker, ({ 0: filename, 1: given }, newTarget) => {
  const limits = given?.resourceLimits;
  const own = limits?.maxOldGenerationSizeMb;
  const heap = typeof own === 'number' ? own : inherited;
  if (!(heap > 0 && heap <= kMostMb)) return ReflectConstruct(Worker, [filename, given], newTarget);
  const raised = { __proto__: limits, maxOldGenerationSizeMb: heap + kRoomMb };
  const outer = asked;
  asked = heap;
  try {
    return ReflectConstruct(Worker, [filename, { __proto__: given, resourceLimits: raised }], newTarget);
  } finally {
    asked = outer;
  }
});

// The native half of a Worker.
const { startThread, getResourceLimits } = prototype;

/// A thread that cannot start with its limits brings the process down, before anything of ours runs
/// on it. 0 and less is none.
function checkLimits(limits) {
  const check = (index, name, least, most) => {
    const value = limits[index];
    if (!(value > 0) || (value >= least && value <= most)) return;
    const error = new RangeError(
      `resourceLimits.${name} is ${value}; it must be ${least} to ${most}`);
    error.code = 'ERR_OUT_OF_RANGE';
    throw error;
  };
  check(kMaxOldGenerationSizeMb, 'maxOldGenerationSizeMb', 8, Infinity);
  check(kCodeRangeSizeMb, 'codeRangeSizeMb', 0, 65536);
  check(kStackSizeMb, 'stackSizeMb', 0.5, 1024);
}

prototype.startThread = function() {
  checkLimits(ReflectApply(getResourceLimits, this, []));
  if (asked > 0) {
    ObjectDefineProperty(this, kAsked, { __proto__: null, value: asked });
    host.limitWorker(this.threadId, asked);
  }
  return ReflectApply(startThread, this, []);
};

prototype.getResourceLimits = function() {
  const limits = ReflectApply(getResourceLimits, this, []);
  if (this[kAsked] > 0) limits[kMaxOldGenerationSizeMb] -= kRoomMb;
  return limits;
};

// Node's Worker class assigns it before it starts the thread: (code, errorCode, reason).
ObjectDefineProperty(prototype, 'onexit', {
  __proto__: null,
  configurable: true,
  set(onexit) {
    const told = (code, error, reason) => {
      const exceeded = host.exceededMemory(this.threadId);
      if (exceeded !== '') onexit(1, 'ERR_WORKER_OUT_OF_MEMORY', exceeded);
      else onexit(code, error, reason);
    };
    ObjectDefineProperty(this, 'onexit', { __proto__: null, value: told, writable: true,
                                     enumerable: true, configurable: true });
  },
});
