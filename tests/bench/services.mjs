// What services_bench.cpp calls, and the same functions behind HTTP and JSON, which is what they are
// measured against: node services.mjs.
import { createServer } from 'node:http';
import { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';

export const add = (a, b) => a + b;
export const echo = (text) => text;
export const stream = (count, size) => Readable.from((function* () {
  for (let i = 0; i < count; ++i) yield Buffer.alloc(size, 120);
})());
/// Always the same work, whoever else uses the processor.
export const work = (turns) => {
  let x = 1;
  for (let i = 0; i < turns; ++i) x = (x * 1103515245 + 12345) % 2147483648;
  return x;
};

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const functions = { add, echo, stream, work };
  createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (chunk) => { body += chunk; }).on('end', () => {
      const { name, args } = JSON.parse(body);
      const result = functions[name](...args);
      if (result instanceof Readable) return void result.pipe(response);
      const text = JSON.stringify(result);
      response.setHeader('Content-Type', 'application/json');
      response.setHeader('Content-Length', Buffer.byteLength(text));
      response.end(text);
    });
  }).listen(0, '127.0.0.1', function () { console.log(`port ${this.address().port}`); });
}
