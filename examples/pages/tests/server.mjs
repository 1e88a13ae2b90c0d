// The server with a copy of its project, which the tests may change.
import { spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';

/// Until `condition` gives something true, which is returned; for 40 seconds at most.
export async function eventually(condition) {
  for (const until = Date.now() + 40_000; Date.now() < until; await sleep(30)) {
    const result = await condition();
    if (result) return result;
  }
  throw new Error(`never: ${condition}`);
}

export class Project {
  constructor(template) {
    this.folder = mkdtempSync(join(tmpdir(), 'pages-'));
    for (const file of ['client.tsx', 'page.tsx', 'pages.mjs']) {
      cpSync(join(template, file), join(this.folder, file));
    }
    symlinkSync(join(template, 'node_modules'), join(this.folder, 'node_modules'));
  }
  change(file, from, to) {
    const path = join(this.folder, file);
    const text = readFileSync(path, 'utf8');
    if (!text.includes(from)) throw new Error(`${file} has no ${from}`);
    writeFileSync(path, text.replace(from, to));
  }
  remove() {
    rmSync(this.folder, { recursive: true });
  }
}

/// Starts a process and returns it with the first line that it prints to its standard output; what it
/// says on standard error is in its `said`.
export async function start(command, args, cwd) {
  const child = spawn(command, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  child.said = '';
  child.stderr.setEncoding('utf8').on('data', (text) => {
    child.said += text;
    process.stderr.write(text);
  });
  const lines = createInterface({ input: child.stdout });
  const line = await new Promise((resolve, reject) => {
    lines.once('line', resolve);
    child.once('exit', (code) => reject(new Error(`${command} ended with ${code}`)));
  });
  return { child, line };
}

export async function stop(child) {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  return ended;
}

export function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}
