// Everything of the bridge but `load`: exports, evaluation, errors, tasks. Run by `node --test` or
// `node`.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { Session } from 'node:inspector';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { fixtures, startBridge } from './host.mjs';

const bridge = startBridge();
const hostModule = JSON.stringify(new URL('host.mjs', import.meta.url));
const { load, holder, callable, evaluate, describeError, report, drain, settle } = bridge;
const errorOf = (code, filename) => {
  try {
    evaluate(code, filename);
  } catch (error) {
    return error;
  }
  assert.fail('nothing thrown');
};
const member = (module, name) => holder(module, name)?.[name];
const textOf = (value) => describeError(value).text;

test('members are found on the module, else on its default export', () => {
  assert.equal(member(load('transpiled'), 'named')(), 'named');
  assert.equal(member(load('transpiled'), 'onDefault')(), 'default');
  assert.equal(member(load('default-function'), 'member'), 'on the function');
  assert.equal(member(load('dual'), 'taken'), 'import');
  assert.equal(member(load('dual'), 'nope'), undefined);
  for (const none of [undefined, null, 1, 'text']) assert.equal(member(none, 'length'), undefined);
});

test('a method is called on the object that has it', () => {
  const module = load('esm-classic');
  assert.equal(holder(module, 'quote'), module.default);
  assert.equal(Reflect.apply(member(module, 'quote'), holder(module, 'quote'), ['x']), '> x');
  assert.equal(holder(module, 'nope'), undefined);
});

test('a module that can be called', () => {
  assert.equal(callable(load('cjs-plain'))(), 'plain');
  assert.equal(callable(load('default-function'))(), 'called');
  assert.equal(callable(load('dual')), undefined);
  assert.equal(callable(null), undefined);
});

test('evaluate returns the completion value, in the global scope', () => {
  assert.equal(evaluate('1 + 1', 'sum.js'), 2);
  assert.equal(evaluate('1 + 1 // import', 'sum.js'), 2);
  evaluate('var evaluatedGlobal = 5', 'a.js');
  assert.equal(globalThis.evaluatedGlobal, 5);
  assert.equal(evaluate('typeof require'), 'undefined');
});

for (const [what, tail] of [['', ''], [' of text that imports', '; import("./geo.js")']]) {
  test(`stacks have the file name as given${what}`, () => {
    const absolute = join(fixtures, 'x.js');
    const absoluteURL = pathToFileURL(absolute).href;
    for (const name of ['init.js', 'lib/init.js', '[eval]', absolute, absoluteURL]) {
      const { stack } = errorOf(`\n  null.x${tail}`, name);
      assert.equal(stack.split('\n')[0].startsWith('TypeError'), true, stack);
      assert.equal(stack.split('\n')[1], `    at ${name}:2:8`);
      const syntax = errorOf(`\n  let let = 1${tail}`, name);
      assert.equal(syntax.stack.split('\n')[0], `${name}:2`);
    }
    const blank = tail === '' ? 'my init.js' : join(fixtures, 'my init.js');
    const { stack } = errorOf(`null.x${tail}`, 'my init.js');
    assert.equal(stack.split('\n')[1], `    at ${blank}:1:6`);
  });
}

test('import() resolves against an absolute file name, else the base directory', async () => {
  const geo = load('./geo.js');
  const inFolder = join(fixtures, 'folder', 'x.js');
  const inFolderURL = pathToFileURL(inFolder).href;
  const away = process.cwd();
  process.chdir('/');
  try {
    assert.equal((await evaluate('import("./geo.js")', 'init.js')).default, geo);
    assert.equal((await evaluate('import("./geo.js")', 'my init.js')).default, geo);
    assert.equal((await evaluate('import("./geo.js")')).default, geo);
    assert.equal((await evaluate('import("../geo.js")', inFolder)).default, geo);
    assert.equal((await evaluate('import("../geo.js")', inFolderURL)).default, geo);
    assert.equal((await evaluate('import("dual")', 'init.js')).taken, 'import');
  } finally {
    process.chdir(away);
  }
});

