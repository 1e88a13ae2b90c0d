// What keeps the event loop going, in words. Runs when the timeout of a stop has passed, in whatever
// state the program is in then: a getter that throws must not cost the rest of the list.
'use strict';

const { Map, String } = globalThis;
const { Socket, Server } = require('net');
const { ChildProcess } = require('child_process');

function endpoint(address, port) {
  if (address === undefined) return '';
  return String(address).includes(':') ? ` [${address}]:${port}` : ` ${address}:${port}`;
}

function detail(handle) {
  try {
    if (handle instanceof Server) {
      const at = handle.address();
      return typeof at === 'string' ? ` ${at}` : endpoint(at?.address, at?.port);
    }
    if (handle instanceof Socket) return endpoint(handle.remoteAddress, handle.remotePort);
    if (handle instanceof ChildProcess) return ` ${handle.pid} ${handle.spawnfile}`;
  } catch {
    // Only the detail is lost.
  }
  return '';
}

/// Texts such as "Timeout (2)", "TCPServerWrap 127.0.0.1:8080", "ChildProcess 47 sleep", "Worker 1".
function aliveResources() {
  // Requests, handles, timers: node keeps that order, and one filter for both lists of handles.
  const names = process.getActiveResourcesInfo();
  const firstHandle = process._getActiveRequests().length;
  const handles = process._getActiveHandles();
  const counts = new Map();
  const add = (text) => counts.set(text, (counts.get(text) ?? 0) + 1);
  for (let i = 0; i < names.length; i++) {
    const handle = handles[i - firstHandle];
    const name = handle instanceof ChildProcess ? 'ChildProcess' : names[i];
    add(handle === undefined ? name : name + detail(handle));
  }
  for (const worker of options.liveWorkers?.() ?? []) add(`Worker ${worker.threadId}`);
  const texts = [];
  for (const [text, count] of counts) texts.push(count === 1 ? text : `${text} (${count})`);
  return texts;
}

return { aliveResources };
