// What programs_test.mjs runs: for each project its files, the lines for the shell in which `node` is the
// program under test, and the exit codes that these lines have under node.
const bin = (path) => `node node_modules/${path}`;

const load = `
  // Prints how many of 3,000 requests, 50 at a time, were answered as they should be.
  import { once } from 'node:events';
  import http from 'node:http';
  const agent = new http.Agent({ keepAlive: true, maxSockets: 50 });
  export async function load(port) {
    let good = 0;
    let next = 0;
    const worker = async () => {
      while (next < 3000) {
        const id = next++;
        const request = http.request({ port, agent, method: 'POST', path: '/sum/' + id,
                                       headers: { 'content-type': 'application/json' } });
        request.end(JSON.stringify({ add: id }));
        const [response] = await once(request, 'response');
        let text = '';
        for await (const part of response.setEncoding('utf8')) text += part;
        if (response.statusCode === 200 && JSON.parse(text).sum === 2 * id) good++;
      }
    };
    await Promise.all(Array.from({ length: 50 }, worker));
    agent.destroy();
    return good;
  }`;

export const projects = {
  'tsc compiles, and reports errors': {
    files: {
      'good.ts': 'export enum Color { Red, Green }\nexport const name = (c: Color): string => Color[c];\n',
      'bad.ts': 'const n: number = "text";\nexport default n.length;\n',
    },
    steps: [`${bin('typescript/bin/tsc')} --declaration --sourceMap --target es2022 --module nodenext good.ts`,
            `${bin('typescript/bin/tsc')} --noEmit bad.ts`,
            `${bin('typescript/bin/tsc')} --version`],
    codes: [0, 2, 0],
  },

  'esbuild bundles, by its API and its command': {
    files: {
      'app.ts': 'import { add } from "./add"; console.log(add(1, 2) satisfies number);',
      'add.ts': 'export const add = (a: number, b: number) => a + b;\nexport const unused = 1;',
      'build.mjs': `
        import * as esbuild from 'esbuild';
        const result = await esbuild.build({ entryPoints: ['app.ts'], bundle: true, minify: true, format: 'esm', write: false });
        console.log(result.outputFiles[0].text, result.warnings);
        console.log((await esbuild.transform('let x: number = 1', { loader: 'ts' })).code);
        await esbuild.build({ entryPoints: ['absent.ts'], logLevel: 'silent' }).catch((error) => console.log(error.message));
        await esbuild.stop();`,
    },
    steps: ['node build.mjs', 'node_modules/.bin/esbuild app.ts --bundle --outfile=out.js', 'node out.js'],
    codes: [0, 0, 0],
  },

  'vite builds a site': {
    files: {
      'index.html': '<!doctype html><title>T</title><div id="app"></div><script type="module" src="/main.js"></script>',
      'main.js': 'import "./style.css"; import text from "./data.json"; document.querySelector("#app").textContent = text.hello; import("./lazy.js");',
      'lazy.js': 'export default "lazy";',
      'style.css': 'body { color: red; }',
      'data.json': '{"hello": "world"}',
      'vite.config.mjs': 'export default { cacheDir: "cache", build: { reportCompressedSize: false } };',
    },
    steps: [bin('vite/bin/vite.js build')],
    codes: [0],
  },

  'vitest runs tests, in processes and in threads': {
    files: {
      'sum.test.ts': `
        import { expect, test, vi } from 'vitest';
        test('adds', () => { expect(1 + 2).toBe(3); });
        test('mocks', () => { const f = vi.fn(() => 4); expect(f()).toBe(4); expect(f).toHaveBeenCalledOnce(); });`,
      'fails/fails.test.js': `
        import { expect, test } from 'vitest';
        test('fails', () => { expect({ a: 1 }).toEqual({ a: 2 }); });`,
      'vitest.config.mjs': 'export default { cacheDir: "cache", test: { reporters: ["tap-flat"] } };',
    },
    steps: ['forks', 'threads'].flatMap((pool) => [
      `${bin('vitest/vitest.mjs')} run --pool=${pool} sum`, `${bin('vitest/vitest.mjs')} run --pool=${pool} fails`]),
    codes: [0, 1, 0, 1],
    binary: ['cache/'],  // with times in it
  },

  'mocha runs tests': {
    files: {
      'test/a.spec.js': `
        const assert = require('node:assert');
        describe('a', () => {
          it('passes', () => {});
          it('waits', (done) => { setTimeout(done, 5); });
          it('fails', async () => { assert.deepEqual([1, 2], [1, 3]); });
          it.skip('is skipped', () => {});
        });`,
      'test/b.spec.mjs': 'it("is a module", async () => { await 1; });',
    },
    steps: [bin("mocha/bin/mocha.js --reporter tap 'test/*.spec.*'"),
            bin('mocha/bin/mocha.js --parallel --jobs 2 --reporter dot test/b.spec.mjs')],
    codes: [1, 0],
  },

  'prettier formats and checks': {
    files: {
      'a.js': 'const a={b:1,c:[1,2,3]};function f( x ){return x}\n',
      'a.css': 'a{color:red}',
      'a.md': '* one\n* two\n',
      'broken.js': 'let = ;',
    },
    steps: [bin('prettier/bin/prettier.cjs a.js a.css a.md'), bin('prettier/bin/prettier.cjs --check a.js'),
            bin('prettier/bin/prettier.cjs --write a.css && cat a.css'), bin('prettier/bin/prettier.cjs broken.js')],
    codes: [0, 1, 0, 2],
  },

  'eslint lints and fixes': {
    files: {
      'eslint.config.mjs': 'export default [{ rules: { "no-unused-vars": "error", eqeqeq: "error", "prefer-const": "error" } }];',
      'a.js': 'let used = 1;\nlet unused = 2;\nif (used == 3) throw new Error();\n',
    },
    steps: [bin('eslint/bin/eslint.js a.js'), bin('eslint/bin/eslint.js --format json --fix a.js'), 'cat a.js'],
    codes: [1, 1, 0],
  },

  'an express server under load': {
    files: {
      'load.mjs': load,
      'server.mjs': `
        import express from 'express';
        import { load } from './load.mjs';
        const app = express().use(express.json());
        app.post('/sum/:id', (request, response) => {
          response.json({ sum: Number(request.params.id) + request.body.add });
        });
        app.get('/throws', () => { throw new Error('thrown'); });
        app.use((error, request, response, next) => { response.status(500).send(error.message); });
        const server = app.listen(0, async () => {
          const { port } = server.address();
          console.log('good:', await load(port));
          const failed = await fetch('http://127.0.0.1:' + port + '/throws');
          console.log(failed.status, await failed.text());
          console.log((await fetch('http://127.0.0.1:' + port + '/absent')).status);
          server.close();
          server.closeAllConnections();
        });`,
    },
    steps: ['node server.mjs'],
    codes: [0],
  },

  'a WebSocket chat': {
    files: {
      'chat.mjs': `
        import { once } from 'node:events';
        import { WebSocketServer, WebSocket as Client } from 'ws';
        const server = new WebSocketServer({ port: 0 });
        server.on('connection', (socket) => socket.on('message', (text, binary) => {
          for (const other of server.clients) other.send(text, { binary });
        }));
        await once(server, 'listening');
        const address = 'ws://127.0.0.1:' + server.address().port;
        const heard = new Map();
        const clients = await Promise.all(['a', 'b', 'c', 'd', 'e'].map(async (name) => {
          const client = name === 'e' ? new WebSocket(address) : new Client(address);  // node's own, too
          heard.set(name, []);
          client.addEventListener('message', ({ data }) => heard.get(name).push(String(data)));
          await new Promise((done) => client.addEventListener('open', done, { once: true }));
          return { name, client };
        }));
        for (let i = 0; i < 200; i++) for (const { name, client } of clients) client.send(name + i);
        while ([...heard.values()].some((texts) => texts.length < 1000)) await new Promise((done) => setTimeout(done, 5));
        for (const [name, texts] of heard) {
          console.log(name, texts.length, clients.every(({ name: from }) =>
            texts.filter((text) => text[0] === from).every((text, i) => text === from + i)));
        }
        const closed = clients.map(({ client }) => new Promise((done) => client.addEventListener('close', ({ code }) => done(code), { once: true })));
        for (const { client } of clients) client.close(4001);
        console.log(await Promise.all(closed));
        server.close();`,
    },
    steps: ['node chat.mjs'],
    codes: [0],
  },

  'React renders on the server': {
    files: {
      'render.mjs': `
        import { createElement as h, Suspense, use } from 'react';
        import { renderToPipeableStream, renderToString } from 'react-dom/server';
        import { text } from 'node:stream/consumers';
        import { PassThrough } from 'node:stream';
        const Item = ({ n }) => h('li', { className: 'item' }, 'n', n);
        console.log(renderToString(h('ul', null, [1, 2, 3].map((n) => h(Item, { n, key: n })))));
        const later = new Promise((done) => setTimeout(done, 10, 'later'));
        const Later = () => h('p', null, use(later));
        const stream = new PassThrough();
        renderToPipeableStream(h(Suspense, { fallback: 'waits' }, h(Later))).pipe(stream);
        console.log(await text(stream));`,
    },
    steps: ['node render.mjs', 'NODE_ENV=production node render.mjs'],
    codes: [0, 0],
  },

  'sharp, a native addon, makes images': {
    files: {
      'image.mjs': `
        import sharp from 'sharp';
        const png = await sharp({ create: { width: 40, height: 20, channels: 3, background: 'teal' } }).png().toBuffer();
        const { width, height, format } = await sharp(await sharp(png).resize(10).rotate(90).webp().toBuffer()).metadata();
        console.log(width, height, format, (await sharp(png).raw().toBuffer()).subarray(0, 6));
        await sharp(Buffer.from('no image')).metadata().catch((error) => console.log(error.message));`,
    },
    steps: ['node image.mjs'],
    codes: [0],
  },

  'npm runs scripts, packs, installs from a folder, and tells errors': {
    files: {
      'package.json': '{"name": "app", "version": "1.2.3", "scripts": {"greet": "echo hello $npm_package_version", "fails": "exit 7", "version": "node -p process.argv0.length"}}',
      'index.js': 'module.exports = 1;',
      'beside/package.json': '{"name": "beside", "version": "2.0.0", "bin": "cli.js"}',
      'beside/cli.js': '#!/usr/bin/env node\nconsole.log("beside runs");',
      'other/package.json': '{"name": "other", "version": "1.0.0"}',
    },
    steps: ['--version', 'run greet --silent', 'run fails', 'run absent', 'run version --silent', 'pack --dry-run --json', 'pkg get version']
      .map((line) => bin(`npm/bin/npm-cli.js ${line}`))
      .concat(['install --offline --no-audit --no-fund --no-progress ../beside', 'ls', 'exec --offline -- beside']
        .map((line) => `cd other && node ../node_modules/npm/bin/npm-cli.js ${line}`)),
    codes: [0, 0, 7, 1, 0, 0, 0, 0, 0, 0],
  },

  'a single executable': {
    files: {
      'app.js': `
        const { getAsset, isSea } = require('node:sea');
        console.log(isSea(), process.argv.slice(2), getAsset('note', 'utf8'), require('path').sep);
        process.exitCode = 3;`,
      'note.txt': 'a note',
      'sea.json': '{"main": "app.js", "output": "app.blob", "assets": {"note": "note.txt"}, "disableExperimentalSEAWarning": true}',
    },
    steps: ['node --experimental-sea-config sea.json', 'cp "$NODE" app && chmod u+w app',
            `${bin('postject/dist/cli.js')} app NODE_SEA_BLOB app.blob --sentinel-fuse NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2 2>/dev/null`,
            './app one --version'],
    codes: [0, 0, 0, 3],
    binary: ['app'],  // the program with the blob in it
  },
};
