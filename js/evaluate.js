// Evaluates script text with the file name that the user gave, and with a working import().
'use strict';

const { String } = globalThis;
const { Script, constants } = require('vm');
const { isAbsolute, join } = require('path');

// Absent below 20.12: import() in evaluated text is an error there, as in any vm.Script.
const importModuleDynamically = constants?.USE_MAIN_CONTEXT_DEFAULT_LOADER;

function compile(code, filename) {
  return new Script(code, { filename, importModuleDynamically });
}

// The first import() through USE_MAIN_CONTEXT_DEFAULT_LOADER prints an ExperimentalWarning (20 to
// 26), once per environment. That choice is ours and not the user's: have it said here, to nobody.
let announced = importModuleDynamically === undefined;
function announce() {
  announced = true;
  const { emitWarning } = process;
  process.emitWarning = () => {};
  try {
    compile('import("node:module")', join(options.baseDir, '[nodehost]'))
      .runInThisContext().catch(() => {});
  } finally {
    process.emitWarning = emitWarning;
  }
}

// node resolves import() against a script's file name only if that is an absolute path or a URL,
// else against the current directory. A name such as "init.js" is therefore compiled as
// baseDir/init.js, and a sourceURL comment brings back "init.js" for stack traces and for the
// debugger. V8 accepts no blank and no quote there: such a name appears with baseDir in front.
function compileWithImport(code, filename) {
  if (!announced) announce();
  if (isAbsolute(filename) || filename.startsWith('file:')) return compile(code, filename);
  const named = /[\s"']/.test(filename) || /\/\/[#@] sourceURL=/.test(code);
  const text = named ? code : `${code}\n//# sourceURL=${filename}`;
  try {
    return compile(text, join(options.baseDir, filename));
  } catch {
    return compile(code, filename);  // throws the same SyntaxError, with the right name in it
  }
}

/// Runs `code` as a script in the global scope and returns its completion value.
function evaluate(code, filename = '[eval]') {
  code = String(code);
  filename = String(filename);
  const script = /\bimport\b/.test(code) ? compileWithImport(code, filename) :
    compile(code, filename);
  // displayErrors would put source text into the error's stack.
  return script.runInThisContext({ displayErrors: false });
}

return { evaluate };
