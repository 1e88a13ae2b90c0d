// AbortSignals for C++'s AbortSignal and std::stop_token, and the other way round.
'use strict';

const { newAbortController } = require('util');

/// Without a reason it is a DOMException, as `controller.abort()` has it.
function abort(controller, hasReason, reason) {
  if (hasReason) controller.abort(reason);
  else controller.abort();
}

/// Whether a value will do as a signal: also one of a package that is older than Node's own.
function isSignal(value) {
  return typeof value === 'object' && value !== null && typeof value.aborted === 'boolean' &&
    typeof value.addEventListener === 'function';
}

/// Calls onAbort(reason) once: at once if that has happened already.
function watch(signal, onAbort) {
  const tell = () => { onAbort(signal.reason); };
  if (signal.aborted) tell();
  else signal.addEventListener('abort', tell, { __proto__: null, once: true });
}

return {
  __proto__: null,
  newController: newAbortController,
  signalOf: (controller) => controller.signal,
  abort,
  isSignal,
  watch,
};
