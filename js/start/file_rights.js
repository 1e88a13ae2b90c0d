// Limits files to the folders of Rights::read_files and write_files: each native function that
// takes a path is replaced, where node's own JavaScript looks it up, by one that has the path
// checked first. A function of those bindings that is not in the tables below is refused, so that
// another version of node has less, not more. Runs in each environment and Worker before any user
// code, with node's internal `require`.
//
// The file that was checked is the one that is used: asynchronous calls are made synchronously, so
// that no name can get another meaning in between; a file is opened in the folder that was checked, by the folder's
// descriptor; and links are neither made nor moved.
//
//   options.host.checkPath(access, follow, path)  the path, for the native function to use: a text,
//                                                 or bytes that nobody else can write; or throws
//   options.host.openParent(access, path)         [a path by way of a descriptor of its folder, that
//                                                 descriptor]; a negative error number; undefined
//                                                 where there are no such paths; or throws
//   options.host.closeParent(descriptor)
//   options.failures.fail                         start/path_lengths.js's
//   options.rights.readFiles, writeFiles          whether reading, writing is not limited
//
// The replacements run among user code: they use nothing that it can replace, such as iterators.
'use strict';

const { internalBinding } = require('internal/bootstrap/realm');
const { dirname } = require('path');
const { fileURLToPath } = require('internal/url');
const { UVException } = require('internal/errors');
const { setImmediate } = require('timers');
const { isPromise } = require('util').types;
const { failures: { fail }, host: { checkPath, closeParent, openParent }, rights } = options;
const {
  ArrayBufferIsView, BigInt64Array, Error, Float64Array, ObjectGetOwnPropertyNames, Promise,
  PromisePrototypeThen, ReflectApply, append,
} = primordials;

if (!/^2[24]\./.test(process.versions.node)) {
  throw new Error('Rights::read_files and write_files cannot be had with this version of ' +
                  `Node.js, ${process.version}: it must be 22 or 24`);
}

const fs = internalBinding('fs');
const modules = internalBinding('modules');
const { kUsePromises, FSReqCallback } = fs;
const {
  O_RDONLY, O_WRONLY, O_CREAT, O_TRUNC, O_APPEND, O_NOFOLLOW = 0, S_IFMT, S_IFLNK,
} = internalBinding('constants').fs;

const kRead = 1;
const kWrite = 2;
const kReadWrite = 3;
const kLook = 4;

const at = (index, access, follow = true) => ({ __proto__: null, index, access, follow });
const link = (index, access) => at(index, access, false);

/// The arguments that are paths. Where a link is not followed, but could be, both are asked.
const paths = {
  __proto__: null,
  access: [at(0, kLook)],
  chmod: [at(0, kWrite)],
  chown: [at(0, kWrite)],
  copyFile: [at(0, kRead), at(1, kWrite)],
  cpSyncCheckPaths: [at(0, kLook), link(0, kLook), at(1, kWrite)],
  cpSyncOverrideFile: [at(0, kRead), at(1, kWrite), link(1, kWrite)],
  getFormatOfExtensionlessFile: [at(0, kRead)],
  lchown: [link(0, kWrite)],
  lstat: [link(0, kLook)],
  lutimes: [link(0, kWrite)],
  mkdir: [at(0, kWrite)],
  readdir: [at(0, kRead)],
  readlink: [link(0, kLook)],
  realpath: [at(0, kLook)],
  rename: [link(0, kReadWrite), link(1, kWrite)],
  rmSync: [link(0, kWrite)],
  rmdir: [link(0, kWrite)],
  stat: [at(0, kLook)],
  statfs: [at(0, kLook)],
  unlink: [link(0, kWrite)],
  utimes: [at(0, kWrite)],
};

/// Functions with open flags: the positions of the path and of the flags.
const opening = { __proto__: null, open: 1, openFileHandle: 1, readFileUtf8: 1, writeFileUtf8: 2 };

/// Functions that take a descriptor, or no file at all.
const harmless = ['FSReqCallback', 'FileHandle', 'StatWatcher', 'close', 'fdatasync', 'fstat',
                  'fsync', 'ftruncate', 'read', 'readBuffers', 'writeBuffer', 'writeBuffers',
                  'writeString'];

/// These change a file also through a descriptor that was opened for reading.
const changing = ['fchmod', 'fchown', 'futimes'];

function denial(what) {
  const field = rights.writeFiles ? 'read_files is' :
    rights.readFiles ? 'write_files is' : 'read_files and write_files are';
  const error = new Error(`This environment may not use ${what}: Rights::${field} given`);
  error.code = 'ERR_ACCESS_DENIED';
  return error;
}

function isRequest(value) {
  return value === kUsePromises || value instanceof FSReqCallback;
}

