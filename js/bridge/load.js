// Loads modules synchronously, and says so when one cannot be. Gets module_loaders.js's
// exports as `options.loaders`, modules.js's as `options.modules`, and resolve.js's `resolve`.
'use strict';

const {
  JSONParse, Map, MapPrototypeGet, MapPrototypeHas, MapPrototypeSet, RegExpPrototypeExec,
  StringPrototypeStartsWith, TypeError,
} = primordials;
const { readFileSync } = require('fs');
const { basename, dirname, extname, join } = require('path');
const { isModuleNamespaceObject } = require('util');
const { isBuiltin } = require('module');
const {
  loaders: { userRequire, importNow, importLater, isAsynchronous }, modules: { findModule }, resolve,
} = options;

/// What `load` returns for a module that has to be waited for. The promise is fulfilled with an
/// object whose `namespace` is the module's value.
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
  if (MapPrototypeHas(namespaces, url)) return MapPrototypeGet(namespaces, url);
  // import() alone takes other schemes in 20 and 22, where hooks may have given them a meaning.
  const namespace = RegExpPrototypeExec(/^(?:file|data):/, url) !== null ?
    importNow(url) : undefined;
  if (namespace === undefined) return new Pending(importLater(url));
  MapPrototypeSet(namespaces, url, namespace);
  return namespace;
}

// The "type" of the package that a file belongs to.
function packageType(path) {
  for (let folder = dirname(path), below = path; folder !== below; folder = dirname(below)) {
    if (basename(folder) === 'node_modules') return undefined;
    try {
      return JSONParse(readFileSync(join(folder, 'package.json'), 'utf8')).type;
    } catch (error) {
      if (error.code === undefined) return undefined;  // malformed: node reports it
    }
    below = folder;
  }
  return undefined;
}

function isKnownESModule(path) {
  switch (extname(path)) {
    case '.mjs':
    case '.mts':
    case '.wasm':  // never a CommonJS file; a node that cannot import it throws
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
  const own = findModule(specifier);
  if (own !== undefined) return own.url === undefined ? own.exports : importURL(own.url);
  if (isBuiltin(specifier)) return userRequire(specifier);
  const found = resolve(specifier);
  if (StringPrototypeStartsWith(found.url, 'node:')) return userRequire(found.url);  // by an "imports" map
  return found.path === undefined ? importURL(found.url) : loadFile(found);
}

return { __proto__: null, load, promiseOf: Pending.promiseOf };
