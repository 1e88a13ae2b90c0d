// What the inspector and profilers need of JavaScript; an expression, evaluated at its first use.
// Takes node:inspector, node:v8 and node:fs; returns the same object each time.
((inspector, v8, fs) => {
'use strict';

const kInspect = Symbol.for('nodehost.inspect');
if (process[kInspect]) return process[kInspect];

let profiling;  // the session of a CPU profile that is being taken

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
  },
  stopCpuProfile(path) {
    if (!profiling) throw new Error('No CPU profile is being taken; start one first');
    const session = profiling;
    profiling = undefined;
    try {
      const { profile } = post(session, 'Profiler.stop');
      fs.writeFileSync(path, JSON.stringify(profile));
    } finally {
      session.disconnect();
    }
  },
};
Object.defineProperty(process, kInspect, { __proto__: null, value: inspect });
return inspect;
})
