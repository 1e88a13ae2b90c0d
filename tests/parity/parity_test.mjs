// The nodehost command behaves as the official node of the same version: each command line of the
// tables in cases/ is run under both, and standard output, standard error, exit code and signal are
// compared; so are the files it has written, where it gets a folder of its own.
//
//   nodehost parity_test.mjs <path of the official node, or nothing> [part of a case's name]
import assert from 'node:assert/strict';
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { folderWith, nodehost, run } from '../cli/command.mjs';
import { scripts } from './scripts.mjs';

const [, , official, wanted = ''] = process.argv;
const shared = folderWith(scripts);

async function reasonToSkip() {
  if (!official) return 'there is no official node to compare with';
  const { stdout } = await run(official, ['-p', 'process.version'], { cwd: shared });
  return stdout.trim() === process.version ? false : `the official node is ${stdout.trim()}`;
}
const skip = await reasonToSkip();

// What may differ: the program's own name and path, its folder, times and process ids, and how V8
// names a method of Node's own JavaScript in a stack, which depends on whether it came out of a
// start-up snapshot.
function normalised(result, program, cwd) {
  const text = (value) => value
    .replaceAll(program, '<node>')
    .replaceAll(cwd, '<cwd>')
    .replace(/\(Use `node(?:host)? /g, '(Use `<node> ')
    .replace(/at .* \((node:internal[^)]*)\)/g, 'at $1')
    .replace(/\(node:\d+\)/g, '(node:<pid>)')
    .replace(/duration_ms:? [\d.]+/g, 'duration_ms <time>')
    .replace(/\([\d.]+ms\)/g, '(<time>)');
  return { ...result, stdout: text(result.stdout), stderr: text(result.stderr) };
}

// The files that were not there before; numbers in their names are times and process ids.
function filesIn(folder, check) {
  const files = {};
  for (const name of readdirSync(folder).sort()) {
    if (name in scripts || statSync(join(folder, name)).isDirectory()) continue;
    const text = check ? check(readFileSync(join(folder, name), 'utf8'), name) : '';
    files[name.replace(/\d+/g, '<n>')] = text;
  }
  return files;
}

// `args` is a list of arguments, or a line for the shell, where $NODE is the program.
async function outcome(program, { args, files, scrub = [], env, ...options }) {
  const cwd = files ? folderWith(scripts) : shared;
  const result = typeof args === 'string'
    ? await run('sh', ['-c', args], { cwd, ...options, env: { ...env, NODE: program } })
    : await run(program, args, { cwd, env, ...options });
  const seen = normalised(result, program, cwd);
  for (const [pattern, replacement] of scrub) {
    seen.stdout = seen.stdout.replace(pattern, replacement);
    seen.stderr = seen.stderr.replace(pattern, replacement);
  }
  if (files) seen.files = filesIn(cwd, files === true ? undefined : files);
  return seen;
}

// What both did, where it is one thing; throws where it is not.
async function agreed({ args, nativeStack = false, ...options }) {
  const [expected, actual] = await Promise.all(
    [official, nodehost].map((program) => outcome(program, { args, ...options })));
  if (nativeStack) {  // addresses, and names of files
    for (const result of [expected, actual]) assert.match(result.stderr, /Native stack trace/);
    actual.stderr = expected.stderr;
  }
  assert.deepEqual(actual, expected);
  return actual;
}

function compare({ name, code, ...command }) {
  test(name, { skip }, async (t) => {
    // Once more where they differ: on a machine with other work, timers come late.
    const seen = await agreed(command).catch(() => agreed(command));
    const ended = seen.signal ?? seen.code;
    if (ended !== code) t.skip(`on this machine node itself ends with ${ended}, not ${code}`);
  });
}

const names = new Set();
for (const file of readdirSync(join(import.meta.dirname, 'cases')).sort()) {
  const { default: table } = await import(join(import.meta.dirname, 'cases', file));
  describe(file, { concurrency: 4 }, () => {
    table((name, args, code, options) => {
      assert.ok(!names.has(name), `two cases are called "${name}"`);
      names.add(name);
      if (name.includes(wanted)) compare({ name, args, code, ...options });
    });
  });
}
