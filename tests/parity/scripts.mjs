// The scripts that parity_test.mjs runs: name -> text.
const show = 'console.log(process.argv.slice(2), process.execArgv);';

export const scripts = {
  'show.js': `${show} console.log(require.main === module, __filename);`,
  'show.cjs': `${show} console.log(this === module.exports);`,
  'show.mjs': `${show} console.log(import.meta.url, import.meta.filename, this);`,
  'module-syntax.js': 'import { sep } from "node:path"; console.log(sep, typeof require);',
  'plain': 'console.log("plain");',
  'waits.mjs': `
    import { setTimeout } from 'node:timers/promises';
    console.log(await setTimeout(5, 'waited'));`,
  'never.mjs': `
    process.on('exit', (code) => console.log('exit', code));
    await new Promise(() => {});`,
  'exits.mjs': 'await 1; process.exit(9); console.log("not reached");',
  'events.js': `
    for (const name of ['beforeExit', 'exit']) {
      process.on(name, (code) => console.log(name, code, process.exitCode));
    }`,
  'again.js': `
    let rounds = 0;
    process.on('beforeExit', () => {
      if (++rounds < 3) setImmediate(() => console.log('again', rounds));
    });
    process.on('exit', () => console.log('exit after', rounds));`,
  'throws.js': `
    function deep() { throw new TypeError('thrown', { cause: new Error('cause') }); }
    deep();`,
  'throws.mjs': 'await 1;\nthrow Object.assign(new Error("thrown"), { code: "E_MINE" });\n',
  'broken.js': 'let fine = 1;\n  const = 2;\n',
  'broken.mjs': 'export let fine = 1;\n  const = 2;\n',
  'imports-missing.mjs': 'import "./missing.mjs";',
  'preload.cjs': 'console.log("preloaded");',
  'preload.mjs': 'await 1; console.log("preloaded");',
  'passes.test.mjs': 'import { test } from "node:test"; test("passes", () => {});',
  'fails.test.mjs': `
    import { test } from 'node:test';
    test('fails', () => { throw new Error('so'); });`,
  'variables.env': 'FROM_FILE="from the file"\n',
  'package.json': JSON.stringify({ name: 'parity', scripts: { greet: 'echo hello' } }),
  'reads.js': `
    let text = '';
    process.stdin.setEncoding('utf8').on('data', (part) => { text += part; });
    process.stdin.on('end', () => console.log(text.length, text.slice(0, 3)));`,
  'prints.js': `
    for (let i = 0; i < 20_000; i++) console.log(String(i).padStart(60, '.'));
    process.exitCode = 3;`,
  'prints-both.js': `
    for (let i = 0; i < 8; i++) {
      console.log('o'.repeat(131072));
      console.error('e'.repeat(131072));
    }`,
  'forks.js': `
    const { fork } = require('node:child_process');
    if (process.send) {
      process.on('message', (message) => {
        if (message === 'exit') process.exit(11);
        process.send({ answer: message.question * 2, argv: process.argv.slice(2) });
        process.disconnect();
      });
    } else {
      const child = fork(__filename, ['child'], { execArgv: ['--no-warnings'] });
      child.on('message', (message) => console.log('answer', message));
      child.on('exit', (code, signal) => console.log('exit', code, signal));
      child.send(process.argv[2] ?? { question: 21 });
    }`,
  'spawns.js': `
    const { spawnSync } = require('node:child_process');
    const { stdout, status } = spawnSync(process.execPath, ['-p', 'process.argv0.length > 0'],
                                         { encoding: 'utf8' });
    console.log(stdout, status);`,
  'workers.mjs': `
    import { Worker, isMainThread, parentPort, workerData } from 'node:worker_threads';
    import { once } from 'node:events';
    if (isMainThread) {
      const worker = new Worker(new URL(import.meta.url), { workerData: 20, argv: ['extra'] });
      console.log(await once(worker, 'message'));
      console.log(await once(worker, 'exit'));
    } else {
      parentPort.postMessage([workerData + 1, process.argv.slice(2)]);
      process.exit(3);
    }`,
  'worker-throws.mjs': `
    import { Worker } from 'node:worker_threads';
    new Worker('throw new RangeError("in the worker")', { eval: true });`,
  'clusters.js': `
    const cluster = require('node:cluster');
    if (cluster.isPrimary) {
      const worker = cluster.fork();
      worker.on('online', () => console.log('online'));
      worker.on('message', (message) => { console.log(message); worker.kill(); });
      cluster.on('exit', (_, code, signal) => console.log('exit', code, signal));
    } else {
      process.send('from the worker');
    }`,
  'serves.mjs': `
    import { createServer } from 'node:http';
    const server = createServer((request, response) => response.end('served ' + request.url));
    await new Promise((done) => server.listen(0, '127.0.0.1', done));
    const response = await fetch('http://127.0.0.1:' + server.address().port + '/a');
    console.log(response.status, await response.text());
    server.close();
    server.closeAllConnections();`,
  'ready.js': `
    const name = process.argv[2];
    if (name) process.on(name, (signal) => { console.log('got', signal); process.exit(5); });
    setInterval(() => {}, 1000);
    console.log('ready');`,
  'fills.js': 'const kept = []; for (;;) kept.push(new Array(1000).fill({}).map(() => ({})));',
  'process.js': `
    process.chdir('/');
    console.log(process.cwd(), process.umask(0o22) >= 0, process.umask());
    console.log(process.title);
    process.title = 'renamed';
    console.log(process.title, process.stdin.isTTY, process.stdout.isTTY, process.ppid > 0);`,

  'data.json': '{ "number": 1 }\n',
  'bad.json': '{ "number": }\n',
  'add.wat.hex': '0061736d0100000001070160027f7f017f030201000707010361646400000a09010700200020016a0b',
  'imports-json.mjs': `
    import data from './data.json' with { type: 'json' };
    console.log(data);`,
  'imports-json-plainly.mjs': "import data from './data.json';",
  'imports-bad-json.mjs': "import data from './bad.json' with { type: 'json' };",
  'requires-bad-json.js': "require('./bad.json');",
  'imports-wasm.mjs': `
    import { writeFileSync, readFileSync } from 'node:fs';
    const bytes = Buffer.from(readFileSync(new URL('add.wat.hex', import.meta.url), 'utf8'), 'hex');
    writeFileSync('add.wasm', bytes);
    console.log((await import('./add.wasm')).add(40, 2));`,
  'typed.ts': `
    interface Point { x: number; y: number }
    const point: Point = { x: 1, y: 2 };
    console.log(point satisfies Point);`,
  'typed.mts': 'import type { Stats } from "node:fs"; export const n: number = 4; console.log(n);',
  'typed-wrong.ts': 'enum Colour { Red }\nconsole.log(Colour.Red);\n',
  'cycle-a.cjs': "exports.a = 1; exports.b = require('./cycle-b.cjs').b; console.log(exports);",
  'cycle-b.cjs': "exports.b = require('./cycle-a.cjs').a + 1;",
  'named.cjs': 'exports.one = 1; exports.two = 2;',
  'imports-named.mjs': "import all, { one } from './named.cjs'; console.log(all, one);",
  'imports-no-such-name.mjs': "import { three } from './named.cjs';",
  'requires-esm.cjs': "console.log(require('./exported.mjs'));",
  'requires-waiting-esm.cjs': "require('./waits.mjs');",
  'exported.mjs': 'export const here = true; export default 5;',
  'resolves.mjs': `
    console.log(import.meta.resolve('./show.mjs').slice(-8), import.meta.resolve('node:fs'));
    try { import.meta.resolve('absent-package'); } catch (error) { console.log(error.code); }`,
  'hooks.mjs': `
    import { register, registerHooks } from 'node:module';
    registerHooks({ load(url, context, next) {
      return url.endsWith('virtual:x') ? { format: 'module', source: 'export default 7', shortCircuit: true }
                                       : next(url, context);
    }, resolve(specifier, context, next) {
      return specifier === 'virtual:x' ? { url: 'virtual:x', shortCircuit: true } : next(specifier, context);
    } });
    console.log((await import('virtual:x')).default);`,
  'async-hooks-register.mjs': `
    import { register } from 'node:module';
    register('data:text/javascript,' + encodeURIComponent(\`
      export async function resolve(specifier, context, next) {
        return specifier === 'v:y' ? { url: 'data:text/javascript,export default 8', shortCircuit: true }
                                   : next(specifier, context);
      }\`));
    console.log((await import('v:y')).default);`,
  'mapped.js': `
    function here() { throw new Error('mapped'); }
    here();
    //# sourceMappingURL=data:application/json;base64,${Buffer.from(JSON.stringify({
      version: 3, sources: ['original.ts'], names: [],
      sourcesContent: ['\n\nfunction original() { throw new Error("mapped"); }\n'],
      mappings: ';AAEA,SAAS,QAAQ;AACjB' })).toString('base64')}`,
  'aggregate.js': "throw new AggregateError([new Error('one'), new TypeError('two')], 'both');",
  'long-chain.js': "throw new Error('a', { cause: new Error('b', { cause: { c: 1 } }) });",
  'no-stack.js': "const e = new Error('bare'); e.stack = undefined; throw e;",
  'frozen-error.js': "throw Object.freeze(new Error('frozen'));",
  'null-proto.js': 'throw Object.create(null);',
  'proxy-thrown.js': 'throw new Proxy({}, {});',
  'symbol-thrown.js': "throw Symbol('thrown');",
  'throws-in-tick.js': "process.nextTick(() => { throw new Error('in a tick'); });",
  'throws-in-microtask.js': "queueMicrotask(() => { throw new Error('in a microtask'); });",
  'throws-in-immediate.js': "setImmediate(() => { throw new Error('in an immediate'); });",
  'throws-in-emitter.js': "new (require('events'))().emit('error', new Error('emitted'));",
  'throws-in-emitter-no-error.js': "new (require('events'))().emit('error', { a: 1 });",
  'throws-at-exit.js': "process.on('exit', () => { throw new Error('at the exit'); });",
  'throws-in-callback.js': "require('fs').readFile(__filename, () => { throw new Error('in a callback'); });",
  'throws-in-domain.js': `
    const domain = require('domain').create();
    domain.on('error', (error) => console.log('domain got', error.message));
    domain.run(() => setTimeout(() => { throw new Error('inside'); }, 1));`,
  'capture-callback.js': `
    process.setUncaughtExceptionCaptureCallback((error) => console.log('captured', error.message));
    throw new Error('to capture');`,
  'monitor.js': `
    process.on('uncaughtExceptionMonitor', (error, origin) => console.log(origin, error.message));
    Promise.reject(new Error('monitored'));`,
  'rejection-handled.js': `
    process.on('unhandledRejection', (reason, promise) => console.log('unhandled', reason));
    process.on('rejectionHandled', () => console.log('handled'));
    const promise = Promise.reject(5);
    setTimeout(() => promise.catch(() => {}), 5);`,
  'multiple-resolves.js': "new Promise((a, b) => { a(1); b(2); }).then(console.log);",
  'deep-recursion.js': 'function f() { f(); } try { f(); } catch (e) { console.log(e.name, e.message); }',
  'deep-uncaught.js': 'function recursive() { recursive(); }\nrecursive();\n',
  'order.js': `
    setImmediate(() => console.log('immediate'));
    process.nextTick(() => console.log('tick'));
    Promise.resolve().then(() => console.log('promise'));
    queueMicrotask(() => console.log('microtask'));
    console.log('main');
    process.on('beforeExit', () => console.log('beforeExit'));
    process.on('exit', () => console.log('exit'));`,
  'order.mjs': `
    process.nextTick(() => console.log('tick'));
    Promise.resolve().then(() => console.log('promise'));
    console.log('main');
    await 0;
    console.log('after');
    process.nextTick(() => console.log('tick 2'));
    queueMicrotask(() => console.log('microtask 2'));`,
  'unref.js': `
    setTimeout(() => console.log('never'), 1e5).unref();
    require('net').createServer().listen(0).unref();
    console.log('ends');`,
  'signals.js': `
    const signals = ['SIGHUP', 'SIGUSR2', 'SIGWINCH', 'SIGCONT'];
    let left = signals.length;
    for (const name of signals) {
      process.once(name, (signal, number) => {
        console.log(signal, number);
        if (--left === 0) clearInterval(timer); else process.kill(process.pid, signals[signals.length - left]);
      });
    }
    const timer = setInterval(() => {}, 1000);
    process.kill(process.pid, signals[0]);`,
  'tests.mjs': `
    import { test, describe, it, before, mock } from 'node:test';
    import assert from 'node:assert';
    describe('a suite', () => {
      before(() => console.log('before'));
      it('adds', () => assert.equal(1 + 1, 2));
      it('skips', { skip: 'later' }, () => {});
      it('is to be done', { todo: true }, () => assert.fail('not yet'));
    });
    test('mocks', (t) => { const f = mock.fn(() => 3); f(); assert.equal(f.mock.callCount(), 1); });
    test('subtests', async (t) => { await t.test('inner', () => {}); t.diagnostic('said'); });`,
  'covered.mjs': `
    import { test } from 'node:test';
    import { half } from './half.mjs';
    test('half', () => half(2));`,
  'half.mjs': 'export function half(n) {\n  if (n % 2) {\n    return NaN;\n  }\n  return n / 2;\n}\n',
  'times-out.test.mjs': "import { test } from 'node:test'; test('slow', { timeout: 30 }, () => new Promise((r) => setTimeout(r, 3000)));",
  'snapshot-entry.js': `
    const v8 = require('node:v8');
    globalThis.built = ['at', 'build'].join(' ');
    if (v8.startupSnapshot.isBuildingSnapshot()) {
      v8.startupSnapshot.setDeserializeMainFunction(() =>
        console.log(globalThis.built, process.argv.slice(2)));
    }`,
  'snapshot-plain.js': 'globalThis.fromSnapshot = 42; console.log("building");',
  'uses-snapshot.js': 'console.log(globalThis.fromSnapshot);',
  'sea.json': '{ "main": "sea-main.js", "output": "sea.blob", "disableExperimentalSEAWarning": true }',
  'sea-main.js': "console.log('from the single executable', process.argv.length);",
  // What postject does: put-in.mjs <program> <blob> <the program with the blob in it>. Of the ELF headers
  // of segments one gives way to a segment at the end of the file, and one says that it is a note.
  'put-in.mjs': `
    import { readFileSync, writeFileSync } from 'node:fs';
    const [program, blob, made] = process.argv.slice(2);
    const [kLoad, kNote, kRelro, kProperty] = [1, 4, 0x6474e552, 0x6474e553];
    const file = readFileSync(program);
    const mark = 'NODE_SEA_FUSE_' + 'fce680ab2cc467b6e072b8b5df1996b2:';
    const at = file.indexOf(mark + '0');
    if (at < 0 || file.indexOf(mark, at + 1) >= 0) throw new Error('the mark is not there once');
    file.write('1', at + mark.length);

    const padded = (size, to) => Math.ceil(size / to) * to;
    const name = Buffer.from('NODE_SEA_BLOB\\0');
    const text = readFileSync(blob);
    const note = Buffer.alloc(12 + padded(name.length, 4) + padded(text.length, 4));
    note.writeUInt32LE(name.length, 0);
    note.writeUInt32LE(text.length, 4);
    note.set(name, 12);
    note.set(text, 12 + padded(name.length, 4));

    const number = (offset) => Number(file.readBigUInt64LE(offset));
    const headers = [...Array(file.readUInt16LE(0x38)).keys()].map((i) => number(0x20) + i * 56);
    const type = (header) => file.readUInt32LE(header);
    const ends = headers.filter((header) => type(header) === kLoad).map((header) => number(header + 16) + number(header + 40));
    const offset = padded(file.length, 65536);
    const address = padded(Math.max(...ends), 65536);
    const replace = (types, type_, alignment) => {
      const header = headers.findLast((one) => types.includes(type(one)));
      file.writeUInt32LE(type_, header);
      file.writeUInt32LE(4, header + 4);  // it may be read
      [offset, address, address, note.length, note.length, alignment].forEach(
        (value, i) => file.writeBigUInt64LE(BigInt(value), header + 8 * (i + 1)));
    };
    replace([kRelro], kLoad, 65536);
    replace([kNote, kProperty], kNote, 4);
    writeFileSync(made, Buffer.concat([file, Buffer.alloc(offset - file.length), note]), { mode: 0o755 });`,
  'sea-bad.json': '{ "main": "absent.js", "output": "sea.blob" }',
  'spawns-kinds.js': `
    const { spawnSync, execFileSync, execSync } = require('node:child_process');
    const show = ({ status, signal, stdout, stderr }) => console.log(status, signal, String(stdout), String(stderr));
    show(spawnSync(process.execPath, ['-e', 'process.exit(3)']));
    show(spawnSync(process.execPath, ['-e', 'process.kill(process.pid)']));
    show(spawnSync(process.execPath, ['-'], { input: 'console.log(1 + 1)' }));
    console.log(String(execFileSync(process.execPath, ['-p', '2'])));
    console.log(String(execSync('"$0" -p 3'.replace('$0', process.execPath))));
    console.log(spawnSync('/absent/program').error.code);`,
  'forks-kinds.js': `
    const { fork } = require('node:child_process');
    if (process.argv[2] === 'child') {
      process.send({ map: new Map([[1, { a: 2n }]]), date: new Date(0) });
      process.on('disconnect', () => console.log('child disconnected'));
    } else {
      const child = fork(__filename, ['child'], { serialization: 'advanced' });
      child.on('message', (message) => { console.log(message); child.disconnect(); });
      child.on('exit', (code) => console.log('exit', code));
    }`,
  'fork-silent.js': `
    const { fork } = require('node:child_process');
    const child = fork('./show.js', ['a'], { silent: true, env: { NODE_OPTIONS: '--no-warnings' } });
    let text = '';
    child.stdout.on('data', (part) => { text += part; });
    child.on('close', (code) => console.log('close', code, text));`,
  'cluster-http.js': `
    const cluster = require('node:cluster');
    const http = require('node:http');
    if (cluster.isPrimary) {
      for (let i = 0; i < 2; i++) cluster.fork();
      let up = 0;
      cluster.on('listening', async (worker, address) => {
        if (++up < 2) return;
        for (let i = 0; i < 4; i++) {
          const answer = await fetch('http://127.0.0.1:' + address.port, { headers: { connection: 'close' } });
          console.log(answer.status, await answer.text());
        }
        cluster.disconnect(() => console.log('disconnected'));
      });
    } else {
      http.createServer((_, response) => response.end('worker')).listen(0, '127.0.0.1');
    }`,
  'worker-kinds.mjs': `
    import { Worker, MessageChannel, receiveMessageOnPort, threadId, SHARE_ENV, resourceLimits } from 'node:worker_threads';
    import { once } from 'node:events';
    const shared = new Int32Array(new SharedArrayBuffer(4));
    const worker = new Worker(\`
      const { workerData, parentPort, threadId } = require('node:worker_threads');
      Atomics.add(workerData, 0, 41); Atomics.notify(workerData, 0);
      process.env.FROM_WORKER = 'yes'; console.log('worker', threadId);
      parentPort.on('message', (m) => { parentPort.postMessage(m.map((n) => n * 2)); parentPort.close(); });\`,
      { eval: true, workerData: shared, env: SHARE_ENV, name: 'named' });
    const exit = once(worker, 'exit');  // which may come in the same turn as the message
    worker.postMessage([1, 2, 3]);
    console.log(await once(worker, 'message'), shared[0], await exit, process.env.FROM_WORKER);
    const { port1, port2 } = new MessageChannel();
    port1.postMessage({ a: 1 });
    console.log(receiveMessageOnPort(port2), threadId);
    port1.close();`,
  'worker-terminate.mjs': `
    import { Worker } from 'node:worker_threads';
    const worker = new Worker('for (;;) {}', { eval: true });
    await new Promise((r) => worker.once('online', r));
    console.log(await worker.terminate());`,
  'worker-out-of-memory.mjs': `
    import { Worker } from 'node:worker_threads';
    const worker = new Worker('const a = []; for (;;) a.push(new Array(1000).fill(a.length));',
                              { eval: true, resourceLimits: { maxOldGenerationSizeMb: 16 } });
    worker.on('error', (error) => console.log(error.code));
    worker.on('exit', (code) => console.log('exit', code));`,
  'traced.mjs': `
    import { performance } from 'node:perf_hooks';
    performance.mark('one'); performance.mark('two'); performance.measure('both', 'one', 'two');
    await import('./named.cjs');`,
  'trace-events.js': `
    const { createTracing, getEnabledCategories } = require('node:trace_events');
    const tracing = createTracing({ categories: ['node.perf', 'v8'] });
    console.log(tracing.enabled, tracing.categories, getEnabledCategories());
    tracing.enable();
    console.log(tracing.enabled, getEnabledCategories());
    tracing.disable();
    console.log(tracing.enabled, getEnabledCategories());`,
  'reports.js': "process.report.writeReport('written.json'); console.log(JSON.parse(require('fs').readFileSync('written.json')).header.event);",
  'report-on-error.js': "throw new Error('reported');",
  'permissions.js': `
    for (const [name, reference] of [['fs.read', '/'], ['fs.write', '/'], ['child'], ['worker']]) {
      console.log(name, process.permission.has(name, reference));
    }
    try { require('fs').readFileSync('/etc/passwd'); } catch (error) { console.log(error.code, error.permission); }
    try { require('child_process').spawnSync('true'); } catch (error) { console.log(error.code, error.permission); }`,
  'inspects.js': `
    const inspector = require('node:inspector');
    console.log(inspector.url());
    const session = new inspector.Session();
    session.connect();
    session.post('Runtime.evaluate', { expression: '6 * 7' }, (error, { result }) => console.log(error, result));
    session.disconnect();`,
  'promise-hooks.js': `
    const { AsyncLocalStorage, executionAsyncId } = require('node:async_hooks');
    const storage = new AsyncLocalStorage();
    storage.run({ id: 1 }, () => setTimeout(() => console.log(storage.getStore(), executionAsyncId() > 0), 1));`,
  'web-streams.mjs': `
    const text = await new Response(new Blob(['one ', 'two']).stream().pipeThrough(new TextDecoderStream())
      .pipeThrough(new TextEncoderStream())).text();
    console.log(text, structuredClone(new Map([[1, 2]])), new URL('?a=1', 'http://x').searchParams.get('a'));`,
  'crypto.mjs': `
    import { createHash, generateKeyPairSync, sign, verify, createCipheriv, scryptSync } from 'node:crypto';
    console.log(createHash('sha256').update('a').digest('hex'), scryptSync('p', 's', 8).toString('hex'));
    const { privateKey, publicKey } = generateKeyPairSync('ed25519');
    console.log(verify(null, Buffer.from('m'), publicKey, sign(null, Buffer.from('m'), privateKey)));
    console.log(Buffer.from(await crypto.subtle.digest('SHA-1', Buffer.from('a'))).toString('hex'));`,
  'zlib.mjs': `
    import zlib from 'node:zlib';
    const text = 'abc'.repeat(1000);
    for (const name of ['gzip', 'deflate', 'brotliCompress']) {
      const packed = zlib[name + 'Sync'](text);
      console.log(name, packed.length, zlib[{ gzip: 'gunzip', deflate: 'inflate', brotliCompress: 'brotliDecompress' }[name] + 'Sync'](packed).length);
    }`,
  'sqlite.mjs': `
    import { DatabaseSync } from 'node:sqlite';
    const db = new DatabaseSync(':memory:');
    db.exec('create table t (a); insert into t values (1), (2)');
    console.log(db.prepare('select sum(a) as s from t').get());`,
  'vm.js': `
    const vm = require('node:vm');
    console.log(vm.runInNewContext('a + 1', { a: 2 }));
    try { vm.runInNewContext('while (true);', {}, { timeout: 20 }); } catch (error) { console.log(error.code); }
    try { new vm.Script('let let', { filename: 'named.vm' }); } catch (error) { console.log(error.stack.split('\\n')[0]); }`,
  'readline.mjs': `
    import { createInterface } from 'node:readline/promises';
    for await (const line of createInterface({ input: process.stdin })) console.log('line', line);`,
  'long-lines.js': "process.stdout.write('x'.repeat(3e6)); process.exit(2);",
  'epipe-handled.js': `
    process.stdout.on('error', (error) => { console.error(error.code); process.exit(4); });
    setInterval(() => process.stdout.write('y\\n'.repeat(1000)), 1);`,
  'stdio.js': `
    const fs = require('node:fs');
    for (const fd of [0, 1, 2]) {
      try { fs.fstatSync(fd); console.error(fd, 'open'); } catch (error) { console.error(fd, error.code); }
    }`,
};