/// Node keeps one array for the results of all calls.
function ownResult(value) {
  if (!ArrayBufferIsView(value) || value.BYTES_PER_ELEMENT !== 8) return value;
  return typeof value[0] === 'bigint' ? new BigInt64Array(value) : new Float64Array(value);
}

/// Calls a native function at once, also where it was asked to be done later, and hands the result
/// to whom it belongs. `call` gets the arguments of the synchronous form.
function doNow(name, given, call) {
  const now = [];
  let request;
  for (let i = 0; i < given.length && request === undefined; i++) {
    if (isRequest(given[i])) request = given[i];
    else append(now, given[i]);
  }
  if (request === undefined) return call(given);
  if (name === 'stat' || name === 'lstat') {
    append(now, undefined);
    append(now, true);  // throws if there is nothing
  }
  let value;
  let error = null;
  try {
    value = ownResult(call(now));
  } catch (thrown) {
    error = thrown;
  }
  if (request === kUsePromises) {
    return new Promise((resolve, reject) => {
      setImmediate(() => error === null ? resolve(value) : reject(error));
    });
  }
  setImmediate(() => {
    if (value === undefined) request.oncomplete(error);
    else request.oncomplete(error, value);
  });
  return undefined;
}

function checkAt(given, index, access, follow) {
  const path = checkPath(access, follow, given[index]);
  given[index] = path;
}

/// Replaces target[name]: `check` gets the arguments, and may change or refuse them.
function guard(target, name, check, refused = fail) {
  const original = target?.[name];
  if (typeof original !== 'function') return;
  target[name] = function(...given) {
    try {
      check(given);
    } catch (error) {
      return refused(given, error);
    }
    return doNow(name, given, (now) => ReflectApply(original, this, now));
  };
}

function guardPaths(target, name, places, refused) {
  guard(target, name, (given) => {
    for (let i = 0; i < places.length; i++) {
      const { index, access, follow } = places[i];
      checkAt(given, index, access, follow);
    }
  }, refused);
}

function refuse(target, names, what) {
  for (const name of names) {
    if (typeof target?.[name] !== 'function') continue;
    target[name] = function(...given) {
      return fail(given, denial(what ?? name));
    };
  }
}

/// Refuses what none of the names speaks of.
function refuseOthers(target, known) {
  refuse(target, ObjectGetOwnPropertyNames(target).filter((name) => !known.includes(name)));
}

// Links that JavaScript makes, or moves, could lead out by the time they are used.
const linking = ['link', 'symlink'];
refuse(fs, linking);
const { lstat } = fs;
function checkNoLink(path) {
  const found = lstat(path, false, undefined, false);
  if (found !== undefined && (found[1] & S_IFMT) === S_IFLNK) throw denial('fs.rename of a link');
}

const special = ['existsSync', 'internalModuleStat', 'legacyMainResolve', 'mkdtemp', ...linking];
refuseOthers(fs, [...ObjectGetOwnPropertyNames(paths), ...ObjectGetOwnPropertyNames(opening), ...harmless,
                  ...changing, ...special]);
if (!rights.writeFiles) refuse(fs, changing);
for (const name of ObjectGetOwnPropertyNames(paths)) guardPaths(fs, name, paths[name]);
const { rename } = fs;
fs.rename = (...given) => {
  try {
    given[0] = checkPath(kReadWrite, false, given[0]);
    checkNoLink(given[0]);
  } catch (error) {
    return fail(given, error);
  }
  return ReflectApply(rename, fs, given);
};

function accessOf(flags) {
  const mode = flags & 3;
  const access = mode === O_RDONLY ? kRead : mode === O_WRONLY ? kWrite : kReadWrite;
  return (flags & (O_CREAT | O_TRUNC | O_APPEND)) !== 0 ? access | kWrite : access;
}

/// The native function on the same file, by way of its folder's descriptor.
function openInParent(original, self, given, flagsAt) {
  const path = checkPath(accessOf(given[flagsAt]), true, given[0]);
  const parent = openParent(accessOf(given[flagsAt]), path);
  const failure = (errno, syscall) =>
    new UVException({ errno, syscall, path: typeof path === 'string' ? path : undefined });
  if (typeof parent === 'number') throw failure(parent, 'open');
  given[0] = parent === undefined ? path : parent[0];
  if (parent === undefined) return ReflectApply(original, self, given);
  given[flagsAt] |= O_NOFOLLOW;
  const failed = (error) => {
    closeParent(parent[1]);
    throw typeof error?.errno === 'number' ? failure(error.errno, error.syscall) : error;
  };
  const opened = (result) => {
    closeParent(parent[1]);
    return result;
  };
  let result;
  try {
    result = ReflectApply(original, self, given);
  } catch (error) {
    failed(error);
  }
  return isPromise(result) ? PromisePrototypeThen(result, opened, failed) : opened(result);
}

