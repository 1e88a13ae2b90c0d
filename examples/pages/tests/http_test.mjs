// The server over HTTP: it streams, it survives the end of its worker, and it shows changed files.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { test } from 'node:test';
import { eventually, freePort, Project, start, stop } from './server.mjs';

const [pages, template, model, natsServer] = process.argv.slice(2);

const project = new Project(template);
const processes = [];
const options = [model];
let startWorker = () => {};
if (model === 'nats') {
  const port = await freePort();
  const url = `nats://127.0.0.1:${port}`;
  processes.push(spawn(natsServer, ['-a', '127.0.0.1', '-p', `${port}`], { stdio: 'ignore' }));
  options.push(url, 'test.pages');
  startWorker = () => {
    processes.push(spawn(process.execPath, ['worker', '--nats', url, '--subject', 'test.pages',
                                            '--project', project.folder], { stdio: 'ignore' }));
  };
}
startWorker();
const { child: server, line: url } = await start(pages, options, project.folder);
const get = async (path) => {
  const response = await fetch(url + path);
  return { status: response.status, text: await response.text() };
};

test('the shell of a page comes at once, and the rest when it is there', async () => {
  await get('');  // compiled by now
  const parts = [];
  const response = await fetch(`${url}shop`);
  for await (const part of response.body) parts.push(Buffer.from(part).toString());
  assert.equal(response.status, 200);
  assert.match(parts[0], /Hello from React/);
  assert.match(parts[0], /This is \/shop\./);
  assert.match(parts[0], /One moment/);
  assert.doesNotMatch(parts[0], /The news have come/);
  assert.match(parts.slice(1).join(''), /The news have come/);
});

test('the script for the browser is compiled, too', async () => {
  const { text } = await get('client.js');
  assert.match(text, /Clicked /);
  assert.doesNotMatch(text, /^import /m);
});

test('kill -9 of the worker costs no more than what it had begun', { skip: model === 'inprocess' }, async () => {
  const pid = Number((await get('instance')).text);
  const broken = await fetch(url);
  process.kill(pid, 'SIGKILL');
  await assert.rejects(broken.text());
  startWorker();
  const { status, text } = await get('');
  assert.equal(status, 200);
  assert.match(text, /The news have come/);
  assert.notEqual(Number((await get('instance')).text), pid);
});

test('a reload shows a changed file, what is wrong with it, and what it is when mended', async () => {
  project.change('page.tsx', 'Hello from React', 'Hello again');
  await eventually(async () => (await get('')).text.includes('Hello again'));
  project.change('page.tsx', '<h1>', '<h2>');
  const broken = await eventually(async () => {
    const answer = await get('');
    return answer.status !== 200 && answer;
  });
  assert.equal(broken.status, 500);
  assert.match(broken.text, /page\.tsx:\d+:\d+: ERROR: .*h2/);
  project.change('page.tsx', '<h2>', '<h1>');
  await eventually(async () => (await get('')).text.includes('Hello again'));
});

test('what fails behind the shell is said on standard error', { skip: model === 'nats' }, async () => {
  project.change('page.tsx', 'use(news)', 'use(news).absent.text');
  await eventually(async () => {
    await get('');
    return server.said.includes("Cannot read properties of undefined (reading 'text')");
  });
});

/// A connection that has sent `text`.
async function connected(text) {
  const socket = connect(new URL(url).port, '127.0.0.1').resume();
  socket.on('error', () => {});  // that it was reset
  await once(socket, 'connect');
  if (text) socket.write(text);
  return socket;
}

test('connections that ask nothing keep nobody waiting', async () => {
  for (let i = 0; i < 20; i++) await connected(i % 2 ? 'GET / HT' : '');
  assert.equal((await get('')).status, 200);
});

test('a request without an end is not taken', async () => {
  const socket = await connected(`GET /${'x'.repeat(20_000)}`);
  await once(socket, 'close');
});

test('SIGTERM ends the server, with those connections open', async () => {
  assert.equal(await stop(server), 0);
  for (const one of processes.reverse()) await stop(one);  // NATS's server last
  project.remove();
});
