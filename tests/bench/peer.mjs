// The node in another process that rows are compared with: `node peer.mjs <mode> [<job>]`. A message
// is its length in decimal, a newline, and its UTF-8.
import { createServer } from 'node:http';
import { Worker } from 'node:worker_threads';
import jobs from './jobs.cjs';

const [mode, name] = process.argv.slice(2);
const job = jobs[name];

const kSeconds = 0.1;
const kWorkers = 8;

function callFor(seconds, text) {
  const began = performance.now();
  let calls = 0;
  let passed = 0;
  while (passed < seconds) {
    job(text);
    calls++;
    passed = (performance.now() - began) / 1000;
  }
  return passed / calls;
}

const newWorker = () => new Promise((resolve) => {
  const worker = new Worker('setInterval(() => {}, 1e6)', { eval: true });
  worker.on('online', () => resolve(worker));
});

const answers = {
  pipe: job,

  // Seconds that one call takes inside node.
  inside(text) {
    callFor(kSeconds, text);  // in which V8 learns what to compile
    return String(callFor(kSeconds, text));
  },

  // Seconds until a Worker runs.
  async worker() {
    const began = process.hrtime.bigint();
    const worker = await newWorker();
    const took = process.hrtime.bigint() - began;
    await worker.terminate();
    return String(Number(took) / 1e9);
  },

  // Bytes of memory that one more Worker takes.
  async memory() {
    const before = process.memoryUsage.rss();
    const workers = [];
    for (let i = 0; i < kWorkers; i++) workers.push(await newWorker());
    return String((process.memoryUsage.rss() - before) / kWorkers);
  },
};

function serveHttp() {
  const server = createServer(async (request, response) => {
    const parts = [];
    for await (const part of request) parts.push(part);
    const result = Buffer.from(job(Buffer.concat(parts).toString()));
    response.writeHead(200, { 'content-length': result.length });
    response.end(result);
  });
  server.keepAliveTimeout = 0;
  server.listen(0, '127.0.0.1', () => send(String(server.address().port)));
}

function send(text) {
  const bytes = Buffer.from(text);
  process.stdout.write(Buffer.concat([Buffer.from(`${bytes.length}\n`), bytes]));
}

let pending = Buffer.alloc(0);
process.stdin.on('data', async (part) => {
  pending = pending.length ? Buffer.concat([pending, part]) : part;
  const end = pending.indexOf(10);
  if (end < 0) return;
  const length = Number(pending.subarray(0, end));
  if (pending.length < end + 1 + length) return;
  const text = pending.subarray(end + 1, end + 1 + length).toString();
  pending = pending.subarray(end + 1 + length);
  send(await answers[mode](text));  // one question at a time
});
process.stdin.on('end', () => process.exit());
if (mode === 'http') serveHttp();
