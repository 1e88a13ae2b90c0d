// The jobs in Node with the packages that Duktape has: what its results are compared with.
const { jobsOf } = require('../jobs.cjs');

const folder = process.env.NODEHOST_BENCH_ES5_PACKAGES;
module.exports = jobsOf(folder, folder);
