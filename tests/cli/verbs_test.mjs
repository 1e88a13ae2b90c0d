// What the nodehost command has of its own: its verbs.
import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { folderWith, nodehost, run } from './command.mjs';

const cwd = folderWith({
  'run': 'console.log("a script named run");',
  'rights.toml': 'network = false\nnative_addons = false\nchild_processes = false\nread_files = ["."]\n',
  'misspelt.toml': 'netwrok = false\n',
  'no-flag.toml': 'network = "never"\n',
  'contradicts.toml': 'network = false\n',
  'entry.js': 'globalThis.here = true;',
  'show.js': `
    const { argv, execArgv } = process;
    console.log(argv.length, execArgv.join(), argv.slice(2).join());`,
  'waits.mjs': 'await new Promise((done) => setTimeout(done, 10)); console.log("waited");',
});
const command = (...args) => run(nodehost, args, { cwd });

test('version names nodehost and Node; --version is node\'s', async () => {
  const { code, stdout, stderr } = await command('version');
  assert.match(stdout, /^nodehost \d+\.\d+\.\d+ \(Node\.js \d+\.\d+\.\d+\)\n$/);
  assert.ok(stdout.includes(process.versions.node));
  assert.equal(stderr, '');
  assert.equal(code, 0);
  assert.equal((await command('--version')).stdout, `${process.version}\n`);
});

test('help tells of the verbs, and of node\'s command line', async () => {
  const { code, stdout } = await command('help');
  assert.match(stdout, /\brun\b/);
  assert.match(stdout, /process\.execPath/);
  assert.equal(code, 0);
});

test('every verb has --help with an example', async () => {
  const { stdout } = await command('help');
  const verbs = [...stdout.split(/subcommands:/i)[1].split('\n\n')[0].matchAll(/^ {2}([a-z]+) /gm)].map(([, verb]) => verb);
  assert.ok(verbs.length >= 5);
  for (const verb of verbs) {
    for (const args of [[verb, '--help'], ['help', verb]]) {
      const shown = await command(...args);
      assert.match(shown.stdout, new RegExp(`nodehost ${verb} `), `${args}`);
      assert.match(shown.stdout, /Example/, `${args}`);
      assert.equal(shown.code, 0, `${args}`);
    }
  }
});

test('an unknown verb or option suggests the nearest', async () => {
  const verb = await command('snapshto', '-o', 'x');
  assert.match(verb.stderr, /no verb "snapshto".*Did you mean `nodehost snapshot`\?/);
  assert.equal(verb.code, 1);
  const option = await command('snapshot', '--outptu', 'x');
  assert.match(option.stderr, /Did you mean --output\?/);
  assert.equal(option.code, 2);
  assert.match((await command('help', 'snap-shot')).stderr, /Did you mean "snapshot"\?/);
  const ofNode = await command('--inspct', 'show.js');
  assert.match(ofNode.stderr, /bad option: --inspct\nDid you mean --inspect\?\n$/);
  assert.equal(ofNode.code, 9);
  assert.match((await command('--max-old-spce-size=50', '-p', '1')).stderr, /--max-old-space-size\?/);
  assert.doesNotMatch((await command('--entirely-else')).stderr, /Did you mean/);
  // What is near to nothing is a script for node to find.
  assert.match((await command('absent.js')).stderr, /Cannot find module '.*absent\.js'/);
});

test('run without a script is an error that shows how', async () => {
  const { code, stdout, stderr } = await command('run');
  assert.match(stderr, /run \[OPTIONS\] \[node options\] script/);
  assert.equal(stdout, '');
  assert.equal(code, 2);
});

test('run --time-limit stops a script', async () => {
  const { code, stderr } = await command('run', '--time-limit', '0.3', '-e', 'for (;;) {}');
  assert.match(stderr, /stopped after 0\.3 s, by --time-limit/);
  assert.equal(code, 124);
  const quick = await command('run', '--time-limit=20', '-p', '1');
  assert.deepEqual([quick.stdout, quick.code], ['1\n', 0]);
  const forever = await command('run', '--time-limit=1e300', '-p', '1');
  assert.deepEqual([forever.stderr, forever.stdout, forever.code], ['', '1\n', 0]);
  const wrong = await command('run', '--time-limit', '-4', '-p', '1');
  assert.match(wrong.stderr, /--time-limit/);
  assert.equal(wrong.code, 2);
});

