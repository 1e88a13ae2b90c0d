// The app of the test: a CommonJS package, a module of its own, a built-in, and a top-level await.
import { createHash } from 'node:crypto';
import semver from 'semver';
import { greeting } from './greeting.mjs';

export const major = (version) => semver.major(version);
export const hash = await Promise.resolve(createHash('sha256').update('app').digest('hex'));
export const greet = (name) => `${greeting}, ${name} ✓`;
export const lazily = async () => (await import('./lazy.mjs')).answer;
export const fail = () => {
  throw new TypeError('as the app says');
};
