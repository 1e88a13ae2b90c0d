// What `load` gives for each kind of module. Run by `node --test` or by plain `node`.
import assert from 'node:assert/strict';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { fixtures, importBy, startBridge } from './host.mjs';

const warnings = [];
process.on('warning', (warning) => warnings.push(`${warning.name}: ${warning.message}`));

const bridge = startBridge();
const { load, promiseOf } = bridge;
const importAsync = (specifier) => importBy(bridge, specifier);
const requireThere = createRequire(join(fixtures, 'any.js'));
const urlOf = (name) => pathToFileURL(join(fixtures, name)).href;
const messageOf = (specifier) => {
  try {
    load(specifier);
  } catch (error) {
    return error;
  }
  assert.fail(`${specifier} was found`);
};

test('globalThis and built-ins', () => {
  assert.equal(load('globalThis'), globalThis);
  assert.equal(load('fs'), requireThere('fs'));
  assert.equal(load('node:fs'), requireThere('fs'));
  assert.equal(load('fs/promises'), requireThere('fs/promises'));
  assert.equal(load('node:test'), requireThere('node:test'));
});

test('a CommonJS file is its module.exports, shared with require and import()', async () => {
  const geo = load('./geo.js');
  assert.equal(geo.length({ points: [1, 2] }), 2);
  assert.equal(geo, requireThere('./geo.js'));
  assert.equal(geo, (await import(urlOf('geo.js'))).default);
  assert.equal(load('./geo.js').runs, 1);
});

test('a CommonJS package is not the main program', () => {
  assert.equal(load('cjs-plain')(), 'plain');
  assert.equal(load('cjs-plain').isMain, false);
});

test('an ES module is the namespace that import() gives, state included', async () => {
  const counter = load('./counter.mjs');
  const imported = await import(urlOf('counter.mjs'));
  assert.equal(counter, imported);
  assert.equal(load('./counter.mjs'), counter);
  imported.increment();
  assert.equal(counter.count, 1);
  assert.equal(counter.url, urlOf('counter.mjs'));
  assert.equal('__esModule' in counter, false);
});

test('the namespace is the same when import() came first', async () => {
  assert.equal(await import(urlOf('node_modules/default-function/index.js')),
               load('default-function'));
});

test("an ES module's namespace, whatever it exports for require", async () => {
  const both = load('./es/both.js');
  assert.equal(both.named, 'named');
  assert.equal(both, await import(urlOf('es/both.js')));
});

test('a .js file without a "type" that is an ES module', async () => {
  assert.equal(load('./typeless.js').typeless, true);
  assert.equal(load('./typeless.js'), await import(urlOf('typeless.js')));
  assert.equal((await importAsync('./typeless-waits.js')).typeless, 'waited');
});

test('an import() under way does not disturb', async () => {
  const other = startBridge();  // in the same environment
  const under = import(urlOf('node_modules/esm-only/lib/index.js'));
  for (let i = 0; i < 3; i++) await undefined;
  assert.equal(await importBy(other, 'esm-only'), await under);
});

test('exports maps: import conditions, subpaths, names', () => {
  assert.equal(load('dual').taken, 'import');
  assert.equal(load('esm-only').greet('you'), 'hello you');
  assert.equal(load('require-only').taken, 'require');
  assert.equal(load('subpaths').main, true);
  assert.equal(load('subpaths/features/one').feature, 'one');
  assert.deepEqual(load('subpaths/data'), [1, 2, 3]);
  assert.equal(load('cjs-plain/deep').deep, true);
  assert.equal(load('fixture-app/self'), load('./geo.js'));
  assert.equal(load('#geo'), load('./geo.js'));
  assert.equal(load('#path'), requireThere('path'));
});

test('JSON, a missing extension, a folder', () => {
  assert.deepEqual(load('./data.json'), { answer: 42, name: 'dätä' });
  assert.equal(load('./geo'), load('./geo.js'));
  assert.equal(load('./folder').index, true);
  assert.equal(load('./folder/').index, true);
  assert.equal(load(urlOf('geo')), load('./geo.js'));
});

test('absolute paths and file: URLs', () => {
  assert.equal(load(join(fixtures, 'geo.js')), load('./geo.js'));
  assert.equal(load(join(fixtures, 'geo')), load('./geo.js'));
  assert.equal(load(urlOf('geo.js')), load('./geo.js'));
});

// Files with these names are written where they are needed: not every file system and tool takes them.
function folderOfOddNames() {
  const folder = mkdtempSync(join(tmpdir(), 'nodehost a b#c%20é?'));
  after(() => rmSync(folder, { recursive: true }));
  for (const name of ['a b#c%20é.js', 'a b#c%20é.mjs', 'what?.cjs', 'with space.cjs', 'odd names/ünï.cjs']) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    const text = name.endsWith('.mjs') ? 'export const file' : 'exports.file';
    writeFileSync(join(folder, name), `${text} = ${JSON.stringify(name)};`);
  }
  return folder;
}

test('odd names are URL syntax first, and plain paths if no such file is there', () => {
  const folder = folderOfOddNames();
  const { load: loadThere } = startBridge({ baseDir: folder });
  for (const name of ['a b#c%20é.js', 'a b#c%20é.mjs', 'what?.cjs', 'with space.cjs']) {
    assert.equal(loadThere(`./${name}`).file, name);
    assert.equal(loadThere(join(folder, name)).file, name);
    assert.equal(loadThere(pathToFileURL(join(folder, name)).href), loadThere(`./${name}`));
  }
  assert.equal(loadThere('./with%20space.cjs').file, 'with space.cjs');
  assert.equal(loadThere('./odd names/ünï.cjs').file, 'odd names/ünï.cjs');
  assert.equal(loadThere('./odd%20names/%C3%BCn%C3%AF.cjs').file, 'odd names/ünï.cjs');
});