test('a breakpoint binds to the file name as given', () => {
  const session = new Session();
  session.connect();
  const urls = [];
  session.on('Debugger.scriptParsed', ({ params }) => urls.push(params.url));
  session.post('Debugger.enable');
  evaluate('1', 'plain.js');
  evaluate('() => import("./geo.js")', 'importing.js');
  session.disconnect();
  assert.ok(urls.includes('plain.js'));
  assert.ok(urls.includes('importing.js'));
});

test('nothing is printed, not even by the first import()', () => {
  const script = `import { startBridge } from ${hostModule};
    const { load, evaluate } = startBridge();
    load('esm-only'); load('./es/both.js');
    await evaluate('import("./counter.mjs")', 'a.js');`;
  const { stderr, status } = spawnSync(process.execPath, ['--input-type=module', '-e', script],
                                       { encoding: 'utf8' });
  assert.equal(stderr, '');
  assert.equal(status, 0);
});

test('an error is described', () => {
  const cause = new RangeError('why');
  const error = Object.assign(new TypeError('what', { cause }), { code: 'E_CODE' });
  const { stack, ...rest } = describeError(error);
  assert.match(stack, /^TypeError: what\n {4}at /);
  assert.deepEqual(rest, { isError: true, name: 'TypeError', message: 'what', code: 'E_CODE',
                           text: 'TypeError: what', json: '', hasCause: true, cause,
                           errors: undefined, properties: [] });
  assert.equal(describeError(new Error('x')).hasCause, false);
  assert.equal(describeError(new Error('x', { cause: undefined })).hasCause, true);
  assert.deepEqual(describeError(new AggregateError([1, cause])).errors, [1, cause]);
  assert.equal(describeError(new DOMException('m', 'AbortError')).name, 'AbortError');
  assert.equal(describeError(evaluate('new Error("x")', 'a.js')).isError, true);
});

test('anything can be thrown and is described', () => {
  assert.equal(textOf(undefined), 'undefined');
  assert.equal(textOf(null), 'null');
  assert.equal(textOf('plain text'), 'plain text');
  assert.equal(textOf(''), '');
  assert.equal(textOf(42), '42');
  assert.equal(textOf(10n), '10n');
  assert.equal(textOf(Symbol('s')), 'Symbol(s)');
  assert.equal(textOf({ a: 1 }), '{ a: 1 }');
  assert.equal(textOf(Object.create(null)), '[Object: null prototype] {}');
  assert.equal(describeError({ message: 'like one', code: 7 }).message, 'like one');
  assert.equal(describeError({ message: 'like one', code: 7 }).code, '7');
  assert.equal(describeError('plain').message, 'plain');
  assert.equal(describeError('plain').isError, false);
});

test('what is thrown cannot make the description throw', () => {
  const fail = () => { throw new Error('trap'); };
  const traps = Object.fromEntries(Reflect.ownKeys(Reflect).filter((key) => typeof key === 'string')
    .map((key) => [key, fail]));
  const revoked = Proxy.revocable({}, {});
  revoked.revoke();
  const hostile = new Error('hostile');
  for (const name of ['stack', 'name', 'message', 'code', 'cause', 'errors', 'constructor']) {
    Object.defineProperty(hostile, name, { get: fail });
  }
  const cyclic = new Error('cyclic');
  cyclic.cause = cyclic;
  const odd = Object.assign(new Error('odd'), { name: 5, message: {}, code: {}, stack: [] });
  const inspecting = { [Symbol.for('nodejs.util.inspect.custom')]: fail, toString: fail };
  for (const value of [new Proxy({}, traps), new Proxy(new Error(''), traps),
                       new Proxy(fail, traps), revoked.proxy, hostile, cyclic, odd, inspecting]) {
    const described = describeError(value);
    for (const key of ['name', 'message', 'code', 'stack', 'text']) {
      assert.equal(typeof described[key], 'string', key);
    }
  }
  assert.equal(describeError(hostile).text, 'Error');
  assert.equal(describeError(odd).name, 'Error');
  assert.equal(describeError(cyclic).cause, cyclic);
});

