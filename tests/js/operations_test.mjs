// What C++ relies on in first_use/operations.js. What each function does is tested from C++: tests/api/value_*.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { use } from './host.mjs';

const values = use('first_use/operations.js');
const header = readFileSync(
  fileURLToPath(new URL('../../include/nodehost/detail/operations.hpp', import.meta.url)), 'utf8');
const listed = [...header.matchAll(/X\(k(\w+), (\w+)\)/g)];

test('every operation that C++ lists is a function, and every function is listed', () => {
  const { done, ...functions } = values;
  assert.deepEqual(listed.map(([, , name]) => name).sort(), Object.keys(functions).sort());
  for (const [name, it] of Object.entries(functions)) assert.equal(typeof it, 'function', name);
});

test('the constants of C++ are named after the functions', () => {
  for (const [, constant, name] of listed) {
    assert.equal(constant, name[0].toUpperCase() + name.slice(1));
  }
});

test('the end of an iterator is told from every item', () => {
  const iterator = values.iterate(['done', undefined, Symbol('done')]);
  for (let i = 0; i < 3; ++i) assert.notEqual(values.step(iterator), values.done);
  assert.equal(values.step(iterator), values.done);
});

test('what a program puts on the built-ins later is not run', () => {
  const { freeze, isFrozen, defineProperty } = Object;
  const { parse } = JSON;
  const { push } = Array.prototype;
  const object = {};
  const array = [];
  const RealDate = Date;
  let date;
  const patched = () => {
    throw new Error('patched');
  };
  globalThis.Date = class {};
  Object.freeze = Object.defineProperty = JSON.parse = Array.prototype.push = patched;
  try {
    values.parseJson('{}');
    values.define(object, 'x', { value: 5 }, true);
    values.freeze(object);
    values.push(array, 1, 2);
    date = values.newDate(7);
  } finally {
    Object.freeze = freeze;
    Object.defineProperty = defineProperty;
    JSON.parse = parse;
    Array.prototype.push = push;
    globalThis.Date = RealDate;
  }
  assert.ok(isFrozen(object));
  assert.equal(object.x, 5);
  assert.deepEqual(array, [1, 2]);
  assert.equal(date.toISOString(), '1970-01-01T00:00:00.007Z');
});
