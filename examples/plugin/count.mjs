// Uses the C++ module of counter.cpp.
import { Counter, add } from 'app:counter';

const start = Number(process.argv[2]);
const counter = new Counter(start);
console.log(`${start} and 2 make ${add(start, 2)}; ${counter.increment(1)}, ${counter.increment(1)}`);
