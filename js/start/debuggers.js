// Has the host know of the inspector that a script opens, so that Stop and timeouts end JavaScript that
// waits for a debugger or that one has paused. Runs in each environment and Worker before any user
// code, with node's internal `require`.
//
//   options.inWorker    whether this is a Worker, which its parent terminates
//   options.ownProcess  the process is node's own: nothing to keep
//   options.host        inspectorOpened(url), waitForDebugger(wait)
'use strict';

const { internalBinding } = require('internal/bootstrap/realm');
const { host, inWorker, ownProcess } = options;
if (ownProcess || internalBinding('config').hasInspector === false) return;

const { Error, ReflectApply } = primordials;
const inspector = internalBinding('inspector');
if (inWorker) {
  inspector.MainThreadConnection = function MainThreadConnection() {
    const error = new Error(
      'connectToMainThread: in a host program a Worker cannot debug its main thread, which it could ' +
      'pause past every timeout; a debugger connects to the URL that OpenInspector returns');
    error.code = 'ERR_FEATURE_UNAVAILABLE_ON_PLATFORM';
    throw error;
  };
  return;
}
const { open, url, waitForDebugger } = inspector;
inspector.open = function(...given) {
  ReflectApply(open, this, given);
  const opened = url();
  if (opened !== undefined) host.inspectorOpened(opened);
};
function mayEnd() {}  // V8 ends JavaScript where a function begins
inspector.waitForDebugger = () => {
  const result = host.waitForDebugger(waitForDebugger);
  mayEnd();
  return result;
};
