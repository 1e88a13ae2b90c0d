// What the inspector and profilers need of JavaScript.
'use strict';

const { Error, JSONStringify } = primordials;
const { writeFileSync } = require('fs');
const inspector = require('inspector');
const v8 = require('v8');

let profiling;  // the session of a CPU profile that is being taken
let unwritten;  // one that was taken and could not be written

function post(session, method, parameters) {
  // Profiler methods answer before post() returns.
  let failure, result;
  session.post(method, parameters, (error, answer) => {
    failure = error;
    result = answer;
  });
  if (failure) throw new Error(`${method}: ${failure.message}`);
  return result;
}

const inspect = {
  __proto__: null,

  /// The URL a debugger connects to; undefined if the port cannot be had.
  open(port, host) {
    inspector.open(port, host, false);
    // The environment's clean-up would wait until all debuggers have left.
    process.removeListener('exit', inspect.close);
    process.on('exit', inspect.close);
    return inspector.url();
  },
  url() {
    return inspector.url();
  },
  /// Returns when a debugger says go on; nothing else happens meanwhile.
  wait() {
    inspector.waitForDebugger();
  },
  close() {
    if (inspector.url() !== undefined) inspector.close();
  },

  writeHeapSnapshot(path) {
    v8.writeHeapSnapshot(path);
  },

  startCpuProfile(interval) {
    if (profiling) throw new Error('A CPU profile is being taken already; stop that one first');
    const session = new inspector.Session();
    session.connect();
    try {
      post(session, 'Profiler.enable');
      post(session, 'Profiler.setSamplingInterval', { interval });
      post(session, 'Profiler.start');
    } catch (error) {
      session.disconnect();
      throw error;
    }
    profiling = session;
    unwritten = undefined;
  },
  stopCpuProfile(path) {
    if (unwritten === undefined) {
      if (!profiling) throw new Error('No CPU profile is being taken; start one first');
      const session = profiling;
      profiling = undefined;
      try {
        unwritten = JSONStringify(post(session, 'Profiler.stop').profile);
      } finally {
        session.disconnect();
      }
    }
    writeFileSync(path, unwritten);  // where that fails, the next call may name a better path
    unwritten = undefined;
  },
};
return inspect;
