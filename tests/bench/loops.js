// The loops that call C++, as `(api, turns) => …`: each row of js_to_cpp evaluates this text anew, in
// nodehost and in the node that peers/peers.mjs runs in, so that what V8 learns in one row does not
// slow down another.
({
  number: ({ add }, turns) => {
    let total = 0.5;
    for (let i = 0; i < turns; i++) total = add(total, 1.25);
    return total > 0;
  },
  int_method: ({ Counter }, turns) => {
    const counter = new Counter(0);
    for (let i = 0; i < turns; i++) counter.increment(1);
    return true;
  },
  string: ({ length }, turns) => {
    let total = 0;
    const text = 'twenty-nine characters of text';
    for (let i = 0; i < turns; i++) total += length(text);
    return total > 0;
  },
  struct: ({ weigh }, turns) => {
    let total = 0;
    const record = {
      id: 42, weight: 1.5, valid: true, name: 'sixteen letters!', samples: [1.5, 2.5, 3.5, 4.5],
    };
    for (let i = 0; i < turns; i++) total += weigh(record);
    return total > 0;
  },
  construct: ({ Counter }, turns) => {
    let last;
    for (let i = 0; i < turns; i++) last = new Counter(1);
    return last !== null;
  },
  property: ({ Counter }, turns) => {
    const counter = new Counter(1);
    let total = 0;
    for (let i = 0; i < turns; i++) total += counter.value;
    return total > 0;
  },
  // Each turn is one callback.
  callback_each: ({ forEach }, turns) => {
    let total = 0;
    forEach(turns, (i) => { total += i; });
    return total > 0;
  },
  callback_made: ({ makeCallback }, turns) => {
    let total = 0;
    for (let i = 0; i < turns; i++) total += makeCallback()(i);
    return total > 0;
  },
  medium_object: ({ work }, turns) => {
    const medium = {
      text: 'x'.repeat(750), id: 1, weight: 1.5, valid: true, ratio: 0.25,
      names: { first: 'one name', last: 'another name' }, buffer: Buffer.alloc(16000, 7),
      tags: ['one', 'two', 'three', 'four', 'five'],
    };
    let total = 0;
    for (let i = 0; i < turns; i++) total += work(medium).id;
    return total > 0;
  },
})
