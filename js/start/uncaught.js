// Runs before node::LoadEnvironment, with only `process` and `options` at hand: lets the host
// decide about errors that nothing in JavaScript has caught.
//
// node's C++ calls process._fatalException for every uncaught error (20 to 26), and when that
// returns false prints the error and ends the environment.
//
//   options.keep  (error) -> whether the environment goes on; may be absent
//   options.log   (error) -> says that it ends, in node's place; may be absent
'use strict';

const { ReflectApply } = primordials;
const fatalException = process._fatalException;
const { reallyExit } = process;

function ignore() {}

process._fatalException = function(error, fromPromise) {
  const decide = () => ReflectApply(fatalException, process, [error, fromPromise]);
  // As in node, JavaScript's own handlers come first.
  if (process.listenerCount('uncaughtException') > 0 ||
      process.hasUncaughtExceptionCaptureCallback()) {
    return decide();
  }
  if (options.keep?.(error) === true) {
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
    options.log(error);
    ReflectApply(reallyExit, process, [process.exitCode ?? 1]);
  }
  return handled;
};
