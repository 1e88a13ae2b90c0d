// Loads modules synchronously, and says so when one cannot be. Gets importing.js's
// exports as `options.importing`, and resolve.js's `resolve`.
'use strict';

const { JSON, Map, TypeError } = globalThis;
const { parse } = JSON;
const { readFileSync } = require('fs');
const { basename, dirname, extname, join } = require('path');
const { types: { isModuleNamespaceObject } } = require('util');
const { isBuiltin } = require('module');
const { importing: { userRequire, importNow, importLater, isAsynchronous }, resolve } = options;

/// What `load` returns for a module that has to be waited for. The promise is fulfilled with its
/// value.
class Pending {
  #promise;
  constructor(promise) {
    this.#promise = promise;
  }
  static promiseOf(value) {
    return value !== null && typeof value === 'object' && #promise in value ?
      value.#promise : undefined;
  }
}

// ES modules are never unloaded, and a failed one fails again with the same error.
const namespaces = new Map();

function importURL(url) {
  if (namespaces.has(url)) return namespaces.get(url);
  // import() alone takes other schemes in 20 and 22, where hooks may have given them a meaning.
  const namespace = /^(?:file|data):/.test(url) ? importNow?.(url) : undefined;
  if (namespace === undefined) return new Pending(importLater(url));
  namespaces.set(url, namespace);
  return namespace;
}

// The "type" of the package that a file belongs to.
function packageType(path) {
  for (let folder = dirname(path), below = path; folder !== below; folder = dirname(below)) {
    if (basename(folder) === 'node_modules') return undefined;
    try {
      return parse(readFileSync(join(folder, 'package.json'), 'utf8')).type;
    } catch (error) {
      if (error.code === undefined) return undefined;  // malformed: node's to say
    }
    below = folder;
  }
  return undefined;
}

function isKnownESModule(path) {
  switch (extname(path)) {
    case '.mjs':
    case '.mts':
    case '.wasm':  // never a CommonJS file; a node that cannot import it says so
      return true;
    case '.js':
    case '.ts':
      return packageType(path) === 'module';
    default:
      return false;
  }
}

function loadFile({ url, path }) {
  if (isKnownESModule(path)) return importURL(url);
  // CommonJS is required, not imported: its exports may be any value, and module.parent is set, by
  // which older packages tell that they are not the main program.
  let value;
  try {
    value = userRequire(path);
  } catch (error) {
    if (isAsynchronous(error, path)) return new Pending(importLater(url));
    throw error;
  }
  // A .js file without "type" that turned out to be an ES module: prefer import()'s own namespace.
  return isModuleNamespaceObject(value) ? importURL(url) : value;
}

/// The value of a module: `globalThis`, a built-in, or what the specifier means for a file in
/// baseDir.
function load(specifier) {
  if (typeof specifier !== 'string') {
    const error = new TypeError('The module specifier must be a string');
    error.code = 'ERR_INVALID_ARG_TYPE';
    throw error;
  }
  if (specifier === 'globalThis') return globalThis;
  if (isBuiltin(specifier)) return userRequire(specifier);
  const found = resolve(specifier);
  if (found.url.startsWith('node:')) return userRequire(found.url);  // by an "imports" map
  return found.path === undefined ? importURL(found.url) : loadFile(found);
}

/// The same for those who can wait.
async function importAsync(specifier) {
  const value = load(specifier);
  return Pending.promiseOf(value) ?? value;
}

return { load, importAsync, promiseOf: Pending.promiseOf };
