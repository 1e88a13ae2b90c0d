// Starts the host's JavaScript as C++ does (src/engine/host_script.cpp): function bodies with the
// parameters (primordials, process, require, options).
import { readFileSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { constants } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compileFunction } from 'node:vm';

const here = dirname(fileURLToPath(import.meta.url));
export const scripts = join(here, '..', '..', 'js');
export const fixtures = join(here, '..', 'fixtures', 'modules');

export const sources = {};
for (const entry of readdirSync(scripts, { recursive: true, withFileTypes: true })) {
  if (!entry.name.endsWith('.js')) continue;
  const file = join(entry.parentPath ?? entry.path, entry.name);
  sources[relative(scripts, file)] = readFileSync(file, 'utf8');
}

// Like native_require, which knows built-ins only, by their bare names, and node's internal ones.
const nodeRequire = createRequire(import.meta.url);
const internals = {
  'internal/bootstrap/realm': {
    internalBinding: (name) => ({ constants: { os: constants } })[name],
  },
  'internal/event_target': { EventTarget },
  'internal/timers': { setUnrefTimeout: (call, ms) => setTimeout(call, ms).unref() },
};
function builtinRequire(name) {
  if (name in internals) return internals[name];
  if (name.includes(':') || name.includes('/')) throw new Error(`not for native_require: ${name}`);
  return nodeRequire(name);
}

function run(path, ...given) {
  return compileFunction(sources[path], ['primordials', 'process', 'require', 'options'],
                         { filename: `nodehost:${path}` })(...given);
}

const primordials = run('start/primordials.js', undefined, process);
const require = run('start/builtins.js', primordials, process, builtinRequire);

/// Runs a file of js/ that is not one of start/.
export const use = (path, options) => run(path, primordials, process, require, options);

export function startEnvironmentVariables(fakeProcess, options) {
  return run('start/environment_variables.js', primordials, fakeProcess, undefined, options);
}

export function startBridge(options = {}) {
  return use('bridge/bridge.js', { baseDir: fixtures, use, ...options });
}

/// The value of a module that may have to be waited for; one that has no `then`.
export const importBy = async ({ load, promiseOf }, specifier) => {
  const value = load(specifier);
  const promise = promiseOf(value);
  return promise === undefined ? value : (await promise).namespace;
};
