// What the benches call. Each of them imports a copy of its own ('./calls.mjs?typed'), so that what
// V8 has learnt from one way of calling a function does not slow down another.
export const add = (a, b) => a + b;
export const echo = (value) => value;
export const echoText = (text) => text;
export const echoJson = (text) => JSON.stringify(JSON.parse(text));

export const sum = (numbers) => {
  let total = 0;
  for (let i = 0; i < numbers.length; i++) total += numbers[i];
  return total;
};

export const counter = {
  value: 1.5,
  plus(a, b) {
    return this.value + a + b;
  },
};
