// What the server answers: asynchronous functions, as JavaScript has them.
import { setTimeout as sleep } from 'node:timers/promises';

const pages = {
  '/hello': async () => 'Hello from JavaScript',
  '/slow': async (signal) => {
    await sleep(60_000, undefined, { signal });
    return 'too late';
  },
};

export async function render(path, signal) {
  const page = pages[path];
  if (!page) throw new Error(`no page ${path}`);
  return page(signal);
}