// Runs `act` as a callback of the event loop (no microtask runs inside a microtask, as tests are),
// and returns what was uncaught until the next one.
async function uncaughtOf(act) {
  const seen = [];
  const listeners = process.listeners('uncaughtException');
  process.removeAllListeners('uncaughtException');
  process.on('uncaughtException', (...how) => seen.push(how));
  await new Promise((resolve) => {
    setImmediate(() => {
      try {
        act();
      } finally {
        setTimeout(resolve, 20);  // behind what it has begun, however late that is
      }
    });
  });
  process.removeAllListeners('uncaughtException');
  for (const listener of listeners) process.on('uncaughtException', listener);
  return seen;
}

test('a reported error reaches uncaughtException as it is', async () => {
  const error = new Error('reported');
  const seen = await uncaughtOf(() => {
    report(error);
    report(undefined);
  });
  assert.deepEqual(seen, [[error, 'uncaughtException'], [undefined, 'uncaughtException']]);
  assert.equal(seen[0][0], error);
});

test('drain runs ticks and microtasks at once', async () => {
  const order = [];
  const error = new Error('reported');
  const seen = await uncaughtOf(() => {
    process.nextTick(() => order.push('tick'));
    process.nextTick(() => Promise.resolve().then(() => order.push('promise')));
    report(error);
    drain();
    order.push('drained');
  });
  assert.deepEqual(order, ['tick', 'promise', 'drained']);
  assert.equal(seen[0][0], error);
});

test('what a tick throws comes out of drain; the others still run', async () => {
  const order = [];
  const error = new Error('from a tick');
  const seen = await uncaughtOf(() => {
    process.nextTick(() => { throw error; });
    process.nextTick(() => order.push('tick'));
    drain();
    order.push('drained');
  });
  assert.deepEqual(order, ['tick']);
  assert.deepEqual(seen, [[error, 'uncaughtException']]);
});

test('settle tells once how a promise, a thenable or a value ends', async () => {
  const onSettled = (resolve, ...how) => resolve(how);
  assert.equal(settle(1, undefined), false);
  assert.equal(settle(1, () => {}, onSettled), true);
  const done = (promise) => new Promise((resolve) => settle(promise, resolve));
  const reason = new Error('no');
  assert.deepEqual(await done(Promise.resolve(1)), [true, 1]);
  assert.deepEqual(await done(Promise.reject(reason)), [false, reason]);
  assert.deepEqual(await done({ then: (yes, no) => { yes(2); no(3); yes(4); } }), [true, 2]);
  assert.deepEqual(await done({ get then() { throw reason; } }), [false, reason]);
  assert.deepEqual(await done(5), [true, 5]);
});

test('require becomes a global that is not enumerable', () => {
  bridge.defineGlobals();
  assert.equal(evaluate('require("./geo.js")'), load('./geo.js'));
  assert.equal(Object.keys(globalThis).includes('require'), false);
});

test('the bridge outlives what user code does to the globals', () => {
  const script = `import { startBridge } from ${hostModule};
    const { load, evaluate, describeError, settle, report, drain, promiseOf } = startBridge();
    for (const name of ['Promise', 'JSON', 'Error', 'Map', 'Object', 'Reflect', 'String',
                        'queueMicrotask']) globalThis[name] = undefined;
    const told = [];
    settle(promiseOf(load('./waits.mjs')), told,
           (waiter, ok, value) => waiter.push(value.namespace.value));
    load('./counter.mjs'); load('dual'); load('cjs-plain');
    process.on('uncaughtException', (e) => told.push(e));
    report(7);
    if (describeError(evaluate('3')).text !== '3') process.exit(2);
    process.on('exit', () => { if (told.sort().join() !== '7,waited') process.exitCode = 3; });`;
  const { stderr, status } = spawnSync(process.execPath, ['--input-type=module', '-e', script],
                                       { encoding: 'utf8' });
  assert.equal(stderr, '');
  assert.equal(status, 0);
});
