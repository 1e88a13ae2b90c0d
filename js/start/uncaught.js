// Runs before node::LoadEnvironment, with only `process` and `options` at hand: lets the host
// decide about errors that nothing in JavaScript has caught.
//
// node's C++ calls process._fatalException for every uncaught error (20 to 26), and when that
// returns false prints the error and ends the environment.
//
//   options.keep  (error) -> whether the environment goes on; may be absent
//   options.log   (error) -> says that it ends, in node's place; may be absent
'use strict';

const { ObjectDefineProperty, ReflectApply } = primordials;
const fatalException = process._fatalException;
const { reallyExit } = process;

function ignore() {}

// A rejection with a reason that is no Error reaches _fatalException as an Error of node's own, which
// has the reason as text only; the event 'unhandledRejection' before it has the reason itself.
let rejected;
const { emit } = process;
ObjectDefineProperty(process, 'emit', {
  __proto__: null, configurable: true, enumerable: false, writable: true,
  value: function(event, reason) {
    if (event === 'unhandledRejection') rejected = { __proto__: null, reason };
    return ReflectApply(emit, this, arguments);
  },
});

function reasonFor(error, fromPromise) {
  const last = rejected;
  rejected = undefined;
  return fromPromise === true && last !== undefined && error?.code === 'ERR_UNHANDLED_REJECTION' ?
    last.reason : error;
}

process._fatalException = function(error, fromPromise) {
  const told = reasonFor(error, fromPromise);
  const decide = () => ReflectApply(fatalException, process, [error, fromPromise]);
  // As in node, JavaScript's own handlers come first.
  if (process.listenerCount('uncaughtException') > 0 ||
      process.hasUncaughtExceptionCaptureCallback()) {
    return decide();
  }
  if (options.keep?.(told) === true) {
    // With a listener node does what is to be done after a handled error: ticks, async context.
    process.on('uncaughtException', ignore);
    try {
      return decide();
    } finally {
      process.removeListener('uncaughtException', ignore);
    }
  }
  const handled = decide();  // emits 'exit'
  if (!handled && options.log !== undefined) {
    options.log(told);
    ReflectApply(reallyExit, process, [process.exitCode ?? 1]);
  }
  return handled;
};
