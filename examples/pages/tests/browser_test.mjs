// The page in a headless Chromium, spoken to by its DevTools protocol: its text, a click, a picture.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { eventually, Project, start, stop } from './server.mjs';

const [pages, template, chromium, picture] = process.argv.slice(2);
if (!chromium) {
  console.log('No browser: install chromium, or configure with -D NODEHOST_BROWSER=ON, which fetches it.');
  process.exit(0);
}

/// One page of a browser of its own.
class Browser {
  #calls = new Map();
  #last = 0;
  errors = [];

  constructor() {
    this.data = mkdtempSync(join(tmpdir(), 'browser-'));
    // What is said goes to descriptor 3 and comes from 4, each message with a NUL behind it.
    this.child = spawn(chromium, [
      '--headless', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--hide-scrollbars',
      `--user-data-dir=${this.data}`, '--remote-debugging-pipe', 'about:blank',
    ], { stdio: ['ignore', 'ignore', 'pipe', 'pipe', 'pipe'] });
    let said = '';
    this.child.stderr.on('data', (text) => { said += text; });
    this.child.on('exit', (code) => {
      for (const { reject } of this.#calls.values()) reject(new Error(`chromium ended with ${code}: ${said}`));
    });
    let text = '';
    this.child.stdio[4].on('data', (data) => {
      const messages = (text + data).split('\0');
      text = messages.pop();
      for (const message of messages) this.#receive(JSON.parse(message));
    });
  }

  #receive({ id, method, params, result, error }) {
    if (method === 'Runtime.exceptionThrown') this.errors.push(params.exceptionDetails.exception?.description);
    const call = this.#calls.get(id);
    this.#calls.delete(id);
    if (error) call?.reject(new Error(error.message));
    else call?.resolve(result);
  }

  call(method, params = {}) {
    const id = ++this.#last;
    this.child.stdio[3].write(`${JSON.stringify({ id, method, params, sessionId: this.session })}\0`);
    return new Promise((resolve, reject) => this.#calls.set(id, { resolve, reject }));
  }

  async open(url) {
    const { targetInfos } = await this.call('Target.getTargets');
    const { targetId } = targetInfos.find(({ type }) => type === 'page');
    this.session = (await this.call('Target.attachToTarget', { targetId, flatten: true })).sessionId;
    await this.call('Runtime.enable');
    await this.call('Page.navigate', { url });
  }

  async evaluate(expression) {
    const { result } = await this.call('Runtime.evaluate', { expression, returnByValue: true });
    return result.value;
  }

  async click(selector) {
    const [x, y] = await this.evaluate(`(() => {
      const { x, y, width, height } = document.querySelector('${selector}').getBoundingClientRect();
      return [x + width / 2, y + height / 2];
    })()`);
    for (const type of ['mousePressed', 'mouseReleased']) {
      await this.call('Input.dispatchMouseEvent', { type, x, y, button: 'left', clickCount: 1 });
    }
  }

  async close() {
    await stop(this.child);
    rmSync(this.data, { recursive: true, force: true });
  }
}

const project = new Project(template);
const { child: server, line: url } = await start(pages, ['child'], project.folder);
const browser = new Browser();

test('the page shows what was rendered, and what came later', async () => {
  await browser.open(url);
  const text = await eventually(async () => {
    const shown = await browser.evaluate('document.body?.innerText');
    return shown?.includes('The news have come.') && shown;
  });
  assert.match(text, /^Hello from React\s+This is \/\.\s+Clicked 0 times\s+The news have come\.\s*$/);
});

test('a click hydrates: React counts on with what the server has rendered', async () => {
  await eventually(() => browser.evaluate('document.documentElement.dataset.hydrated === "yes"'));
  for (let i = 1; i <= 2; ++i) {
    await browser.click('button');
    await eventually(() => browser.evaluate(`document.querySelector("button").innerText === "Clicked ${i} times"`));
  }
  assert.deepEqual(browser.errors, []);
});

test('a picture of it is kept', async () => {
  const { data } = await browser.call('Page.captureScreenshot', { format: 'png' });
  writeFileSync(picture, Buffer.from(data, 'base64'));
  assert.equal(readFileSync(picture).toString('latin1', 1, 4), 'PNG');
  const ink = await browser.evaluate('document.querySelector("h1").getBoundingClientRect().height');
  assert.ok(ink > 10);
});

test('a reload shows a changed file', async () => {
  project.change('page.tsx', 'Hello from React', 'Hello again');
  await eventually(async () => {
    await browser.call('Page.reload');
    return eventually(() => browser.evaluate('document.querySelector("h1")?.innerText'))
      .then((title) => title === 'Hello again');
  });
});

test('all ends', async () => {
  await browser.close();
  assert.equal(await stop(server), 0);
  project.remove();
});
