// Hostile values of all kinds, by seed: the same seed makes the same value. Plain CommonJS, so that
// Workers have it as well.
'use strict';

// Taken up front: pollute() breaks what the rest of the process uses.
const { Array, AggregateError, ArrayBuffer, BigInt, Date, Error, Map, Math, Object, Promise, Proxy,
        Reflect, Set, String, Symbol, Uint16Array, Uint8Array, Float64Array, WeakMap,
        structuredClone } = globalThis;
const exit = process.exit;

let state = 1;
let harmless = false;  // values that run no code that ends or stops anything

function random(n) {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return Math.floor(state / 4294967296 * n);
}

function evil() {
  switch (random(12)) {
    case 0: throw new Error('evil');
    case 1: throw make(2);
    case 2: if (!harmless && random(40) === 0) exit(3); return make(2);
    case 3: if (!harmless && random(20) === 0) for (;;); return 1;
    case 4: return evil;
    default: return make(3);
  }
}

const trap = {
  __proto__: null, get: evil, has: evil, ownKeys: () => (random(2) ? [] : evil()),
  getOwnPropertyDescriptor: () => undefined, getPrototypeOf: () => null,
};

function make(depth) {
  if (depth > 4) return depth;
  const next = () => make(depth + 1);
  const list = (n) => { const all = []; for (let i = 0; i < n; i++) all[i] = next(); return all; };
  switch (random(40)) {
    case 0: return undefined;
    case 1: return null;
    case 2: return NaN;
    case 3: return -0;
    case 4: return 2 ** random(70);
    case 5: return BigInt(random(1e9)) ** BigInt(random(9));
    case 6: return Symbol('s');
    case 7: return '\ud800x'.repeat(random(9));
    case 8: return 'x'.repeat(2 ** random(18));
    case 9: return list(random(6));
    case 10: return new Array(2 ** random(12));
    case 11: return new Proxy([], trap);
    case 12: return new Proxy({}, trap);
    case 13: { const pair = Proxy.revocable([], {}); pair.revoke(); return pair.proxy; }
    case 14: return new Map([[next(), next()], ['a', next()]]);
    case 15: return new Set([next(), next()]);
    case 16: return new Date(random(3) ? NaN : 1e12);
    case 17: return new Float64Array(random(9));
    case 18: {
      const buffer = new ArrayBuffer(8, { maxByteLength: 64 });
      const view = new Uint16Array(buffer);
      buffer.resize(random(64));
      return view;
    }
    case 19: {
      const view = new Uint8Array(9);
      structuredClone(view.buffer, { transfer: [view.buffer] });
      return view;
    }
    case 20: return { get x() { return evil(); }, y: next() };
    case 21: return { x: random(9), y: 1.5 };
    case 22: return { name: 'n', points: [{ x: 1, y: next() }], note: next() };
    case 23: { const error = new Error('e'); error.cause = next(); error.more = next(); return error; }
    case 24: {
      const error = new AggregateError([next(), next()]);
      Object.defineProperty(error, 'message', { get: evil });
      return error;
    }
    case 25: { const ring = {}; ring.ring = ring; return ring; }
    case 26: { const promise = Promise.reject(next()); promise.catch(() => {}); return promise; }
    case 27: return { then: evil };
    case 28: return evil;
    case 29: return class extends Array { get length() { return evil(); } };
    case 30: return Object.create(null, { a: { get: evil, enumerable: true } });
    case 31: return new (class extends Array {})(random(5));
    case 32: return { [Symbol.iterator]: evil, [Symbol.toPrimitive]: evil };
    case 33: return random(2) === 1;
    case 34: return random(200) - 100;
    case 35: return -(2 ** 31) + random(3) - 1;
    case 36: return new WeakMap();
    case 37: return list(2 ** random(8)).map(String.bind(null, 'k'));
    case 38: { const object = {}; for (let i = 0; i < 40; i++) object['k' + i] = i; return object; }
    default: { const f = () => {}; f.a = next(); return f; }
  }
}

/// A value.
exports.hostile = (seed) => { state = seed; return make(0); };

/// The same, without endless loops and process.exit in it.
exports.odd = (seed) => {
  harmless = true;
  return exports.hostile(seed);
};

const targets = ['Object', 'Array', 'Map', 'Set', 'String', 'Number', 'Error', 'Date', 'Promise',
                 'RegExp', 'Function', 'Uint8Array', 'Symbol', 'AggregateError']
  .map((name) => globalThis[name].prototype);
const more = ['0', 'x', 'name', 'cause', 'errors', 'toJSON', 'then', 'get', 'value', 'length'];

/// Changes a prototype.
exports.pollute = (seed) => {
  state = seed;
  const target = targets[random(targets.length)];
  const own = Reflect.ownKeys(target);
  const all = random(own.length + more.length);
  const name = all < own.length ? own[all] : more[all - own.length];
  try {
    if (random(2)) Reflect.defineProperty(target, name, { __proto__: null, get: evil, configurable: true });
    else target[name] = random(2) ? evil : make(2);
  } catch { /* it is not to be changed */ }
};
