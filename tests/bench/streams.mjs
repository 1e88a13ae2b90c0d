// Node's own pair, for stream_bench.cpp.
import { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

export function source(chunks, size) {
  let left = chunks;
  return new Readable({
    read() { this.push(left-- > 0 ? Buffer.alloc(size) : null); },
  });
}
export function sink() {
  return new Writable({ write(chunk, encoding, callback) { callback(); } });
}
export const copy = (chunks, size) => pipeline(source(chunks, size), sink());