for (const name of ObjectGetOwnPropertyNames(opening)) {
  const flagsAt = opening[name];
  const original = fs[name];
  if (typeof original !== 'function') continue;
  fs[name] = function(...given) {
    if (typeof given[0] === 'number') return ReflectApply(original, this, given);  // a descriptor
    try {
      given[flagsAt] |= 0;
      given[0] = checkPath(accessOf(given[flagsAt]), true, given[0]);
    } catch (error) {
      return fail(given, error);
    }
    const open = (now) => openInParent(original, this, now, flagsAt);
    if (name !== 'openFileHandle') return doNow(name, given, open);
    try {
      return open(given);  // has no other form, and the descriptor keeps the folder
    } catch (error) {
      return fail(given, error);
    }
  };
}

guard(fs, 'mkdtemp', (given) => {
  const prefix = given[0];
  // What the system will make is not known yet; it has the prefix, and no slash after it.
  if (typeof prefix !== 'string') throw denial('a prefix that is no text');
  checkPath(kWrite, false, `${prefix}XXXXXX`);
});

// Tells which of the files that the "main" of a package may mean is there.
guard(fs, 'legacyMainResolve', (given) => {
  const folder = given[0];
  const main = given[1];
  if (typeof folder !== 'string') throw denial('a folder whose name is no text');
  checkPath(kLook, true, folder);
  if (typeof main === 'string') checkPath(kLook, true, `${folder}/${main}`);
});

const { internalModuleStat } = fs;
const kNothingThere = internalBinding('uv').UV_ENOENT;
guard(fs, 'existsSync', (given) => checkAt(given, 0, kLook, true), () => false);
guard(fs, 'internalModuleStat', (given) => {
  // The path is the first or the second, depending on the version.
  for (let i = 0; i < given.length; i++) {
    if (given[i] !== fs) checkAt(given, i, kLook, true);
  }
}, () => kNothingThere);

const directories = internalBinding('fs_dir');
refuseOthers(directories, ['opendir', 'opendirSync', 'DirHandle']);
guardPaths(directories, 'opendir', [at(0, kRead)]);
guardPaths(directories, 'opendirSync', [at(0, kRead)]);

const { FSEvent } = internalBinding('fs_event_wrap');
guardPaths(FSEvent.prototype, 'start', [at(0, kRead)]);
refuse(fs.StatWatcher.prototype, ['start'], 'fs.watchFile');  // it opens the name again for each look

// A directory is copied natively, link for link, unless there is a filter to be asked.
const copying = require('internal/fs/cp/cp-sync');
const { cpSyncFn } = copying;
copying.cpSyncFn = (from, to, given) =>
  cpSyncFn(from, to, { __proto__: null, ...given, filter: given.filter ?? (() => true) });

function mayRead(path) {
  try {
    checkPath(kRead, true, path);
    return true;
  } catch {
    return false;
  }
}

/// Whether the package.json that a file belongs to, which node looks for upwards, is one that may
/// be read.
function isPackageInReach(path) {
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    const file = folder === '/' ? '/package.json' : `${folder}/package.json`;
    if (!mayRead(file)) return false;
    if (folder === '/' || ReflectApply(internalModuleStat, fs, [file]) === 0) return true;
  }
}

function guardSearch(name, toPath, nothing) {
  const original = modules[name];
  if (typeof original !== 'function') return;
  modules[name] = (given) => {
    const asked = `${given}`;
    const path = toPath(asked);
    if (path !== undefined && !isPackageInReach(path)) return nothing(path);
    return original(asked);
  };
}

function pathOfURL(url) {
  try {
    return fileURLToPath(url);
  } catch (error) {
    if (error?.code === 'ERR_INVALID_URL_SCHEME') return undefined;  // data: and the like
    throw error;
  }
}

refuseOthers(modules, ['flushCompileCache', 'getCompileCacheDir', 'getCompileCacheEntry',
                       'getNearestParentPackageJSON', 'getNearestParentPackageJSONType',
                       'getPackageScopeConfig', 'getPackageType', 'readPackageJSON',
                       'saveCompileCacheEntry', 'setLazyPathHelpers']);
guardPaths(modules, 'readPackageJSON', [at(0, kRead)], () => undefined);
guardSearch('getNearestParentPackageJSON', (path) => path, () => undefined);
guardSearch('getNearestParentPackageJSONType', (path) => path, () => 'none');
guardSearch('getPackageType', pathOfURL, () => undefined);
guardSearch('getPackageScopeConfig', pathOfURL, (path) => `${dirname(path)}/package.json`);

return { checkPath, denial, guard, refuse };
