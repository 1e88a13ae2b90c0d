// Runs tests of Node.js's own under the official node and under the nodehost command, and lists what
// only node passes. Run by the official node:
//
//   node run_tests.mjs --nodehost FILE --source FOLDER --work FOLDER
//                      --folder parallel [--include FOLDER] [--sample N] [--seed N] [--name PART]
//                      | --list FILE
//
// `include` has Node's headers, for the folders of Node-API, whose tests are of addons.
// A sample is N tests of the folder, always the same ones for a seed; a list has a test a line, such as
// parallel/test-x.js, of which another minor version of Node may lack some. What fails under the command is
// run once more, alone and in both, as many tests have deadlines. Ends with 1 if node alone passes a test
// that known.mjs does not list, or if node passes less than nine tests of ten.
import { spawn } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join, resolve as absolute } from 'node:path';
import { parseArgs } from 'node:util';
import { buildAddons } from './addons.mjs';
import { known } from './known.mjs';

const kLimit = 60_000;  // ms; Node's own runner has 120 s, and runs nothing beside
const kComparable = 0.9;  // the part of the tests that node has to pass
const { values } = parseArgs({ options: Object.fromEntries(
  ['nodehost', 'source', 'folder', 'list', 'work', 'include', 'sample', 'seed', 'name']
    .map((name) => [name, { type: 'string' }])) });
for (const name of ['nodehost', 'source', 'work']) values[name] = absolute(values[name]);
const root = join(values.source, 'test');
const jobs = values.folder === 'sequential' ? 1 : values.list ? 2 : availableParallelism();
// Messages name the program by its file.
const nodehost = join(values.work, 'bin', 'node');
mkdirSync(dirname(nodehost), { recursive: true });
rmSync(nodehost, { force: true });
copyFileSync(values.nodehost, nodehost);
const programs = { node: process.execPath, nodehost };
const { NODE_OPTIONS, ...environment } = process.env;

// Mulberry32: the same numbers for a seed everywhere.
function random(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function chosen() {
  if (values.list) return readFileSync(values.list, 'utf8').trim().split('\n');
  const folder = join(root, values.folder);
  const all = values.folder.endsWith('node-api') || values.folder.endsWith('js-native-api') ?
    buildAddons(folder, values.include) :
    readdirSync(folder).filter((name) => /^test-.*\.(js|mjs|cjs)$/.test(name));
  const names = all.sort().map((name) => `${values.folder}/${name}`);
  if (values.name) return names.filter((name) => name.includes(values.name));
  const count = values.sample ? Number(values.sample) : names.length;
  const next = random(Number(values.seed || 1));
  for (let i = 0; i < Math.min(count, names.length); i++) {
    const other = i + Math.floor(next() * (names.length - i));
    [names[i], names[other]] = [names[other], names[i]];
  }
  return names.slice(0, count);
}

// The options that Node's runner takes from the test's first lines.
function flagsOf(name) {
  const text = readFileSync(join(root, name), 'utf8');
  return [...text.matchAll(/^\/\/\s+Flags:(.*)$/gm)].flatMap(([, flags]) => flags.trim().split(/\s+/));
}

let serial = 0;
// Resolves to whether it passes, and to what it has printed.
function runTest(program, name, slot) {
  return new Promise((resolve) => {
    const id = ++serial;
    const scratch = join(values.work, `tmp${id}`);
    mkdirSync(scratch, { recursive: true });
    const child = spawn(program, [...flagsOf(name), join(root, name)], {
      cwd: values.source, detached: true, stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...environment, NODE_TEST_DIR: scratch, TEST_SERIAL_ID: `${id}`, TEST_THREAD_ID: `${slot}`,
             TEST_PARALLEL: jobs > 1 ? '1' : '' },
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => { output = (output + text).slice(-20_000); });
    }
    const end = () => { try { process.kill(-child.pid, 'SIGKILL'); } catch { /* it is gone */ } };
    const limit = setTimeout(() => { output += `\nended after ${kLimit / 1000} s`; end(); }, kLimit);
    child.on('exit', (code, signal) => {
      clearTimeout(limit);
      end();  // children that it has left
      rmSync(scratch, { recursive: true, force: true });
      resolve({ passed: code === 0, output: `${output}\nended with ${signal ?? code}` });
    });
  });
}

async function runAll(program, names) {
  const failed = new Map();
  const left = [...names];
  const worker = async (slot) => {
    for (let name = left.shift(); name; name = left.shift()) {
      const { passed, output } = await runTest(program, name, slot);
      if (!passed) failed.set(name, output);
    }
  };
  await Promise.all(Array.from({ length: jobs }, (_, slot) => worker(slot + 1)));
  return failed;
}

const logOf = (name) => join(values.work, `${name.replaceAll('/', '.')}.log`);

const all = chosen();
const names = all.filter((name) => existsSync(join(root, name)));
const failed = {};
for (const [name, program] of Object.entries(programs)) failed[name] = await runAll(program, names);
const onlyNode = [];
for (const name of [...failed.nodehost.keys()].sort()) {
  if (failed.node.has(name)) continue;
  const again = await runTest(programs.nodehost, name, 1);
  if (again.passed) {
    failed.nodehost.delete(name);
    continue;
  }
  if (!(await runTest(programs.node, name, 1)).passed) continue;  // in neither, this time
  onlyNode.push(name);
  writeFileSync(logOf(name), again.output);
}

const passes = (name) => names.length - failed[name].size;
console.log(`test/${values.folder ?? '*'}: ${names.length} tests; node passes ${passes('node')}, nodehost ${passes('nodehost')}.`);
if (values.list) for (const name of failed.node.keys()) console.log(`node does not pass ${name}`);
const newOnes = onlyNode.filter((name) => !(name in known));
for (const name of onlyNode) {
  console.log(`only node passes ${name}: ${known[name] ?? `see ${logOf(name)}`}`);
}
for (const name of Object.keys(known)) {
  if (names.includes(name) && !onlyNode.includes(name)) console.log(`known.mjs lists ${name}, which passes`);
}
// What node itself does not pass says nothing of the command.
const comparable = passes('node') >= kComparable * all.length;
if (!comparable) console.log(`node passes less than ${kComparable * 100} % of them: that is no measure`);
process.exitCode = newOnes.length || !comparable || names.length === 0 ? 1 : 0;