test('an odd base directory', async () => {
  const folder = folderOfOddNames();
  cpSync(fixtures, folder, { recursive: true });
  const there = startBridge({ baseDir: folder });
  assert.equal(there.load('./geo').length({ points: [] }), 0);
  assert.equal(there.load('dual').taken, 'import');
  assert.equal(there.load('./counter.mjs').increment(), 1);
  assert.equal(there.load('./a b#c%20é.mjs').file, 'a b#c%20é.mjs');
  writeFileSync(join(folder, 'new.cjs'), 'exports.isNew = true;');
  assert.equal((await there.evaluate("import('./new.cjs')", 'x.js')).isNew, true);
});

test('a base directory in a package of ES modules', async () => {
  const there = startBridge({ baseDir: join(fixtures, 'es') });
  assert.equal(there.load('./both.js'), load('./es/both.js'));
  assert.equal(there.load('../geo'), load('./geo'));
  assert.equal((await importBy(there, '../waits.mjs')).value, 'waited');
});

test('queries and other schemes go through import()', async () => {
  assert.equal((await importAsync('./query.mjs?v=1')).query, '?v=1');
  assert.notEqual(await importAsync('./query.mjs?v=1'), await importAsync('./query.mjs?v=2'));
  assert.equal((await importAsync('data:text/javascript,export default 7')).default, 7);
});

test('a module with top-level await is pending', async () => {
  const pending = load('./waits.mjs');
  const promise = promiseOf(pending);
  assert.ok(promise instanceof Promise);
  const { namespace: waited } = await promise;
  assert.equal(waited.value, 'waited');
  assert.equal(waited, await import(urlOf('waits.mjs')));
  assert.equal((await importAsync('./waits-indirectly.mjs')).value, 'waited');
  assert.equal((await importAsync('./waits.mjs')), waited);
  assert.ok(promiseOf(load('./never.mjs')));
  assert.ok(promiseOf(load('./never.mjs')));
  for (const other of [undefined, null, 1, {}, promise]) assert.equal(promiseOf(other), undefined);
});

test('a module with top-level await that exports then is not adopted', async () => {
  const { namespace } = await promiseOf(load('./thenables/then-waits.mjs'));
  assert.equal(namespace.value, 'itself');
});

const gives = Number.parseInt(process.versions.node) < 22 &&
  'this Node.js gives require() what import() has loaded, with top-level await or not';

test('a CommonJS module that requires one is told so by node, once', { skip: gives }, () => {
  assert.equal(messageOf('./requires-waits.cjs').code, 'ERR_REQUIRE_ASYNC_MODULE');
});

test('a cycle of require', () => {
  const a = load('./cycle/a.cjs');
  assert.equal(a.b.aWas.name, 'a');
  assert.equal(a.b.aWas.done, undefined);
  assert.equal(a.done, true);
});

test('what is missing carries the code and the text of import', () => {
  assert.equal(messageOf('no-such-package').code, 'ERR_MODULE_NOT_FOUND');
  assert.match(messageOf('no-such-package').message,
               /^Cannot find package 'no-such-package' imported from .*modules/);
  assert.equal(messageOf('./nope.js').code, 'ERR_MODULE_NOT_FOUND');
  assert.match(messageOf('./nope.js').message, /nope\.js' imported from/);
  assert.equal(messageOf(join(fixtures, 'nope.js')).code, 'ERR_MODULE_NOT_FOUND');
  assert.equal(messageOf('./cycle').code, 'ERR_UNSUPPORTED_DIR_IMPORT');
  assert.equal(messageOf('subpaths/hidden.js').code, 'ERR_PACKAGE_PATH_NOT_EXPORTED');
  assert.equal(messageOf('subpaths/gone').code, 'ERR_MODULE_NOT_FOUND');
  assert.equal(messageOf('#nope').code, 'ERR_PACKAGE_IMPORT_NOT_DEFINED');
  assert.equal(messageOf('node:nope').code, 'ERR_UNKNOWN_BUILTIN_MODULE');
  assert.equal(messageOf('./missing-inside.cjs').code, 'MODULE_NOT_FOUND');
  assert.match(messageOf('./missing-inside.mjs').message, /imported from .*missing-inside\.mjs$/);
  assert.equal(messageOf(7).code, 'ERR_INVALID_ARG_TYPE');
  assert.equal(messageOf('').code !== undefined, true);
});

test('a scheme that nobody knows', async () => {
  await assert.rejects(importAsync('nope:x'), { code: 'ERR_UNSUPPORTED_ESM_URL_SCHEME' });
});

test("a module's own error is unchanged, and retried as node does", async () => {
  const first = messageOf('./throws.cjs');
  assert.equal(first.name, 'RangeError');
  assert.equal(first.code, 'E_FIXTURE');
  assert.equal(messageOf('./throws.cjs').extra, first.extra + 1);
  const esm = messageOf('./throws.mjs');
  assert.equal(esm.message, 'thrown by the ES module');
  assert.equal(messageOf('./throws.mjs'), esm);
  await assert.rejects(importAsync('./throws.mjs'), esm);
  assert.equal(messageOf('./throws-undefined.cjs'), undefined);
  assert.throws(() => messageOf('./throws-hostile.cjs').code, { message: 'hostile code' });
  assert.equal(messageOf('./syntax-error.cjs').name, 'SyntaxError');
  assert.equal(messageOf('./syntax-error.mjs').name, 'SyntaxError');
});

test('no warning was printed', async () => {
  await new Promise((resolve) => setTimeout(resolve, 10));
  // Node itself says this of typeless.js, to whoever imports it.
  assert.deepEqual(warnings.filter((text) => !text.includes('Module type of')), []);
});
