// Keeps node's native functions to node's own JavaScript, which knows what to hand them: over other
// arguments some of them crash, or wait for ever with a lock of the process held. Runs in each
// environment and Worker of a library host before any user code, with node's internal `require`.
//
//   options.ownProcess      the process is node's own
//   options.processBinding  EnvironmentOptions::process_binding
//   options.rightsTaken     whether any of Rights is gone, which internals would bring back
'use strict';

const { internalBinding } = require('internal/bootstrap/realm');
const { ownProcess, processBinding, rightsTaken } = options;
if (ownProcess) return;

const {
  Error, ObjectDefineProperty, ReflectConstruct, String, StringPrototypeStartsWith, replaceClass,
} = primordials;

function refusal(what) {
  const why = processBinding ? 'a right is gone, which that could bring back' :
    'EnvironmentOptions::process_binding is false';
  const error = new Error(`This environment may not use ${what}: ${why}`);
  error.code = 'ERR_ACCESS_DENIED';
  return error;
}

if (!processBinding) {
  ObjectDefineProperty(process, 'binding', {
    __proto__: null,
    value: () => { throw refusal('process.binding'); },
    writable: true,
    enumerable: true,
    configurable: true,
  });
}
if (processBinding && !rightsTaken) return;

// With --expose-internals a Worker has `internalBinding`.
const isForbidden = (argument) =>
  StringPrototypeStartsWith(argument, '--expose-internals') ||
  StringPrototypeStartsWith(argument, '--expose_internals');

function checkedArguments(given) {
  if (given === null || typeof given !== 'object') return given;
  const checked = [];
  const length = given.length >>> 0;
  for (let i = 0; i < length; i++) {
    const text = String(given[i]);
    if (isForbidden(text)) throw refusal(`a Worker with ${text}`);
    ObjectDefineProperty(checked, i, { __proto__: null, value: text, writable: true,
                                       enumerable: true, configurable: true });
  }
  return checked;
}

function checkedOptions(given) {
  if (given === null || typeof given !== 'object') return given;
  const { execArgv } = given;
  if (execArgv === null || execArgv === undefined) return given;
  const checked = { __proto__: given };
  // Its own property, so that it is what node reads.
  ObjectDefineProperty(checked, 'execArgv', { __proto__: null, value: checkedArguments(execArgv),
                                              enumerable: true });
  return checked;
}

let hasInternals = false;  // the program has asked for them
for (const argument of process.execArgv) hasInternals ||= isForbidden(argument);
if (hasInternals) return;

const workerThreads = require('worker_threads');
const { Worker } = workerThreads;
workerThreads.Worker = replaceClass(Worker, ({ 0: filename, 1: given }, newTarget) =>
  ReflectConstruct(Worker, [filename, checkedOptions(given)], newTarget));

// Each Worker's handle would lead to node's native class.
const { Worker: { prototype: handle } } = internalBinding('worker');
ObjectDefineProperty(handle, 'constructor', {
  __proto__: null,
  value: function Worker() { throw refusal('the native class of Workers'); },
  writable: true,
  configurable: true,
});
