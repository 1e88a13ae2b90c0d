// Runs command lines for the tests in this folder.
import { spawn } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/// The command under test: it runs these tests.
export const nodehost = process.execPath;

const { NODE_OPTIONS, ...environment } = process.env;

/// A new folder with the files of `scripts` (name -> text), removed at the end.
export function folderWith(scripts) {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'nodehost-')));
  for (const [name, text] of Object.entries(scripts)) writeFileSync(join(folder, name), text);
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/// Runs `program` and returns { code, signal, stdout, stderr }. The text `input` is piped to it;
/// `kill` is a signal sent once it has printed "ready". What takes longer than half a minute is ended,
/// with its children.
export function run(program, args, { cwd, env = {}, input = '', kill } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd, env: { ...environment, ...env }, detached: true });  // a group of its own
    const limit = setTimeout(() => process.kill(-child.pid, 'SIGKILL'), 30_000);
    const result = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr']) {
      child[name].setEncoding('utf8').on('data', (text) => {
        result[name] += text;
        if (kill && name === 'stdout' && result.stdout === 'ready\n') child.kill(kill);
      });
    }
    child.stdin.on('error', () => {}).end(input);  // a program need not read it
    child.on('error', reject);
    child.on('close', (code, signal) => {
      clearTimeout(limit);
      resolve({ code, signal, ...result });
    });
  });
}
