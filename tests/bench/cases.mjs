// Runs each case of a bench in a process of its own, so that none is measured with the heap and the
// compiled code that others leave behind; the rows of a case share one. Prints the table.
// `nodehost run cases.mjs <bench> <file of results> <option>…`
import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';

const [bench, file, ...options] = process.argv.slice(2);

function run(...more) {
  const { status, stdout, error } = spawnSync(
    bench, more, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
  if (error) throw error;
  if (status !== 0) throw new Error(`${bench} ${more.join(' ')} ended with ${status}`);
  return stdout.trimEnd().split('\n');
}

// what/case/who, and what Google Benchmark adds
const cases = new Set(
  run('--benchmark_list_tests=true').map((name) => name.split('/').slice(0, 2).join('/')));
const results = { context: undefined, benchmarks: [] };
let heading = false;
for (const name of cases) {
  const table = run(`--benchmark_filter=^${name}/`, `--benchmark_out=${file}`, ...options)
    .filter((line) => /^\w+\/\w+\/\w+ /.test(line) || (!heading && line.startsWith('what/')));
  heading = true;
  console.log(table.join('\n'));
  const { context, benchmarks } = JSON.parse(readFileSync(file, 'utf8'));
  results.context ??= context;
  results.benchmarks.push(...benchmarks);
}
rmSync(file);
writeFileSync(file, JSON.stringify(results, undefined, 1));
