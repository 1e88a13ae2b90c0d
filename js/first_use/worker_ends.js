// Tells C++ of the Workers that this thread starts and terminates and, in a Worker, of process.exit.
// Node ends a Worker by V8's termination alone, which a loop that calls C++ meets late, and of which
// C++ that waits for that Worker, or for one that it has started, hears when its thread ends at last.
// Where the host has ended a Worker, `failure` says why, for its 'error' event.
//
//   options.started  (threadId of the parent, threadId), before it starts
//   options.ended    (threadId)
//   options.failure  (threadId) -> a sentence, or ''
//   options.ending   (threadId), after the last of its JavaScript
//   options.exit     (reallyExit, code): process.reallyExit of a Worker
'use strict';

const { Error, ObjectDefineProperty, ReflectApply } = primordials;
const { internalBinding } = require('internal/bootstrap/realm');
const { codes } = require('internal/errors');
const { started, ended, ending, failure, exit } = options;
const { Worker: { prototype }, isMainThread, threadId } = internalBinding('worker');
const kWatched = 'nodehostWatched';
const kCode = 'ERR_NODEHOST_WORKER_ENDED';

if (prototype[kWatched]) return;
ObjectDefineProperty(prototype, kWatched, { __proto__: null, value: true });

// What Node makes the error of by its code.
codes[kCode] = function(text) {
  const error = new Error(text);
  error.code = kCode;
  return error;
};

const { startThread, stopThread } = prototype;
prototype.startThread = function() {
  const { onexit, threadId: id } = this;
  this.onexit = (code, error, reason) => {
    const text = failure(id);
    if (text !== '') onexit(1, kCode, text);
    else onexit(code, error, reason);
  };
  started(threadId, id);
  return ReflectApply(startThread, this, []);
};

prototype.stopThread = function() {
  const id = this.threadId;  // -1 afterwards
  ReflectApply(stopThread, this, []);
  ended(id);
};

if (isMainThread) return;

const { emit, reallyExit } = process;
process.reallyExit = (code) => exit(reallyExit, code);

// With nothing left to do a Worker ends without process.exit, and Node joins its Workers at once.
ObjectDefineProperty(process, 'emit', {
  __proto__: null, configurable: true, enumerable: false, writable: true,
  value: function(event) {
    try {
      return ReflectApply(emit, this, arguments);
    } finally {
      if (event === 'exit' && process._exiting) ending(threadId);
    }
  },
});
