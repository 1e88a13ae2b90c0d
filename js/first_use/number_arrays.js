// Arrays of numbers that C++ makes: from typed arrays that C++ has filled, block by block. Boxing
// each number and handing over a list of handles takes V8 some eight times as long, and gives an
// array of boxed numbers, where these hold the numbers themselves.
'use strict';

const { Array } = primordials;

// Doubles and integers have functions of their own: V8 then makes each array as what it will be.
return {
  __proto__: null,

  /// An array of `length`, its first `count` elements taken from `block`.
  doubles(block, count, length) {
    const array = new Array(length);
    for (let i = 0; i < count; i++) array[i] = block[i];
    return array;
  },

  integers(block, count, length) {
    const array = new Array(length);
    for (let i = 0; i < count; i++) array[i] = block[i];
    return array;
  },

  /// The next `count` elements, from `start` on.
  moreDoubles(block, count, array, start) {
    for (let i = 0; i < count; i++) array[start + i] = block[i];
  },

  moreIntegers(block, count, array, start) {
    for (let i = 0; i < count; i++) array[start + i] = block[i];
  },
};
