// The loops of js_to_cpp with node-addon-api and koffi, in the node that runs this file:
// `node peers.mjs <addon.node> <library.so> <packages> <out.json>`. The times are CPU time, as
// those of the rows that they are shown beside.
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { runInThisContext } from 'node:vm';

const [addon, library, packages, out] = process.argv.slice(2);
const require = createRequire(`${packages}/from-here.js`);

function offeredByKoffi() {
  const koffi = require('koffi');
  const native = koffi.load(library);
  const record = koffi.struct({
    id: 'int32_t', weight: 'double', valid: 'bool', name: 'const char *',
    samples: koffi.array('double', 4, 'Array'),
  });
  koffi.proto('void Each(int32_t i)');
  return {
    add: native.func('double add(double a, double b)'),
    length: native.func('uint32_t length(const char *text)'),
    weigh: native.func('weigh', 'double', [koffi.pointer(record)]),
    forEach: native.func('void forEach(int32_t count, Each *callback)'),
  };
}

const kCallsAtOnce = 1000;
const kRepetitions = 21;
const kLeast = 20_000;  // µs of a repetition
const text = readFileSync(new URL('../loops.js', import.meta.url), 'utf8');

const cpuTime = () => {
  const { user, system } = (process.threadCpuUsage ?? process.cpuUsage)();
  return user + system;
};

const rows = [];
for (const [who, api, loops] of [
  ['node_addon_api', require(addon), ['number', 'int_method', 'string', 'struct', 'construct',
                                      'property', 'callback_each', 'callback_made']],
  ['koffi', offeredByKoffi(), ['number', 'string', 'struct', 'callback_each']],
]) {
  for (const loop of loops) {
    const run = runInThisContext(text)[loop];
    if (run(api, kCallsAtOnce) !== true) throw new Error(`${loop} of ${who} gives a wrong result`);
    for (let i = 0; i < 20; i++) run(api, kCallsAtOnce);
    rows.push({ name: `peers/${loop}/${who}`, once: () => run(api, kCallsAtOnce) });
  }
}

const benchmarks = [];
for (let repetition = 0; repetition < kRepetitions; repetition++) {
  for (const { name, once } of rows) {
    const began = cpuTime();
    let calls = 0;
    let passed = 0;
    while (passed < kLeast) {
      for (let i = 0; i < 20; i++) once();
      calls += 20 * kCallsAtOnce;
      passed = cpuTime() - began;
    }
    benchmarks.push(
      { name, run_type: 'iteration', real_time: (passed * 1000) / calls, time_unit: 'ns' });
    await new Promise((resolve) => setImmediate(resolve));
  }
}
writeFileSync(out, JSON.stringify({ benchmarks }));
