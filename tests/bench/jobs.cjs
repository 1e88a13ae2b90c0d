// The jobs of the rows choice/…: what a program would use an npm package for. The same file serves
// nodehost, and node in the other process. NODEHOST_BENCH_* name the folders of the packages.
const { createRequire } = require('node:module');

const load = (name, folder) => createRequire(`${folder}/from-here.js`)(name);
const options = { compilerOptions: { target: 'ES2020', module: 'CommonJS' } };

function jobsOf(folderOfMarked, folderOfTypescript) {
  let marked;
  const render = (text) => {
    marked ??= load('marked', folderOfMarked);
    return marked.parse(text);
  };
  let typescript;
  const compile = (text) => {
    typescript ??= load('typescript', folderOfTypescript);
    return typescript.transpileModule(text, options).outputText;
  };
  return { small_call: render, render, compile };
}

const { NODEHOST_BENCH_MARKED, NODEHOST_BENCH_TYPESCRIPT } = process.env;
module.exports = { ...jobsOf(NODEHOST_BENCH_MARKED, NODEHOST_BENCH_TYPESCRIPT), jobsOf };
