// What the nodehost command has of its own: run, worker, --help, --version.
import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { folderWith, nodehost, run } from './command.mjs';

const cwd = folderWith({
  'run': 'console.log("a script named run");',
  'entry.js': 'globalThis.here = true;',
  'show.js': `
    const { argv, execArgv } = process;
    console.log(argv.length, execArgv.join(), argv.slice(2).join());`,
  'waits.mjs': 'await new Promise((done) => setTimeout(done, 10)); console.log("waited");',
});
const command = (...args) => run(nodehost, args, { cwd });

test('--version names nodehost and Node', async () => {
  const { code, stdout, stderr } = await command('--version');
  assert.match(stdout, /^nodehost \d+\.\d+\.\d+ \(Node\.js \d+\.\d+\.\d+\)\n$/);
  assert.ok(stdout.includes(process.versions.node));
  assert.equal(stderr, '');
  assert.equal(code, 0);
});

test('--help tells of run, and of node\'s command line', async () => {
  const { code, stdout } = await command('--help');
  assert.match(stdout, /\brun\b/);
  assert.match(stdout, /process\.execPath/);
  assert.equal(code, 0);
});

test('run without a script is an error that shows how', async () => {
  const { code, stdout, stderr } = await command('run');
  assert.match(stderr, /run \[node options\] script/);
  assert.equal(stdout, '');
  assert.equal(code, 2);
});

test('run --help shows how', async () => {
  const { code, stdout } = await command('run', '--help');
  assert.match(stdout, /run \[node options\] script/);
  assert.equal(code, 0);
});

test('worker --help shows its options, and worker alone says who starts it', async () => {
  const help = await command('worker', '--help');
  assert.match(help.stdout, /--project/);
  assert.equal(help.code, 0);
  const alone = await command('worker');
  assert.match(alone.stderr, /started by NodeServices.*descriptor 3/);
  assert.equal(alone.code, 2);
  const wrong = await command('worker', '--project', '/absent');
  assert.match(wrong.stderr, /--project.*\/absent/);
  assert.notEqual(wrong.code, 0);
});

test('run takes node options before the script and arguments after it', async () => {
  const { code, stdout } = await command('run', '--no-warnings', 'show.js', 'one', '--two');
  assert.equal(stdout, '4 --no-warnings one,--two\n');
  assert.equal(code, 0);
});

test('run waits for top-level await', async () => {
  assert.equal((await command('run', 'waits.mjs')).stdout, 'waited\n');
});

test('a script named run is started by its path', async () => {
  assert.equal((await command('./run')).stdout, 'a script named run\n');
  assert.equal((await command('run', 'run')).stdout, 'a script named run\n');
});

test('--help and --version behind a script are the script\'s', async () => {
  const { stdout } = await command('show.js', '--help', '--version');
  assert.equal(stdout, '4  --help,--version\n');
});

test('snapshot writes a file, and says what is wrong', async () => {
  const made = await command('snapshot', 'entry.js', '-o', 'made.blob');
  assert.equal(made.stderr, '');
  assert.equal(made.code, 0);
  assert.ok(statSync(join(cwd, 'made.blob')).size > 1e6);
  const refused = await command('snapshot', 'missing.js', '-o', 'none.blob');
  assert.match(refused.stderr, /^nodehost snapshot: .*"missing\.js" is not a file/);
  assert.equal(refused.code, 1);
  assert.notEqual((await command('snapshot')).code, 0);
});
