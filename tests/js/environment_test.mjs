// process.env of an environment with an overlay, and what is started from it. The real one of this
// test process plays the host's. Run by `node --test` or by plain `node`.
import assert from 'node:assert/strict';
import { execFileSync, execSync, fork, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { SHARE_ENV, Worker } from 'node:worker_threads';
import { fixtures, startBridge, startEnvironmentVariables } from './host.mjs';

const real = process.env;
real.TEST_KEPT = 'kept';
real.TEST_REMOVED = 'removed';
real.TEST_CHANGED = 'before';
real.NODE_UNIQUE_ID = '7';

const options = {
  env: { TEST_NEW: 'new', TEST_CHANGED: 'after', TEST_REMOVED: null, TEST_NUMBER: 5 },
  isolateNodeVariables: true,
};
const replaced = startEnvironmentVariables(process, options);
startBridge(options);

const print = 'JSON.stringify([process.env.TEST_KEPT, process.env.TEST_REMOVED, ' +
              'process.env.TEST_CHANGED, process.env.TEST_NEW, process.env.NODE_UNIQUE_ID])';
const expected = '["kept",null,"after","new",null]';

test('the overlay is laid over the real environment, which stays', () => {
  assert.equal(replaced, true);
  const { env } = process;
  assert.notEqual(env, real);
  assert.equal(env.TEST_KEPT, 'kept');
  assert.equal(env.TEST_REMOVED, undefined);
  assert.equal(env.TEST_CHANGED, 'after');
  assert.equal(env.TEST_NEW, 'new');
  assert.equal(env.TEST_NUMBER, '5');
  env.TEST_NEW = 'newer';
  delete env.TEST_KEPT;
  assert.deepEqual([real.TEST_KEPT, real.TEST_REMOVED, real.TEST_CHANGED, real.TEST_NEW],
                   ['kept', 'removed', 'before', undefined]);
  assert.equal(real.NODE_UNIQUE_ID, '7');
  env.TEST_NEW = 'new';
  env.TEST_KEPT = 'kept';
});

test('without env and isolateNodeVariables nothing is touched', () => {
  const same = { env: real, platform: 'linux' };
  assert.equal(startEnvironmentVariables(same, {}), false);
  assert.equal(same.env, real);
  assert.equal(startEnvironmentVariables({ env: { NODE_OPTIONS: '' } }, { env: {} }), true);
});

test('variables for the host itself are left out, unless given', () => {
  const start = (more) => {
    const given = { NODE_OPTIONS: '--x', NODE_CHANNEL_FD: '3', NODE_V8_COVERAGE: '/x', PATH: '/' };
    const fake = { env: given };
    startEnvironmentVariables(fake, more);
    return { ...fake.env };
  };
  assert.deepEqual(start({ isolateNodeVariables: true }), { PATH: '/' });
  assert.deepEqual(start({ isolateNodeVariables: true, env: { NODE_OPTIONS: '--mine' } }),
                   { PATH: '/', NODE_OPTIONS: '--mine' });
});

// The overlay must behave as node's own process.env, so both get the same assertions.
for (const [what, env] of [["node's own", real], ['the overlay', process.env]]) {
  test(`process.env behaves: ${what}`, () => {
    env.TEST_A = undefined;
    assert.equal(env.TEST_A, 'undefined');
    env.TEST_A = 1;
    assert.equal(env.TEST_A, '1');
    env.TEST_A = 'cut\0off';
    assert.equal(env.TEST_A, 'cut');
    env['a=b'] = 'x';
    env[''] = 'x';
    assert.equal('a=b' in env, false);
    assert.equal('' in env, false);
    assert.equal('TEST_A' in env, true);
    assert.equal('TEST_NONE' in env, false);
    assert.equal('toString' in env, true);
    assert.equal(Symbol('x') in env, false);
    assert.equal(Object.hasOwn(env, 'TEST_A'), true);
    assert.ok(Object.keys(env).includes('TEST_A'));
    assert.equal({ ...env }.TEST_A, 'cut');
    let found = false;
    for (const key in env) found ||= key === 'TEST_A';
    assert.equal(found, true);
    assert.deepEqual(Object.getOwnPropertyDescriptor(env, 'TEST_A'),
                     { value: 'cut', writable: true, enumerable: true, configurable: true });
    assert.equal(delete env.TEST_A, true);
    assert.equal(delete env.TEST_A, true);
    assert.equal('TEST_A' in env, false);
    assert.throws(() => { env[Symbol('x')] = 1; }, TypeError);
    assert.throws(() => { env.TEST_A = Symbol('x'); }, TypeError);
    const invalid = { code: 'ERR_INVALID_OBJECT_DEFINE_PROPERTY' };
    assert.throws(() => Object.defineProperty(env, 'TEST_A', { value: 1 }), invalid);
    assert.throws(() => Object.defineProperty(env, 'TEST_A', { get() {} }), invalid);
    assert.throws(() => Object.freeze(env), TypeError);
    Object.defineProperty(env, 'TEST_A',
                          { value: 1, writable: true, enumerable: true, configurable: true });
    assert.equal(env.TEST_A, '1');
    delete env.TEST_A;
    assert.match(inspect(env), /TEST_KEPT: 'kept'/);
    assert.equal(typeof JSON.stringify(env), 'string');
  });
}

test('on Windows names have no case', () => {
  const fake = { env: { Path: 'C:\\' }, platform: 'win32' };
  startEnvironmentVariables(fake, { env: { PATH: 'D:\\', other: 'x' } });
  assert.deepEqual({ ...fake.env }, { Path: 'D:\\', other: 'x' });
  assert.equal(fake.env.pAtH, 'D:\\');
  assert.equal('PATH' in fake.env, true);
  fake.env.OTHER = 'y';
  assert.deepEqual(Object.keys(fake.env), ['Path', 'other']);
  assert.equal(delete fake.env.PATH, true);
  assert.deepEqual(Object.keys(fake.env), ['other']);
});

test('child processes see it', async () => {
  const args = ['-p', print];
  assert.equal(execFileSync(process.execPath, args, { encoding: 'utf8' }).trim(), expected);
  assert.equal(spawnSync(process.execPath, args, { encoding: 'utf8' }).stdout.trim(), expected);
  assert.equal(execSync('echo $TEST_NEW-$TEST_REMOVED', { encoding: 'utf8' }).trim(), 'new-');
  const names = ['TEST_KEPT', 'TEST_REMOVED', 'TEST_CHANGED', 'TEST_NEW', 'NODE_UNIQUE_ID'];
  const child = fork(join(fixtures, 'send-env.cjs'), names);
  assert.equal(JSON.stringify((await once(child, 'message'))[0]), expected);
});

const code = `require('worker_threads').parentPort.postMessage(${print})`;
const answer = async (more, Class = Worker) =>
  (await once(new Class(code, { eval: true, ...more }), 'message'))[0];

test('Workers see it, however they are told to inherit', async () => {
  const { Worker: Required } = process.getBuiltinModule('worker_threads');
  assert.equal(Required, Worker);
  assert.equal(await answer({}), expected);
  assert.equal(await answer({ env: null }), expected);
  assert.equal(await answer({ env: process.env }), expected);
  assert.equal(await answer({ env: SHARE_ENV }), expected);
  assert.equal(await answer({ env: { TEST_NEW: 'own' } }), '[null,null,null,"own",null]');
});

test('a Worker class remains one', async () => {
  class Mine extends Worker {
    mine = true;
  }
  const worker = new Mine(code, { eval: true });
  assert.equal(worker.mine && worker instanceof Worker && worker instanceof Mine, true);
  assert.equal((await once(worker, 'message'))[0], expected);
  assert.equal(Worker.name, 'Worker');
  assert.throws(() => new Worker(code, { eval: true, env: 5 }), { code: 'ERR_INVALID_ARG_TYPE' });
  assert.throws(() => new Worker(code, { eval: true, execArgv: ['--no-such'] }),
                { code: 'ERR_WORKER_INVALID_EXEC_ARGV' });
});

test('options that a Worker would have inherited do not break it', async () => {
  process.env.NODE_OPTIONS = '--max-old-space-size=500';
  process.execArgv.push('--max-old-space-size=500');
  try {
    assert.equal(await answer({}), expected);
  } finally {
    delete process.env.NODE_OPTIONS;
    process.execArgv.pop();
  }
});
