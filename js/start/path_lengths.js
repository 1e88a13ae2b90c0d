// Keeps paths from node's native functions that no system takes. Node puts paths into the texts of its
// errors, and crashes where such a text is longer than a string of JavaScript's can be; the system's
// loader copies the name of an addon, or of an engine of OpenSSL's, to its stack. Runs in each
// environment and Worker of a library host before any user code, with node's internal `require`.
//
//   options.ownProcess  the process is node's own
//   options.whenLoaded  start/when_loaded.js's
//
// Returns { fail }, for other files that guard functions of `fs`.
'use strict';

const { BuiltinModule, internalBinding } = require('internal/bootstrap/realm');
const { UVException } = require('internal/errors');
const {
  ArrayBufferIsView, Error, ObjectKeys, PromiseReject, ReflectApply, String,
  TypedArrayPrototypeGetByteLength,
} = primordials;
const { nextTick } = process;
const fs = internalBinding('fs');
const { kUsePromises, FSReqCallback } = fs;
const { UV_ENAMETOOLONG } = internalBinding('uv');
const { whenLoaded } = options;

/// Throws the error, or hands it to the request, which node's asynchronous functions have among their
/// arguments.
function fail(given, error) {
  for (let i = 0; i < given.length; i++) {
    const request = given[i];
    if (request === kUsePromises) return PromiseReject(error);
    if (request instanceof FSReqCallback) {
      ReflectApply(nextTick, process, [() => request.oncomplete(error)]);
      return undefined;
    }
  }
  throw error;
}

if (options.ownProcess) return { fail };

// Systems take 4096 bytes, and say so by themselves.
const kLongest = 1 << 20;

function isTooLong(path) {
  if (typeof path === 'string') return path.length > kLongest;
  return ArrayBufferIsView(path) && TypedArrayPrototypeGetByteLength(path) > kLongest;
}

/// `refused(given)` stands in for a call of target[name] with too long ones among the first `count`.
function limit(target, name, count, refused) {
  const original = target?.[name];
  if (typeof original !== 'function') return;
  target[name] = function(...given) {
    for (let i = 0; i < count; i++) {
      if (isTooLong(given[i])) return refused(given);
    }
    return ReflectApply(original, this, given);
  };
}

const pathError = (syscall) =>
  new UVException({ __proto__: null, errno: UV_ENAMETOOLONG, syscall });

function limitPaths(target, name, count, syscall = name) {
  limit(target, name, count, (given) => fail(given, pathError(syscall)));
}

function throwLongName(what, code) {
  const error = new Error(`The name of the ${what} is longer than any that the system takes`);
  error.code = code;
  throw error;
}

/// How many paths they begin with. Others that take one fail without its text.
const counts = {
  __proto__: null,
  access: 1, chmod: 1, chown: 1, copyFile: 2, cpSyncCheckPaths: 2, cpSyncCopyDir: 2,
  cpSyncOverrideFile: 2, lchown: 1, link: 2, lstat: 1, lutimes: 1, mkdir: 1, mkdtemp: 1, open: 1,
  openFileHandle: 1, readFileUtf8: 1, readdir: 1, readdirRecursive: 1, readlink: 1, realpath: 1,
  rename: 2, rmSync: 1, rmdir: 1, stat: 1, statfs: 1, symlink: 2, unlink: 1, utimes: 1, writeFileUtf8: 1,
};
const names = ObjectKeys(counts);
for (let i = 0; i < names.length; i++) limitPaths(fs, names[i], counts[names[i]]);

const directories = internalBinding('fs_dir');
limitPaths(directories, 'opendir', 1);
limitPaths(directories, 'opendirSync', 1, 'opendir');

// Node 26 opens, reads and closes in one: `run` returns the error that it does not start for.
limit(fs.ReadFileJob?.prototype, 'run', 1, () => pathError('open'));
limit(fs.WriteFileJob?.prototype, 'run', 1, () => pathError('open'));

// Where a snapshot holds `v8`, that has the native function already.
limitPaths(internalBinding('heap_utils'), 'triggerHeapSnapshot', 1, 'open');
if (BuiltinModule.map.get('v8').loaded) limitPaths(require('v8'), 'writeHeapSnapshot', 1, 'open');

// Before `crypto` gets the first one; where a snapshot holds that, it has it already.
whenLoaded(['internal/crypto/util'], (exports) => {
  const refused = () => throwLongName('engine', 'ERR_CRYPTO_ENGINE_UNKNOWN');
  limit(exports, 'setEngine', 1, refused);
  if (BuiltinModule.map.get('crypto').loaded) limit(require('crypto'), 'setEngine', 1, refused);
  const { prototype } = internalBinding('crypto').SecureContext;
  limit(prototype, 'setEngineKey', 2, refused);
  limit(prototype, 'setClientCertEngine', 1, refused);
});

const { dlopen } = process;
process.dlopen = function(...given) {
  if (given.length > 1) {
    given[1] = String(given[1]);
    if (isTooLong(given[1])) throwLongName('addon', 'ERR_DLOPEN_FAILED');
  }
  return ReflectApply(dlopen, this, given);
};

return { fail };
