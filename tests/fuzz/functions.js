// The functions that a script can reach from node's public modules, or from its bindings, and calls
// of them with odd arguments.
'use strict';

const { odd } = require('./hostile.js');

// What reaches other processes, which is no concern of this one's life, or reads until something
// comes that never does.
const kLeftOut = /(^|[.])(_?kill|_debugProcess|setPriority|_startProfilerIdleNotifier|waitForDebugger)$/;
const kDepth = 5;

const isObject = (value) =>
  (typeof value === 'object' && value !== null) || typeof value === 'function';

// JavaScript's own functions are V8's to test.
function intrinsics() {
  const own = new Set();
  const names = ['Object', 'Function', 'Array', 'Number', 'Boolean', 'String', 'Symbol', 'Date',
    'Promise', 'RegExp', 'Error', 'AggregateError', 'EvalError', 'RangeError', 'ReferenceError',
    'SyntaxError', 'TypeError', 'URIError', 'JSON', 'Math', 'Intl', 'ArrayBuffer', 'Atomics',
    'Uint8Array', 'Int8Array', 'Uint16Array', 'Int16Array', 'Uint32Array', 'Int32Array',
    'Float32Array', 'Float64Array', 'Uint8ClampedArray', 'BigUint64Array', 'BigInt64Array',
    'DataView', 'Map', 'BigInt', 'Set', 'WeakMap', 'WeakSet', 'WeakRef', 'Proxy', 'Reflect',
    'FinalizationRegistry', 'SharedArrayBuffer', 'Iterator', 'WebAssembly'];
  for (const name of names) {
    const value = globalThis[name];
    if (!isObject(value)) continue;
    own.add(value);
    for (const key of Reflect.ownKeys(value)) {
      const { value: member } = Reflect.getOwnPropertyDescriptor(value, key);
      if (isObject(member)) own.add(member);
    }
  }
  own.add(Object.getPrototypeOf(Uint8Array)).add(Object.getPrototypeOf(Uint8Array.prototype));
  return own;
}

function walk(value, path, depth, seen, found) {
  if (!isObject(value) || seen.has(value)) return;
  seen.add(value);
  let keys = [];
  try { keys = Reflect.ownKeys(value); } catch { return; }
  for (const key of keys) {
    const name = `${path}.${String(key)}`;
    let of;
    try { of = Reflect.getOwnPropertyDescriptor(value, key); } catch { continue; }
    if (of === undefined || key === 'constructor') continue;
    for (const [kind, member] of [['', of.value], [' (get)', of.get], [' (set)', of.set]]) {
      if (!isObject(member)) continue;
      if (typeof member === 'function' && !seen.has(member) && !kLeftOut.test(name)) {
        found.push({ name: name + kind, owner: value, call: member });
      }
      if (depth > 0) walk(member, name + kind, depth - 1, seen, found);
    }
  }
  if (depth > 0) walk(Reflect.getPrototypeOf(value), `${path}.__proto__`, depth - 1, seen, found);
}

const kBindings = ['async_wrap', 'buffer', 'cares_wrap', 'config', 'constants', 'contextify', 'crypto',
  'fs', 'fs_event_wrap', 'http_parser', 'icu', 'inspector', 'js_stream', 'natives', 'os', 'pipe_wrap',
  'process_wrap', 'signal_wrap', 'spawn_sync', 'stream_wrap', 'tcp_wrap', 'tls_wrap', 'tty_wrap',
  'udp_wrap', 'url', 'util', 'uv', 'v8', 'zlib'];

let all = [];

/// How many functions there are; `bindings` says which.
exports.find = (bindings) => {
  const seen = intrinsics();
  all = [];
  if (bindings) {
    for (const name of kBindings) {
      let binding;
      try { binding = process.binding(name); } catch { continue; }
      walk(binding, name, kDepth, seen, all);
    }
    return all.length;
  }
  for (const name of require('module').builtinModules) {
    let module;
    try { module = require(name); } catch { continue; }
    if (typeof module === 'function') all.push({ name, owner: undefined, call: module });
    walk(module, name, kDepth, seen, all);
  }
  walk(globalThis, 'globalThis', 2, seen, all);
  return all.length;
};

exports.nameOf = (index) => all[index].name;

// Objects that calls have returned, for others to be called on and with. No texts and no bytes, which
// could be the paths of somebody's files.
const kept = [];
let state = 1;

function random(n) {
  state = (Math.imul(state, 1103515245) + 12345) >>> 0;
  return Math.floor(state / 4294967296 * n);
}

function keep(value) {
  if (!isObject(value) || ArrayBuffer.isView(value) || value instanceof URL) return;
  if (typeof value.then === 'function') value.then(undefined, () => {});
  else if (typeof value.on === 'function') value.on('error', () => {});
  if (kept.length < 30) kept.push(value);
  else kept[random(kept.length)] = value;
}

/// Calls the function of this number a few times, as a function, a method and a class.
exports.call = (index, seed) => {
  const { owner, call } = all[index];
  state = seed + index;
  const argument = () => (kept.length > 0 && random(5) === 0 ? kept[random(kept.length)] : odd(state));
  const attempt = (how) => { try { keep(how()); } catch { /* as it should */ } };
  for (let round = 0; round < 6; round++) {
    const given = [];
    for (let count = random(6); count > 0; count--) given.push(argument());
    attempt(() => Reflect.construct(call, given));
    attempt(() => Reflect.apply(call, owner, given));
    // A method of a class: on an instance.
    if (isObject(owner) && Object.hasOwn(owner, 'constructor')) {
      attempt(() => {
        const instance = Reflect.construct(owner.constructor, random(2) ? [] : [argument()]);
        return Reflect.apply(call, instance, given);
      });
    }
    attempt(() => Reflect.apply(call, argument(), given));
  }
};
