// nodehost run --module and nodehost types, with the plug-in of examples/plugin.
//
//   nodehost plugin_test.mjs <libcounter.so> <a plug-in of another version>
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { folderWith, nodehost, run } from './command.mjs';

const [, , counter, old] = process.argv;
const cwd = folderWith({
  'count.mjs': `
    import { Counter, add } from 'app:counter';
    console.log(add(1, 2), new Counter(4).increment(1));`,
  'count.cjs': `
    const { Worker } = require('node:worker_threads');
    console.log(require('app:counter').add(2, 2));
    new Worker('try { require("app:counter") } catch (error) { console.log(error.code) }', { eval: true });`,
  'rights.toml': 'native_addons = false\nchild_processes = false\nnetwork = false\n',
});
const command = (...args) => run(nodehost, args, { cwd });

// Module.registerHooks, by which import finds them.
const skip = Number.parseInt(process.versions.node) < 22 && 'this Node.js has no Module.registerHooks';

test('a script imports the modules of a plug-in', { skip }, async () => {
  const { stdout, stderr, code } = await command('run', '--module', counter, 'count.mjs');
  assert.deepEqual([stdout, stderr, code], ['3 5\n', '', 0]);
});

test('so do require and -p; a Worker does not', async () => {
  const { stdout, stderr } = await command('run', `--module=${counter}`, 'count.cjs');
  assert.deepEqual([stdout, stderr], ['4\nMODULE_NOT_FOUND\n', '']);
  const printed = await command('run', '--module', counter, '-p', 'require("app:counter").add(3, 3)');
  assert.equal(printed.stdout, '6\n');
});

test('a plug-in goes with rights that forbid addons: it is the host\'s', { skip }, async () => {
  const { stdout } = await command('run', '--rights', 'rights.toml', '--module', counter, 'count.mjs');
  assert.equal(stdout, '3 5\n');
});

test('what is no plug-in is refused, and it says where it looked', async () => {
  for (const [file, reason] of [['absent.so', `no file ${cwd}/absent.so`],
                                ['count.cjs', 'cannot be loaded'],
                                [old, 'was compiled with libnodehost 999.0, and this is 0.1']]) {
    for (const args of [['run', '--module', file, 'count.mjs'], ['types', file]]) {
      const { stdout, stderr, code } = await command(...args);
      assert.ok(stderr.includes(reason), stderr);
      assert.deepEqual([stdout, code], ['', 1]);
    }
  }
});

test('types writes declarations', async () => {
  const { stdout } = await command('types', counter);
  assert.match(stdout, /declare module 'app:counter' \{\n {2}export class Counter \{/);
  assert.equal((await command('types', counter, '-o', 'counter.d.ts')).code, 0);
  assert.equal(readFileSync(join(cwd, 'counter.d.ts'), 'utf8'), stdout);
  assert.match((await command('types', counter, '-o', '/absent/x')).stderr, /absent\/x cannot be written/);
});
