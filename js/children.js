// Child processes of a library host. `child_process.fork`, `cluster` and many packages start
// process.execPath with node's command line; in a library host that is the host program, which does
// not know that command line and would, at worst, start itself for ever. Runs in each environment
// and Worker before any user code, with node's internal `require`.
//
//   options.execPath    what process.execPath is to be; empty: the host program, not to be started
//   options.ownProcess  the process is node's own, and takes node's command line
'use strict';

const { internalBinding } = require('internal/bootstrap/realm');
const { execPath, ownProcess } = options;
const { Error, Object: { defineProperty } } = globalThis;
const { apply } = Reflect;

function refusal(message, code) {
  const error = new Error(message);
  error.code = code;
  return error;
}

if (execPath !== '') {
  defineProperty(process, 'execPath', { __proto__: null, value: execPath, writable: true,
                                        enumerable: true, configurable: true });
}
if (ownProcess) return;

// process.execve would put another program in the place of the host.
const methods = internalBinding('process_methods');
if (methods.execve !== undefined) {
  methods.execve = () => {
    throw refusal('process.execve would end the program that Node.js is hosted in',
                  'ERR_FEATURE_UNAVAILABLE_ON_PLATFORM');
  };
}

if (execPath !== '') return;
const { execPath: program } = process;

function check(given) {
  if (given?.file !== program) return;
  throw refusal(
    `A child process would start the host program, ${program}, with node's command line, which ` +
    'it does not take. Name a node or the nodehost command: in C++ with ' +
    'EnvironmentOptions::exec_path, for one child_process.fork with its option execPath',
    'ERR_NODEHOST_NO_EXEC_PATH');
}

const { Process } = internalBinding('process_wrap');
const { spawn } = Process.prototype;
Process.prototype.spawn = function(given) {
  check(given);
  return apply(spawn, this, [given]);
};
const synchronous = internalBinding('spawn_sync');
const { spawn: spawnSync } = synchronous;
synchronous.spawn = (given) => {
  check(given);
  return spawnSync(given);
};
