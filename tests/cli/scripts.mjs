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
};
