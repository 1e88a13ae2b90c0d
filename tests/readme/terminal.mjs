// Draws what a terminal shows when the command is used: runs the command lines below and prints the
// SVG that README.md shows. A test compares the two.
//
//   nodehost tests/readme/terminal.mjs > tests/readme/terminal.svg
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const kCommandLines = [
  `nodehost -p '[1, 2, 3].map((x) => x * x)'`,
  `nodehost run --time-limit 0.5 forever.mjs`,
  `nodehost run --rights offline.toml fetch.mjs`,
  `nodehost --inspct app.js`,
];
const kFiles = {
  'forever.mjs': 'for (;;) {}',
  'offline.toml': 'network = false\nnative_addons = false\nchild_processes = false\n',
  'fetch.mjs': `
    const { connect } = await import('node:net');
    connect(80, '127.0.0.1').on('error', ({ code, syscall }) => console.log(syscall, 'failed:', code));`,
};
const kLine = 19;  // px between base lines, at 14 px

// What each line shows: [text, colour].
function lines() {
  const folder = mkdtempSync(join(tmpdir(), 'nodehost-'));
  for (const [name, text] of Object.entries(kFiles)) writeFileSync(join(folder, name), text);
  const shown = [];
  for (const line of kCommandLines) {
    shown.push([`$ ${line}`, '#8ae234']);
    const command = line.replace(/^nodehost/, `"${process.execPath}"`);
    const { stdout } = spawnSync('sh', ['-c', `${command} 2>&1`], { cwd: folder, encoding: 'utf8' });
    const text = stdout.replaceAll(process.execPath, 'nodehost').trimEnd();
    for (const part of text.split('\n')) shown.push([part, '#eeeeec']);
  }
  rmSync(folder, { recursive: true });
  return shown;
}

const escaped = (text) => text.replace(/[&<>]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[c]);
const shown = lines();
const width = 30 + 8.5 * Math.max(...shown.map(([text]) => text.length));
const height = 30 + kLine * shown.length;
const rows = shown.map(([text, fill], i) =>
  `  <text x="15" y="${30 + i * kLine}" fill="${fill}" xml:space="preserve">${escaped(text)}</text>\n`);
process.stdout.write(`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" font-family="monospace" font-size="14">
  <rect width="100%" height="100%" rx="8" fill="#232729"/>
${rows.join('')}</svg>
`);
