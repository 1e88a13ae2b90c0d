// The jobs of the rows choice/…: what a program would use an npm package for. The same file serves
// nodehost, and node in the other process. NODEHOST_BENCH_* name the folders of the packages.
const { createRequire } = require('node:module');

const load = (name, folder) => createRequire(`${folder}/from-here.js`)(name);

let marked;
const render = (text) => {
  marked ??= load('marked', process.env.NODEHOST_BENCH_MARKED);
  return marked.parse(text);
};

let typescript;
const options = { compilerOptions: { target: 'ES2020', module: 'CommonJS' } };
const compile = (text) => {
  typescript ??= load('typescript', process.env.NODEHOST_BENCH_TYPESCRIPT);
  return typescript.transpileModule(text, options).outputText;
};

module.exports = { small_call: render, render, compile };
