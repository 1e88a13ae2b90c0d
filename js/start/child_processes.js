// Child processes of a library host. `child_process.fork`, `cluster` and many packages start
// process.execPath with node's command line; in a library host that is the host program, which does
// not know that command line and would, at worst, start itself for ever. Runs in each environment
// and Worker before any user code, with node's internal `require`.
//
//   options.execPath    what process.execPath is to be; empty: the host program, not to be started
//   options.ownProcess  the process is node's own, and takes node's command line
//   options.whenLoaded  start/when_loaded.js's
'use strict';

const { internalBinding } = require('internal/bootstrap/realm');
const { execPath, ownProcess, whenLoaded } = options;
const {
  ArrayBufferIsView, ArrayIsArray, ArrayPrototypeIncludes, Error, FunctionPrototypeToString,
  ObjectDefineProperty, ReflectApply, StringPrototypeIncludes, TypeError,
  append,
} = primordials;

function refusal(message, code) {
  const error = new Error(message);
  error.code = code;
  return error;
}

if (execPath !== '') {
  ObjectDefineProperty(process, 'execPath', { __proto__: null, value: execPath, writable: true,
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

// What node's native functions are given: they end the process over arguments they do not expect,
// which process.binding lets programs hand to them.
const idsAndNumbers = ['uid', 'gid', 'killSignal', 'timeout', 'maxBuffer'];
const kindsOfStdio = ['ignore', 'pipe', 'overlapped', 'wrap', 'inherit', 'fd'];

function wrong(name) {
  const error = new TypeError(`The option "${name}" of a child process is none that can be`);
  error.code = 'ERR_INVALID_ARG_VALUE';
  throw error;
}

function copyOfArray(given, name, check) {
  if (!ArrayIsArray(given)) wrong(name);
  const copy = [];
  const { length } = given;
  for (let i = 0; i < length; i++) {
    append(copy, check(given[i]));
  }
  return copy;
}

function checkedStdio(given) {
  if (given === null || typeof given !== 'object') wrong('stdio');
  const { type, fd } = given;
  if (!ArrayPrototypeIncludes(kindsOfStdio, type)) wrong('stdio');
  if ((type === 'fd' || type === 'inherit') && fd !== (fd | 0)) wrong('stdio');
  return { __proto__: given, type, fd };
}

function checkedOptions(given) {
  if (given === null || typeof given !== 'object') wrong('file');
  const { file, args, envPairs, stdio, cwd } = given;
  if (typeof file !== 'string') wrong('file');
  if (cwd != null && typeof cwd !== 'string' && !ArrayBufferIsView(cwd)) wrong('cwd');
  const text = (name) => (value) => typeof value === 'string' ? value : wrong(name);
  const checked = { __proto__: given };
  const own = (name, value) =>
    ObjectDefineProperty(checked, name, { __proto__: null, value, enumerable: true });
  own('file', file);
  own('cwd', cwd);
  // Own also where there is none, or native code would ask `given` again.
  own('args', args == null ? undefined : copyOfArray(args, 'args', text('args')));
  own('envPairs', envPairs == null ? undefined : copyOfArray(envPairs, 'envPairs', text('envPairs')));
  own('stdio', copyOfArray(stdio, 'stdio', checkedStdio));
  if (checked.stdio.length === 0) wrong('stdio');
  for (let i = 0; i < idsAndNumbers.length; i++) {
    const name = idsAndNumbers[i];
    const value = given[name];
    // Ids and signals are 32 bits; a time and a size may be any number.
    if (value != null && (typeof value !== 'number' || (i < 3 && value !== (value | 0)))) wrong(name);
    own(name, value);
  }
  return checked;
}

const { execPath: program } = process;

function check(given) {
  const checked = checkedOptions(given);
  if (execPath !== '' || checked.file !== program) return checked;
  throw refusal(
    `A child process would start the host program, ${program}, with node's command line, which ` +
    'it does not take. Name a node or the nodehost command: in C++ with ' +
    'EnvironmentOptions::exec_path, for one child_process.fork with its option execPath',
    'ERR_NODEHOST_NO_EXEC_PATH');
}

// From a Node 24 on, node's own JavaScript hands the native function not the options, but these parts
// of them, and it aborts over anything else.
const parts = ['file', 'args', 'cwd', 'envPairs', 'stdio', 'flags', 'uid', 'gid'];
let takesParts;
function learnHowItIsCalled({ ChildProcess }) {
  const text = FunctionPrototypeToString(ChildProcess.prototype.spawn);
  takesParts = !StringPrototypeIncludes(text, '_handle.spawn(options)');
}

// It takes a while to load, so that it is asked as soon as somebody needs it.
const kCaller = 'internal/child_process';
whenLoaded([kCaller], learnHowItIsCalled);

function optionsOf(given) {
  if (typeof given[0] === 'object') return given[0];
  const options = { __proto__: null };
  for (let i = 0; i < parts.length; i++) options[parts[i]] = given[i];
  return options;
}

function partsOf(options) {
  const given = [];
  for (let i = 0; i < parts.length; i++) append(given, options[parts[i]]);
  const { flags } = options;
  given[5] = flags === (flags | 0) ? flags : 0;
  return given;
}

const { Process } = internalBinding('process_wrap');
const { spawn } = Process.prototype;
Process.prototype.spawn = function(...given) {
  if (takesParts === undefined) require(kCaller);
  const checked = check(optionsOf(given));
  return ReflectApply(spawn, this, takesParts ? partsOf(checked) : [checked]);
};
const synchronous = internalBinding('spawn_sync');
const { spawn: spawnSync } = synchronous;
synchronous.spawn = (given) => spawnSync(check(given));
