// Starts the host's JavaScript as C++ does: function bodies with the parameters (process, require,
// options).
import { readFileSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compileFunction } from 'node:vm';

const here = dirname(fileURLToPath(import.meta.url));
const scripts = join(here, '..', '..', 'js');
export const fixtures = join(here, '..', 'fixtures', 'modules');

export const sources = {};
for (const name of readdirSync(scripts)) {
  if (name.endsWith('.js')) sources[name] = readFileSync(join(scripts, name), 'utf8');
}

// Like native_require, which knows built-ins only, and by their bare names.
const nodeRequire = createRequire(import.meta.url);
function builtinRequire(name) {
  if (name.includes(':') || name.includes('/')) throw new Error(`not for native_require: ${name}`);
  return nodeRequire(name);
}

export function startEnvironmentVariables(fakeProcess, options) {
  const body = compileFunction(sources['environment_variables.js'], ['process', 'options'],
                               { filename: 'nodehost:environment_variables.js' });
  return body(fakeProcess, options);
}

export function startBridge(options = {}) {
  const body = compileFunction(sources['bridge.js'], ['process', 'require', 'options'],
                               { filename: 'nodehost:bridge.js' });
  return body(process, builtinRequire, { baseDir: fixtures, sources, ...options });
}
