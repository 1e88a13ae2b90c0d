// The ways to files beside node:fs, for Rights::read_files and write_files: they are checked as
// those of file_rights.js, or refused. Runs after it, with its exports as `options.files`.
'use strict';

const { internalBinding } = require('internal/bootstrap/realm');
const { getValidatedPath } = require('internal/fs/utils');
const { files: { checkPath, denial, guard, refuse }, rights } = options;
const {
  ObjectDefineProperty, ObjectKeys, ReflectApply, ReflectConstruct, String,
  StringPrototypeStartsWith, replaceClass,
} = primordials;

const kRead = 1;
const kWrite = 2;
const kReadWrite = 3;

function binding(name) {
  try {
    return internalBinding(name);
  } catch {
    return undefined;  // not in this build or version
  }
}

/// Replaces a function of node's that has the native one in a closure, in all that exports it.
function replace(name, replacement, ...holders) {
  for (const holder of holders) {
    if (typeof holder?.[name] !== 'function') continue;
    ObjectDefineProperty(holder, name, { __proto__: null, value: replacement, writable: true,
                                   enumerable: true, configurable: true });
  }
}

/// `new target(...)` as `check` lets it: the arguments it returns.
function guardClass(holder, name, check) {
  const target = holder?.[name];
  if (typeof target !== 'function') return undefined;
  const guarded = replaceClass(
    target, (given, newTarget) => ReflectConstruct(target, check(given), newTarget));
  target.prototype.constructor = guarded;
  holder[name] = guarded;
  return guarded;
}

function refuseClass(holder, name, what) {
  guardClass(holder, name, () => { throw denial(what); });
}

// Files as blobs, which are opened by name when they are read.
const blobs = require('internal/blob');
refuse(internalBinding('blob'), ['createBlobFromFilePath'], 'fs.openAsBlob');
replace('createBlobFromFilePath', () => { throw denial('fs.openAsBlob'); }, blobs);
replace('openAsBlob', () => { throw denial('fs.openAsBlob'); }, require('fs'));

// Environment files.
const { loadEnvFile } = process;
guard(internalBinding('process_methods'), 'loadEnvFile', (given) => {
  given[0] = checkPath(kRead, true, given[0] ?? '.env');
});
replace('loadEnvFile', (path = '.env') =>
  ReflectApply(loadEnvFile, process, [checkPath(kRead, true, getValidatedPath(path))]), process);

// Databases are refused altogether: SQL opens other files by ATTACH.
const sqlite = binding('sqlite');
refuse(sqlite?.DatabaseSync?.prototype, ['open', 'exec', 'prepare'], 'node:sqlite');
refuse(sqlite, ['backup'], 'node:sqlite');
refuseClass(sqlite, 'DatabaseSync', 'node:sqlite');
refuseClass(binding('webstorage'), 'Storage', 'localStorage');

// WebAssembly programs may have descriptors, but no directories.
guardClass(binding('wasi'), 'WASI', (given) => {
  if (given[2]?.length !== 0) throw denial('WASI with preopens');
  given[2] = [];
  return given;
});

// Sockets that are files; the ones that are not begin with NUL. One that listens is removed by its
// name when it is closed, whatever has that name then.
const { UV_EACCES } = internalBinding('uv');
const { Pipe: { prototype: pipe } } = internalBinding('pipe_wrap');
const isFile = (path) => typeof path !== 'string' || path[0] !== '\0';
guard(pipe, 'bind', (given) => {
  if (isFile(given[0])) throw denial('a socket that listens at a path');
}, () => UV_EACCES);
guard(pipe, 'connect', (given) => {
  if (isFile(given[1])) given[1] = checkPath(kReadWrite, true, given[1]);
}, () => UV_EACCES);
refuse(pipe, ['fchmod'], 'the mode of a socket');

