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
  ArrayPrototypeIncludes, Error, FunctionPrototypeCall, ObjectDefineProperty, ReflectConstruct,
  ReflectGetOwnPropertyDescriptor, ReflectOwnKeys, String, StringPrototypeStartsWith, replaceClass,
} = primordials;

const kWhy = processBinding ? 'a right is gone, which that could bring back' :
  'EnvironmentOptions::process_binding is false';

function refusal(what, why = kWhy) {
  const error = new Error(`This environment may not use ${what}: ${why}`);
  error.code = 'ERR_ACCESS_DENIED';
  return error;
}

function replaceMember(object, name, value) {
  ObjectDefineProperty(object, name, { __proto__: null, value, writable: true, enumerable: true,
                                       configurable: true });
}

if (!processBinding) replaceMember(process, 'binding', () => { throw refusal('process.binding'); });

// What crashes over arguments or objects that node's own JavaScript never hands it, or waits for ever
// with a lock of the process held.
const kUnsafe = {
  __proto__: null,
  http_parser: ['ConnectionsList'],
  stream_wrap: ['LibuvStreamWrap'],
  tls_wrap: ['TLSWrap'],
};

// Of what most does so, the functions that do not.
const kSafe = {
  __proto__: null,
  crypto: ['getCiphers', 'getCurves', 'getFipsCrypto', 'getHashes', 'getSSLCiphers'],
};

// The binding itself is node's; a script gets a copy.
function withoutUnsafe(name, binding) {
  const copy = {};
  const refuseMember = (member) => replaceMember(copy, member, function() {
    throw refusal(`${String(member)} of process.binding`, 'it crashes over what it does not expect');
  });
  const safe = kSafe[name];
  const members = ReflectOwnKeys(binding);
  for (let i = 0; i < members.length; i++) {
    const property = ReflectGetOwnPropertyDescriptor(binding, members[i]);
    ObjectDefineProperty(copy, members[i], property);
    if (safe !== undefined && typeof property.value === 'function' &&
        !ArrayPrototypeIncludes(safe, members[i])) {
      refuseMember(members[i]);
    }
  }
  const unsafe = kUnsafe[name] ?? [];  // also where it is not there yet
  for (let i = 0; i < unsafe.length; i++) refuseMember(unsafe[i]);
  return copy;
}

if (processBinding) {
  const { binding } = process;
  const copies = { __proto__: null };
  replaceMember(process, 'binding', function(given) {
    const name = String(given);
    const original = FunctionPrototypeCall(binding, process, name);
    if (kUnsafe[name] === undefined && kSafe[name] === undefined) return original;
    return copies[name] ??= withoutUnsafe(name, original);
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
