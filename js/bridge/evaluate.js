// Evaluates script text with the file name that the user gave, and with a working import().
//
//   options.baseDir  absolute path: import() resolves as from a file there
'use strict';

const { PromisePrototypeThen, RegExpPrototypeExec, String, StringPrototypeStartsWith } =
  primordials;
const { isAbsolute } = require('path');
// Without importModuleDynamically, import() in evaluated text is an error, as in any vm.Script.
const { Script, importModuleDynamically, runInThisContext } = require('vm');
const { baseDir } = options;

function compile(code, filename) {
  return new Script(code, { __proto__: null, filename, importModuleDynamically });
}

// displayErrors would put source text into the error's stack.
function run(script) {
  return runInThisContext(script, { __proto__: null, displayErrors: false });
}

function matches(pattern, text) {
  return RegExpPrototypeExec(pattern, text) !== null;
}

// path.join uses methods that a script may have replaced.
const inBaseDir = (name) => `${baseDir}/${name}`;

function ignore() {}

// The first import() through USE_MAIN_CONTEXT_DEFAULT_LOADER prints an ExperimentalWarning (20 to
// 26), once per environment. The user has not chosen it, so it is discarded here.
let announced = importModuleDynamically === undefined;
function announce() {
  announced = true;
  const { emitWarning } = process;
  process.emitWarning = ignore;
  try {
    PromisePrototypeThen(run(compile('import("node:module")', inBaseDir('[nodehost]'))),
                         ignore, ignore);
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
  if (isAbsolute(filename) || StringPrototypeStartsWith(filename, 'file:')) {
    return compile(code, filename);
  }
  const named = matches(/[\s"']/, filename) || matches(/\/\/[#@] sourceURL=/, code);
  const text = named ? code : `${code}\n//# sourceURL=${filename}`;
  try {
    return compile(text, inBaseDir(filename));
  } catch {
    return compile(code, filename);  // throws the same SyntaxError, with the right name in it
  }
}

/// Runs `code` as a script in the global scope and returns its completion value.
function evaluate(code, filename = '[eval]') {
  code = String(code);
  filename = String(filename);
  return run(matches(/\bimport\b/, code) ? compileWithImport(code, filename) :
    compile(code, filename));
}

return { __proto__: null, evaluate };
