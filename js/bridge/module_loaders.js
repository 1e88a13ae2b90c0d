// The three entrances to node's module loaders that work from options.baseDir, an absolute path, and
// that have import rules.
//
// `import.meta.resolve` is the only public synchronous resolver with import rules, and a static
// import of a synchronous graph the only way to its namespace object. Both exist in ES modules
// alone, so those are compiled from text, in the name of a file in baseDir that does not exist and
// never will, through Module.prototype._compile(text, filename, 'module'): node 20.19, 22.12 and
// later. On others `importResolver` returns null, and `importNow` undefined.
'use strict';

const {
  encodeURIComponent, JSONStringify, ObjectDefineProperty, RegExpPrototypeExec, String, StringPrototypeIncludes,
  SymbolFor, TypeError,
} = primordials;
const { Module, compile: compileModule, createRequire, nodeModulePaths } = require('module');
const { join } = require('path');
const { baseDir } = options;

// Appears as the importer in node's messages: "imported from /app/[nodehost]-1".
const origin = join(baseDir, '[nodehost]');

function compile(text, filename, format) {
  const module = new Module(filename);
  module.filename = filename;
  module.paths = nodeModulePaths(baseDir);
  compileModule(module, text, filename, format);
  return module.exports;
}

// The ES module loader caches by URL and never forgets: each text needs a name that no other bridge
// in this environment has used.
const kCount = SymbolFor('nodehost.imports');
function newName() {
  const count = (Module[kCount] ?? 0) + 1;
  ObjectDefineProperty(Module, kCount, { __proto__: null, value: count, configurable: true });
  return `${origin}-${count}`;
}

const userRequire = createRequire(origin);
// import() in CommonJS text follows import rules on every node. No format is named: before 20.19
// the third parameter is a flag, and any value of it says "ES module".
const { importLater: importDynamically } = compile('exports.importLater = (s) => import(s)', origin);

/// Imports a URL. The promise is fulfilled with an object whose `namespace` is the module's: a
/// promise would take a namespace with a `then` for another promise, and call it.
function importLater(url) {
  const text = `export * as namespace from ${JSONStringify(url)}`;
  return importDynamically(`data:text/javascript,${encodeURIComponent(text)}`);
}
// Node 22.0 to 22.11 compile ES modules from text, but import none from them.
const canImportNow = process.features.require_module;

let resolver;  // made at its first use: it starts the ES module loader
function importResolver() {
  if (resolver !== undefined) return resolver;
  try {
    resolver = compile('export const importResolve = import.meta.resolve', newName(), 'module')
      .importResolve;
  } catch {
    // A node without require(esm), or one told --no-require-module.
    resolver = null;
  }
  return resolver;
}

/// Whether `error` says that `filename` itself, not something that it requires in turn, can only be
/// loaded with import(). Only then is import() a remedy, and not a second run of the same failure.
function isAsynchronous(error, filename) {
  try {
    return saysAsynchronous(error, String(error.message), filename);
  } catch {
    return false;  // a module may throw anything, null and hostile proxies included
  }
}

// "Requiring <file>" in 20 and 22, "Required module: <file>" from 24; neither in 22.12.
const kRequiring = /^\s*Requir(?:ing|ed module:) (.+?)\s*$/m;

function saysAsynchronous(error, message, filename) {
  switch (error.code) {
    case 'ERR_REQUIRE_ASYNC_MODULE': {
      const named = RegExpPrototypeExec(kRequiring, message);
      return named === null || named[1] === filename;
    }
    case 'ERR_REQUIRE_ESM':  // node without require(esm)
      return StringPrototypeIncludes(message, filename);
    case 'ERR_REQUIRE_ESM_RACE_CONDITION':  // an import() of it is under way; 24 and later
      return true;
    case 'ERR_INTERNAL_ASSERTION':  // what 20 and 22 say in its place
      return StringPrototypeIncludes(message, 'race condition');
    default:
      // What 20 says while the file is still being read: the loader trips over its own job.
      return error instanceof TypeError && StringPrototypeIncludes(message, "(reading 'getStatus')") &&
             StringPrototypeIncludes(String(error.stack), 'node:internal/modules/esm');
  }
}

/// Imports a URL synchronously; undefined if it can only be awaited. Returns the very namespace
/// object that import() gives: require(esm) puts a look-alike with `__esModule` in its place where
/// there is a default export. The importing text has no parent, so that node 22.12, which warns of
/// require(esm) by its parent, says nothing.
function importNow(url) {
  if (!canImportNow || importResolver() === null) return undefined;
  const filename = newName();
  try {
    return compile(`export * as namespace from ${JSONStringify(url)}`, filename, 'module').namespace;
  } catch (error) {
    if (isAsynchronous(error, filename)) return undefined;
    throw error;
  }
}

return {
  __proto__: null,
  userRequire,
  importLater,
  importResolver,
  importNow,
  isAsynchronous,
};