test('run --memory-limit ends a script that takes more', async () => {
  const fill = 'const kept = []; for (;;) kept.push(new Array(1000).fill(0).map(() => ({})))';
  const { code, stderr } = await command('run', '--memory-limit', '40', '-e', fill);
  assert.match(stderr, /out of memory.*40/);
  assert.equal(code, 134);
});

test('run --rights takes rights away before the script runs', async () => {
  const tries = `
    try { require('child_process').spawnSync('true'); } catch (error) { console.log(error.code); }
    require('net').connect(1, '127.0.0.1').on('error', (error) => console.log(error.code));
    try { require('fs').readFileSync('/etc/hosts'); } catch (error) { console.log(error.code); }`;
  const { code, stdout, stderr } = await command('run', '--rights', 'rights.toml', '-e', tries);
  if (!/^2[24]\./.test(process.versions.node)) {
    assert.match(stderr, /Rights::read_files and write_files cannot be had with this version of Node\.js/);
    assert.deepEqual([stdout, code], ['', 1]);
    return;
  }
  assert.equal(stderr, '');
  assert.deepEqual(stdout.split('\n').sort().join(), ',EACCES,ERR_ACCESS_DENIED,ERR_ACCESS_DENIED');
  assert.equal(code, 0);
});

test('run --rights says what is wrong with the file', async () => {
  const refused = async (file) => {
    const { code, stderr, stdout } = await command('run', '--rights', file, '-p', '1');
    assert.equal(code, 1);
    assert.equal(stdout, '');
    return stderr;
  };
  assert.match(await refused('misspelt.toml'), /misspelt\.toml: netwrok: .*Did you mean "network"\?/);
  assert.match(await refused('no-flag.toml'), /network: it must be true or false/);
  assert.match(await refused('absent.toml'), new RegExp(`no file ${cwd}/absent.toml`));
  assert.match(await refused('contradicts.toml'), /network/);  // needs others to be false as well
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

test('info tells the versions, libnode, guards, and what is missing', async () => {
  const { stdout, stderr, code } = await command('info', '--json');
  assert.equal(stderr, '');
  assert.equal(code, 0);
  const info = JSON.parse(stdout);
  assert.equal(info.versions.node, process.versions.node);
  assert.ok(statSync(info.libnode).size > 1e6);
  assert.ok(info.guards.length >= 3);
  for (const guard of info.guards) assert.match(guard.state, /^(holds|off|missing)$/);
  assert.equal(info.missing.length,
               info.guards.filter((guard) => guard.state === 'missing').length + (info.snapshot ? 0 : 1));
  const text = (await command('info')).stdout;
  assert.ok(text.includes(`node ${process.versions.node}\n`));
  assert.ok(text.includes(`libnode: ${info.libnode}\n`));
  const without = await run(nodehost, ['info', '--json'], { cwd, env: { NODEHOST_NO_SNAPSHOT: '1' } });
  assert.match(JSON.parse(without.stdout).missing.join(), /nodehost snapshot -o/);
});

test('completions and the man page know each verb and its options', async () => {
  for (const kind of ['bash', 'zsh', 'man']) {
    const { stdout, code } = await command('completion', kind);
    assert.equal(code, 0);
    for (const word of ['run', 'snapshot', 'info', 'worker', 'time-limit', 'output', 'json']) {
      assert.ok(stdout.replaceAll('\\-', '-').includes(word), `${kind}: ${word}`);
    }
  }
  assert.match((await command('completion', 'fish')).stderr, /bash/);
});

test('the completion of bash completes', async () => {
  const { stdout: script } = await command('completion', 'bash');
  const ask = `${script}
    COMP_WORDS=(nodehost run --time); COMP_CWORD=2; _nodehost; echo "\${COMPREPLY[@]}"
    COMP_WORDS=(nodehost snap); COMP_CWORD=1; _nodehost; echo "\${COMPREPLY[@]}"`;
  const { stdout, stderr } = await run('bash', ['--norc', '-c', ask], { cwd });
  assert.equal(stderr, '');
  assert.equal(stdout, '--time-limit\nsnapshot\n');
});
