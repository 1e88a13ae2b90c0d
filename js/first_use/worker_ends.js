// Tells C++ when a Worker is terminated: `options.ended(threadId)`. Node ends a Worker by V8's
// termination alone, which a loop that calls C++ meets late, and of which C++ that waits for that
// Worker hears when its thread ends at last.
'use strict';

const { ObjectDefineProperty, ReflectApply } = primordials;
const { internalBinding } = require('internal/bootstrap/realm');
const { ended } = options;
const { Worker: { prototype } } = internalBinding('worker');
const kWatched = 'nodehostWatched';

if (prototype[kWatched]) return;
ObjectDefineProperty(prototype, kWatched, { __proto__: null, value: true });

const { stopThread } = prototype;
prototype.stopThread = function() {
  const id = this.threadId;  // -1 afterwards
  ReflectApply(stopThread, this, []);
  ended(id);
};