// Files that node writes by itself: profiles, reports, snapshots of the heap.
const v8 = require('v8');
const module = require('module');
const helpers = require('internal/modules/helpers');
refuse(module, ['enableCompileCache'], 'module.enableCompileCache');
refuse(helpers, ['enableCompileCache'], 'module.enableCompileCache');
if (!rights.writeFiles) {
  const { triggerHeapSnapshot } = internalBinding('heap_utils');
  guard(internalBinding('heap_utils'), 'triggerHeapSnapshot', (given) => {
    const path = checkPath(kWrite, true, given[0] ?? '.');
    if (given[0] !== undefined) given[0] = path;
  });
  const { writeHeapSnapshot } = v8;
  replace('writeHeapSnapshot', (path, given) => {
    if (path === undefined) checkPath(kWrite, true, '.');  // node makes up a name in the current folder
    else path = checkPath(kWrite, true, getValidatedPath(path));
    return writeHeapSnapshot(path, given);
  }, v8);
  for (const name of ['setHeapSnapshotNearHeapLimit', 'setHeapProfileNearHeapLimit']) {
    refuse(v8, [name], `v8.${name}`);
    refuse(internalBinding('v8'), [name], `v8.${name}`);
  }
  refuse(v8, ['takeCoverage', 'stopCoverage'], 'coverage files');
  refuse(binding('profiler'), ['setCoverageDirectory', 'takeCoverage', 'stopCoverage'],
         'coverage files');
  refuse(binding('trace_events')?.CategorySet?.prototype, ['enable'], 'trace files');
  const report = internalBinding('report');
  refuse(report, ['writeReport', ...ObjectKeys(report).filter((name) => StringPrototypeStartsWith(name, 'set'))],
         'process.report, but for getReport');
}

// A Worker's command line and variables name files that node itself writes, before any JavaScript
// runs in it. It may have what its parent has.
const { env: variables } = process;  // the real ones, whatever process.env is later
const allowedArguments = [];
for (const argument of process.execArgv) allowedArguments[allowedArguments.length] = argument;

function checkedArguments(given) {
  const checked = [];
  const length = given.length >>> 0;
  for (let i = 0; i < length; i++) {
    const text = String(given[i]);
    if (text !== allowedArguments[i]) throw denial('execArgv of a Worker');
    ObjectDefineProperty(checked, i, { __proto__: null, value: text, enumerable: true });
  }
  return checked;
}

function checkedVariables(given) {
  const env = {};
  const names = ObjectKeys(given);
  for (let i = 0; i < names.length; i++) {
    const name = names[i];
    if (name === 'NODE_OPTIONS' || name === 'NODE_V8_COVERAGE' || name === 'NODE_COMPILE_CACHE') {
      throw denial(`the variable ${name} for a Worker`);
    }
    ObjectDefineProperty(env, name, { __proto__: null, value: given[name], writable: true,
                                enumerable: true, configurable: true });
  }
  return env;
}

function checkedOptions(given) {
  const { execArgv, env } = given ?? {};
  const checked = { __proto__: given ?? null };
  // Own properties, so that they are what node reads.
  const own = (name, value) =>
    ObjectDefineProperty(checked, name, { __proto__: null, value, enumerable: true });
  own('execArgv', execArgv == null ? undefined : checkedArguments(execArgv));
  if (env === null || env === undefined || env === process.env) {
    checkedVariables(variables);
    own('env', undefined);
  } else {  // SHARE_ENV would share those of the process with a Worker of the first one
    own('env', checkedVariables(typeof env === 'symbol' ? variables : env));
  }
  return checked;
}

const workers = require('internal/worker');
const checkWorker = (given) => [given[0], checkedOptions(given[1])];
guardClass(workers, 'Worker', checkWorker);
guardClass(require('worker_threads'), 'Worker', checkWorker);  // which may be the host's own
guardClass(workers, 'InternalWorker', (given) => {  // a thread for module hooks
  checkedVariables(variables);
  return given;
});
