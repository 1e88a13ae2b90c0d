// What the server calls. The TSX is compiled when an instance starts, and a change of a file brings in
// new instances.
import { build } from 'esbuild';
import { createRequire } from 'node:module';
import { PassThrough } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { compileFunction } from 'node:vm';

process.env.NODE_ENV ??= 'production';
const require = createRequire(import.meta.url);
const { createElement } = require('react');
const { renderToPipeableStream } = require('react-dom/server');

/// The text of one script, made of `file` and what it imports.
async function compile(file, options) {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL(file, import.meta.url))],
    bundle: true, write: false, jsx: 'automatic', logLevel: 'silent', ...options,
  });
  return outputFiles[0].text;
}

const [pageScript, clientScript] = await Promise.all([
  compile('page.tsx', { platform: 'node', format: 'cjs', packages: 'external' }),
  compile('client.tsx', { minify: true, define: { 'process.env.NODE_ENV': '"production"' } }),
]);
const compiled = { exports: {} };
compileFunction(pageScript, ['require', 'module', 'exports'], { filename: 'page.tsx' })(
  require, compiled, compiled.exports);
const { Page } = compiled.exports;

/// The page as a stream: the shell at once, and what it waits for when that has come.
export function render(path) {
  const news = sleep(300, 'The news have come.');
  const out = new PassThrough();
  return new Promise((resolve, reject) => {
    const { pipe, abort } = renderToPipeableStream(createElement(Page, { path, news }), {
      bootstrapModules: ['/client.js'],
      onShellReady() {
        out.on('close', () => abort());
        resolve(pipe(out));
      },
      onShellError: reject,
      onError(error) {  // what has failed stays as its fallback; a reader that has gone is no error
        if (!out.destroyed) console.error(error);
      },
    });
  });
}

export const client = () => clientScript;

/// The process that the pages come from.
export const instance = () => process.pid;
