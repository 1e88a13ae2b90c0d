// Real programs of npm under the nodehost command and under the official node: what they print, how
// they end, and the files they write are the same.
//
//   nodehost programs_test.mjs <path of the official node> <node_modules of package.json here>
import assert from 'node:assert/strict';
import { lstatSync, mkdirSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { test } from 'node:test';
import { folderWith, nodehost, run } from '../cli/command.mjs';
import { projects } from './projects.mjs';

const [, , official, packages] = process.argv;

// The project's files in a folder of their own, with the packages.
function folderOf(files) {
  const folder = folderWith({});
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  symlinkSync(packages, join(folder, 'node_modules'));
  return folder;
}

// Path -> text of all that was not there before.
function written(folder, before, binary) {
  const found = {};
  for (const path of readdirSync(folder, { recursive: true }).sort()) {
    const full = join(folder, path);
    if (path.startsWith('node_modules') || path in before || !lstatSync(full).isFile()) continue;
    found[path] = binary.some((name) => path.includes(name)) ? '' : readFileSync(full, 'latin1');
  }
  return found;
}

// What may differ: the program's path, the folder, times, sizes of heaps, ports and process ids.
function normalised(text, program, folder, home) {
  return text
    .replaceAll(program, '<node>')
    .replaceAll(folder, '<folder>')
    .replaceAll(home, '<home>')
    .replace(/_logs\/\S+/g, '_logs/<file>')
    .replaceAll(relative(packages, folder), '<folder>')
    .replace(/\x1b\[[\d;]*m/g, '')
    .replace(/\b\d+(\.\d+)? ?m?s\b/g, '<time>')
    .replace(/(Start at +)[\d:]+/g, '$1<time>')
    .replace(/\(node:\d+\)/g, '(node:<pid>)');
}

async function outcome(program, { files, steps, env, binary = [] }) {
  const folder = folderOf(files);
  const home = folderWith({});
  const bin = folderWith({});  // what begins with `#!/usr/bin/env node` runs under it as well
  symlinkSync(program, join(bin, 'node'));
  const seen = [];
  for (const step of steps) {
    const line = step.replace(/\bnode\b(?= )/g, '"$NODE"');
    const result = await run('sh', ['-c', line], { cwd: folder, env: {
      ...env, NODE: program, PATH: `${bin}:${process.env.PATH}`, CI: '1', NO_COLOR: '1', HOME: home } });
    seen.push({ step, ...result, stdout: normalised(result.stdout, program, folder, home),
                stderr: normalised(result.stderr, program, folder, home) });
  }
  return { seen, files: written(folder, files, binary) };
}

for (const [name, project] of Object.entries(projects)) {
  test(name, async () => {
    const expected = await outcome(official, project);
    const actual = await outcome(nodehost, project);
    assert.deepEqual(actual, expected);
    assert.deepEqual(expected.seen.map(({ signal, code }) => signal ?? code), project.codes,
                     JSON.stringify(expected.seen, null, 2));
  });
}
