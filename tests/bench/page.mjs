// Writes the page of figures from a run of the benches: figures.md, and a chart of each group of
// rows as SVG. `nodehost run page.mjs <bench.json>… <folder>`
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';

const folder = process.argv.pop();
const runs = process.argv.slice(2).map((file) => JSON.parse(readFileSync(file, 'utf8')));

const kNanoseconds = { ns: 1, us: 1e3, ms: 1e6, s: 1e9 };
const kLongest = 15;
const kColors = { nodehost: '#2f7d4f', other: '#9aa5b1' };

// The charts: which rows, and what is said of them. Bars of a case are relative to the first of `to`
// that it has.
const kCharts = [
  { file: 'choice', title: 'The same job by other means', what: /^choice\//, to: ['nodehost'] },
  { file: 'services', title: 'A call of NodeServices', what: /^services\//, to: ['http_node'] },
  { file: 'start', title: 'Starting, and memory', what: /^(start|memory)\//, to: ['nodehost'] },
  { file: 'hop', title: 'From another thread', what: /^hop\/(run|method|post)\//, to: ['nodehost'] },
  { file: 'pool', title: '40 pages of Markdown, by environments in a pool', what: /^scale\//, to: ['1'] },
  { file: 'cpp_to_js', title: 'C++ calls JavaScript', what: /^(cpp_to_js|value)\//, to: ['v8'] },
  { file: 'js_to_cpp', title: 'JavaScript calls C++', what: /^js_to_cpp\//, to: ['v8', 'js'] },
  { file: 'peers', title: 'The same calls in the official node, by node-addon-api and koffi',
    what: /^peers\//, to: ['export'] },
  { file: 'waits', title: 'Promises, tasks and streams', what: /^(promise|task|stream)\//,
    to: ['v8', 'futex_floor', 'condvar_floor', 'node'] },
];

function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

// name => { value, unit: 'ns' or 'bytes' }
function rowsOf(benchmarks) {
  const times = new Map();
  for (const run of benchmarks) {
    if (run.run_type !== 'iteration' || run.error_occurred) continue;
    const value = run.bytes ?? run[run.label ?? 'real_time'] * kNanoseconds[run.time_unit];
    const perItem = run.items_per_second ? 1e9 / run.items_per_second : value;
    if (!times.has(run.name)) times.set(run.name, []);
    const { p99, rate, in_flight: inFlight } = run;  // of services
    times.get(run.name).push(
      { value: perItem, unit: run.bytes === undefined ? 'ns' : 'bytes', p99, rate, inFlight });
  }
  return new Map([...times].map(([name, all]) =>
    [name, { ...all[0], value: median(all.map((one) => one.value)) }]));
}

function casesOf(rows, what) {
  const cases = new Map();
  for (const [name, row] of rows) {
    if (!what.test(name)) continue;
    const at = name.lastIndexOf('/');
    const key = name.slice(0, at);
    if (!cases.has(key)) cases.set(key, []);
    cases.get(key).push({ who: name.slice(at + 1), ...row });
  }
  for (const list of cases.values()) list.sort((a, b) => a.value - b.value);
  return cases;
}

function shown({ value, unit }) {
  if (unit === 'bytes') return `${(value / 2 ** 20).toFixed(1)} MB`;
  const [size, name] = Object.entries({ s: 1e9, ms: 1e6, 'µs': 1e3, ns: 1 })
    .map(([text, one]) => [one, text]).find(([one]) => value >= one) ?? [1, 'ns'];
  return `${(value / size).toPrecision(3)} ${name}`;
}

function baseOf(list, to) {
  return list.find(({ who }) => who === to.find((name) => list.some((row) => row.who === name)));
}

function ratio(row, list, to) {
  const base = baseOf(list, to);
  return base ? (row.value / base.value).toFixed(2) : '';
}

function tableOf({ title, what, to }, rows) {
  const cases = [...casesOf(rows, what)];
  const ofCalls = cases.some(([, list]) => list[0].rate !== undefined);
  const rates = (row, base) => ['rate', 'inFlight'].flatMap(
    (name) => [row[name].toFixed(0), (row[name] / (base?.[name] ?? NaN)).toFixed(2)]);
  const cells = (name, row, list) => [
    name, row.who, shown(row),
    ...ofCalls ? [shown({ value: row.p99, unit: 'ns' }), ...rates(row, baseOf(list, to))]
               : [ratio(row, list, to)],
  ];
  const times = `× ${to.join(', ')}`;
  const heads = ['case', 'who', ...ofCalls ? ['p50', 'p99', 'calls/s by 16 threads', times,
                                              'with 16 in flight', times] : ['figure', times]];
  const line = (all) => `| ${all.join(' | ')} |`;
  return [`## ${title}`, '', line(heads), `|${'---|'.repeat(heads.length)}`,
          ...cases.flatMap(([name, list]) => list.map((row) => line(cells(name, row, list)))),
          ''].join('\n');
}

// Bars from the left, each as long as its part of the case's longest. One of more than kLongest times
// the base is cut there, with a gap near its end, so that the others can still be told apart.
function chartOf({ title, what, to }, rows, note) {
  const [left, width, height] = [150, 380, 20];
  const parts = [];
  let y = 30;
  const text = (x, at, words, more = '') => `<text x="${x}" y="${at}" ${more}>${words}</text>`;
  parts.push(text(10, 20, title, 'font-weight="bold" font-size="14"'));
  for (const [name, list] of casesOf(rows, what)) {
    y += 22;
    parts.push(text(10, y, name, 'font-weight="bold"'));
    const limit = kLongest * (baseOf(list, to)?.value ?? Infinity);
    const longest = Math.min(limit, Math.max(...list.map((row) => row.value)));
    for (const row of list) {
      const bar = Math.max(2, Math.min(1, row.value / longest) * width);
      const color = row.who.startsWith('nodehost') ? kColors.nodehost : kColors.other;
      parts.push(text(left - 8, y + height, row.who, 'text-anchor="end"'));
      parts.push(`<rect x="${left}" y="${y + 7}" width="${bar.toFixed(0)}" height="16" fill="${color}"/>`);
      if (row.value > limit) {
        parts.push(`<path d="M${left + width - 24} ${y + 24} l8 -18 h6 l-8 18 z" fill="#fff"/>`);
      }
      const times = ratio(row, list, to);
      const isBase = row === baseOf(list, to);
      parts.push(text(left + bar + 6, y + height, shown(row) + (times && !isBase ? ` (× ${times})` : '')));
      y += height;
    }
    y += 8;
  }
  parts.push(text(10, y + 20, note, 'fill="#667" font-size="10"'));
  return `<svg xmlns="http://www.w3.org/2000/svg" width="720" height="${y + 32}" ` +
    `font-family="sans-serif" font-size="12" fill="#222">\n` +
    `<rect width="100%" height="100%" fill="#fff"/>\n${parts.join('\n')}\n</svg>\n`;
}

const rows = rowsOf(runs.flatMap((run) => run.benchmarks));
// Beside what other libraries take in their node: what this one takes in its own.
for (const name of [...rows.keys()].filter((row) => row.startsWith('peers/'))) {
  const [, loop] = name.split('/');
  for (const who of ['export', 'leaf']) {
    const row = rows.get(`js_to_cpp/${loop}/${who}`);
    if (row) rows.set(`peers/${loop}/${who}`, row);
  }
}
const { date, num_cpus: cores, load_avg: load } = runs[0].context;
const note = `${date.slice(0, 10)}, ${cores} cores of ${cpus()[0]?.model.trim() ?? 'unknown'}, ` +
  `load ${load?.[0].toFixed(2) ?? '?'} beforehand, Node.js ${process.version}. Medians; shorter is better.`;
const used = kCharts.filter(({ what }) => [...rows.keys()].some((name) => what.test(name)));
for (const chart of used) writeFileSync(join(folder, `${chart.file}.svg`), chartOf(chart, rows, note));
writeFileSync(join(folder, 'figures.md'),
  [`# Figures`, '', note, '', ...used.map((chart) => tableOf(chart, rows))].join('\n'));
console.log(`${join(folder, 'figures.md')} and ${used.length} charts beside it`);
