// Finds what a specifier means for code in options.baseDir: import rules first, then require's.
// Gets module_loaders.js's exports as `options.loaders`.
'use strict';

const { RegExpPrototypeExec, StringPrototypeStartsWith } = primordials;
const { statSync } = require('fs');
const { fileURLToPath, pathToFileURL } = require('url');
const { isAbsolute } = require('path');
const { userRequire, importResolver } = options.loaders;
const { resolve: userRequireResolve } = userRequire;
const onWindows = process.platform === 'win32';

function isFile(path) {
  return statSync(path, { __proto__: null, throwIfNoEntry: false })?.isFile() === true;
}

function tryRequireResolve(specifier) {
  try {
    return userRequireResolve(specifier);
  } catch {
    return undefined;
  }
}

/// Returns { url, path }. `path` is undefined where only an import will do: other schemes, a file
/// URL with a query or fragment, or nothing found (importing the URL then fails with node's own
/// error).
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
  const importResolve = importResolver();
  if (importResolve !== null) {
    try {
      url = importResolve(specifier);
      if (!StringPrototypeStartsWith(url, 'file:')) return { url, path: undefined };
      const path = fileURLToPath(url);
      if (isFile(path)) return { url, path: RegExpPrototypeExec(/[?#]/, url) === null ? path : undefined };
      if (StringPrototypeStartsWith(specifier, 'file:')) requested = path;
    } catch (error) {
      failure = error;
    }
  } else if (StringPrototypeStartsWith(specifier, 'file:')) {
    requested = fileURLToPath(specifier);
  }

  // Import rules search no extensions and no index files, and read "%20", "?" and "#" as URL
  // syntax.
  const path = tryRequireResolve(requested);
  if (path !== undefined) return { url: pathToFileURL(path).href, path };
  if (failure !== undefined) throw failure;
  return { url: url ?? specifier, path: undefined };
}

return { __proto__: null, resolve };
