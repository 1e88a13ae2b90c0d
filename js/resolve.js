// Finds what a specifier means for code in options.baseDir: import rules first, then require's.
//
// `import.meta.resolve` is the only public synchronous resolver with import rules. It exists in ES
// modules alone, so one is compiled from text in the name of a file in baseDir, through
// Module.prototype._compile(text, filename, 'module') (node 20.19, 22.12 and later; on others `importNow`
// is undefined and resolution is require's alone). The file does not exist and never will.
'use strict';

const { JSON, String } = globalThis;
const { stringify } = JSON;
const Module = require('module');
const { statSync } = require('fs');
const { fileURLToPath, pathToFileURL } = require('url');
const { isAbsolute, join } = require('path');
const onWindows = process.platform === 'win32';

// Appears as the importer in node's messages: "imported from /app/[nodehost]".
const origin = join(options.baseDir, '[nodehost]');

function compile(text, filename, format) {
  const module = new Module(filename);
  module.filename = filename;
  module.paths = Module._nodeModulePaths(options.baseDir);
  module._compile(text, filename, format);
  return module.exports;
}

const userRequire = Module.createRequire(origin);
const userRequireResolve = userRequire.resolve;
const { isBuiltin } = Module;
// import() in CommonJS text follows import rules on every node.
const { importLater } = compile('exports.importLater = (s) => import(s)', origin, 'commonjs');

let importResolve;
try {
  ({ importResolve } = compile('export const importResolve = import.meta.resolve', `${origin}-0`,
                               'module'));
} catch {
  // node without require(esm).
}

// The ES module loader caches by URL and never forgets, so each text needs a name of its own.
let count = 0;

/// Imports a URL synchronously. Returns the very namespace object that import() gives: require(esm)
/// would replace it by a look-alike with `__esModule` where there is a default export.
function importNow(url) {
  const filename = `${origin}-${++count}`;
  try {
    return compile(`export * as namespace from ${stringify(url)}`, filename, 'module').namespace;
  } catch (error) {
    if (isAsynchronous(error, filename)) return undefined;
    throw error;
  }
}

/// Whether `error` says that `filename` itself, not something that it requires in turn, can only be
/// loaded with import(). Only then is import() a remedy, and not a second run of the same failure.
function isAsynchronous(error, filename) {
  switch (error?.code) {
    case 'ERR_REQUIRE_ASYNC_MODULE': {
      // "Requiring <file>" in 20 and 22, "Required module: <file>" from 24; neither in 22.12.
      const named = /^\s*Requir(?:ing|ed module:) (.+?)\s*$/m.exec(String(error.message));
      return named === null || named[1] === filename;
    }
    case 'ERR_REQUIRE_ESM':  // node without require(esm)
      return String(error.message).includes(filename);
    case 'ERR_REQUIRE_ESM_RACE_CONDITION':  // an import() of it is under way; 24 and later
      return true;
    case 'ERR_INTERNAL_ASSERTION':  // the same, in 20 and 22
      return /race|import\(\)/.test(String(error.message));
    default:
      return false;
  }
}

function isFile(path) {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}

function tryRequireResolve(specifier) {
  try {
    return userRequireResolve(specifier);
  } catch {
    return undefined;
  }
}

/// Returns { url, path }. `path` is undefined where only import() will do: other schemes, a file URL
/// with a query or fragment, or nothing found (importing the URL then fails with node's own error).
function resolve(specifier) {
  // An absolute path is a path before it is a URL: C++ hands over std::filesystem::path.
  if (isAbsolute(specifier)) {
    if (isFile(specifier)) {
      const path = userRequireResolve(specifier);
      return { url: pathToFileURL(path).href, path };
    }
    if (onWindows) specifier = pathToFileURL(specifier).href;  // "c:" is no scheme
  }

  let url;
  let failure;
  let requested = specifier;
  if (importResolve !== undefined) {
    try {
      url = importResolve(specifier);
      if (!url.startsWith('file:')) return { url, path: undefined };
      const path = fileURLToPath(url);
      if (isFile(path)) return { url, path: /[?#]/.test(url) ? undefined : path };
      if (specifier.startsWith('file:')) requested = path;
    } catch (error) {
      failure = error;
    }
  } else if (specifier.startsWith('file:')) {
    requested = fileURLToPath(specifier);
  }

  // Import rules search no extensions and no index files, and read "%20", "?" and "#" as URL syntax.
  const path = tryRequireResolve(requested);
  if (path !== undefined) return { url: pathToFileURL(path).href, path };
  if (failure !== undefined) throw failure;
  return { url: url ?? specifier, path: undefined };
}

return {
  userRequire,
  isBuiltin,
  importNow: importResolve && importNow,
  importLater,
  isAsynchronous,
  resolve,
};
