// process.loadEnvFile for a process.env that is the environment's own: node's native function
// writes to the variables of the process, which are the host's. Runs before any user code, not in
// Workers, whose variables are their own anyway.
'use strict';

const { readFileSync } = require('fs');
const { parseEnv } = require('util');
const { getValidatedPath } = require('internal/fs/utils');
const { ObjectDefineProperty, ObjectKeys } = primordials;

if (options.ownProcess || process.loadEnvFile === undefined) return;

const loadEnvFile = (path = undefined) => {
  const found = parseEnv(readFileSync(getValidatedPath(path ?? '.env'), 'utf8'));
  const names = ObjectKeys(found);
  for (let i = 0; i < names.length; i++) {
    const name = names[i];
    if (process.env[name] === undefined) process.env[name] = found[name];  // as node does
  }
};

ObjectDefineProperty(process, 'loadEnvFile', { __proto__: null, value: loadEnvFile, writable: true,
                                         enumerable: true, configurable: true });
