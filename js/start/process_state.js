// What Node's own bootstrap/switches/does_not_own_process_state.js does: in an environment that may
// not change the state of the process, what would change it throws. A start-up snapshot holds the
// other half, which owns the process, and one of a program's packages looks for modules in
// $NODE_PATH as well. Runs in an environment from a snapshot before any user code, with node's
// internal `require`.
'use strict';

const { BuiltinModule, internalBinding } = require('internal/bootstrap/realm');
const { codes: { ERR_WORKER_UNSUPPORTED_OPERATION } } = require('internal/errors');
const { unavailable } = require('internal/process/worker_thread_only');
const { getEmbedderOptions } = require('internal/options');
const { Module } = require('internal/modules/cjs/loader');
const { ObjectDefineProperty } = primordials;
const rawMethods = internalBinding('process_methods');

// A snapshot with a program's packages remembers the process that it was made in.
if (!getEmbedderOptions().noGlobalSearchPaths) {
  getEmbedderOptions().noGlobalSearchPaths = true;
  Module._initPaths();
}

// What node's modules ask whether the process is theirs: for trace files, for the mode of OpenSSL.
const kAsked = 'internal/worker';
internalBinding('worker').ownsProcessState = false;
if (BuiltinModule.map.get(kAsked).loaded) require(kAsked).ownsProcessState = false;

// Writing the title renames the process, and the thread.
const { title } = process;
ObjectDefineProperty(process, 'title', { __proto__: null, get: () => title, set() {}, enumerable: true,
                                         configurable: true });
process.abort = unavailable('process.abort()');
process.chdir = unavailable('process.chdir()');
process.umask = function wrappedUmask(mask) {
  if (mask !== undefined) {
    throw new ERR_WORKER_UNSUPPORTED_OPERATION('Setting process.umask()');
  }
  return rawMethods.umask(mask);
};
process.cwd = rawMethods.cwd;

if (internalBinding('credentials').implementsPosixCredentials) {
  process.initgroups = unavailable('process.initgroups()');
  process.setgroups = unavailable('process.setgroups()');
  process.setegid = unavailable('process.setegid()');
  process.seteuid = unavailable('process.seteuid()');
  process.setgid = unavailable('process.setgid()');
  process.setuid = unavailable('process.setuid()');
}
