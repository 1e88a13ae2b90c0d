// How uncaught errors are printed, and what they end the process with.
export default function table(same) {
  for (const script of ['aggregate.js', 'long-chain.js', 'no-stack.js', 'frozen-error.js', 'null-proto.js',
                        'proxy-thrown.js', 'symbol-thrown.js', 'throws-in-tick.js',
                        'throws-in-microtask.js', 'throws-in-immediate.js', 'throws-in-emitter.js',
                        'throws-in-emitter-no-error.js', 'throws-in-callback.js', 'deep-uncaught.js',
                        'requires-bad-json.js', 'imports-bad-json.mjs', 'imports-json-plainly.mjs',
                        'imports-no-such-name.mjs', 'typed-wrong.ts']) {
    same(`uncaught: ${script}`, [script], 1);
  }
  same('uncaught: throws-at-exit.js', ['throws-at-exit.js'], 1);
  same('uncaught in a domain', ['throws-in-domain.js'], 0);
  same('uncaught with a capture callback', ['capture-callback.js'], 0);
  same('uncaught with a monitor', ['monitor.js'], 1);
  same('a rejection that is handled late', ['rejection-handled.js'], 0);
  same('a promise resolved twice', ['multiple-resolves.js'], 0);
  same('recursion without end, caught', ['deep-recursion.js'], 0);
  for (const mode of ['strict', 'warn', 'none', 'throw', 'warn-with-error-codes']) {
    const code = { 'warn': 0, 'none': 0, 'warn-with-error-codes': 9 }[mode] ?? 1;
    same(`--unhandled-rejections=${mode}`,
         [`--unhandled-rejections=${mode}`, '-e', 'Promise.reject(new Error("no"))'], code);
  }
  same('--unhandled-rejections of nothing known', ['--unhandled-rejections=maybe', '-p', '1'], 9);
  for (const value of ['undefined', 'null', '0', '"text"', '[]', '() => 1', '10n', 'NaN',
                       'new Date(0)', 'class A {}', 'new (class B extends Error {})("b")',
                       'Object.assign(new Error("x"), { code: "E", a: { b: 1 } })']) {
    same(`throw ${value}`, ['-e', `throw ${value}`], 1);
    same(`reject with ${value}`, ['-e', `Promise.reject(${value})`], 1);
  }
  same('--trace-uncaught', ['--trace-uncaught', '-e', 'throw { a: 1 }'], 1);
  same('--trace-warnings', ['--trace-warnings', '-e', 'process.emitWarning("w", "Kind", "CODE")'], 0);
  same('--throw-deprecation', ['--throw-deprecation', '-e', 'new Buffer(1)'], 1);
  same('--trace-deprecation', ['--trace-deprecation', '-e', 'new Buffer(1)'], 0);
  same('--no-deprecation', ['--no-deprecation', '-e', 'new Buffer(1)'], 0);
  same('--disable-warning', ['--disable-warning=DEP0005', '-e', 'new Buffer(1)'], 0);
  same('--pending-deprecation', ['--pending-deprecation', '-e', 'process.binding("fs")'], 0);
  same('--redirect-warnings', ['--redirect-warnings=warned.txt', '-e', 'process.emitWarning("w")'], 0,
       { files: (text) => text.replace(/\(node:\d+\)/, '').replace(/Use `\w+/, '') });
  same('--abort-on-uncaught-exception', ['--abort-on-uncaught-exception', 'throws.js'], 'SIGTRAP');
  same('--trace-exit', ['--trace-exit', '-e', 'process.exit(2)'], 2,
       { scrub: [[/\(node:\d+(, thread:\d+)?\)/g, '<pid>']] });
  same('--trace-sigint', ['--trace-sigint', 'ready.js'], 'SIGINT', { kill: 'SIGINT',
       scrub: [[/^[\s\S]*$/, '']] });
  same('--stack-trace-limit', ['--stack-trace-limit=1', 'deep-uncaught.js'], 1);
  same('--enable-source-maps', ['--enable-source-maps', 'mapped.js'], 1);
  same('source maps that are off', ['mapped.js'], 1);
  same('process.setSourceMapsEnabled', ['-e', 'process.setSourceMapsEnabled(true); require("./mapped.js")'], 1);
  same('Error.prepareStackTrace', ['-e', 'Error.prepareStackTrace = (e, s) => "mine " + e.message; throw new Error("x")'], 1);
  same('an error whose inspect throws',
       ['-e', 'const e = new Error("x"); e[Symbol.for("nodejs.util.inspect.custom")] = () => { throw 1 }; throw e'], 1);
  same('a message of many lines', ['-e', 'throw new Error("one\\ntwo\\n  three")'], 1);
  same('an uncaught error of eval in a folder that is gone',
       'mkdir gone1 && cd gone1 && rmdir ../gone1 && "$NODE" -e "throw 1"', 1, { files: true });
  same('process.exitCode that is no number', ['-e', 'process.exitCode = "x"'], 1);
  same('process.exitCode as text', ['-e', 'process.exitCode = "3"'], 3);
  for (const code of [0, 1, 13, 128, 255, 256, -1]) {
    same(`process.exit(${code})`, ['-e', `process.exit(${code})`], code & 255);
  }
  same('process.reallyExit', ['-e', 'process.reallyExit(12)'], 12);
  same('an exit code set by an exit handler', ['-e', 'process.on("exit", () => { process.exitCode = 9 })'], 9);
  same('an assertion', ['-e', 'require("assert").deepEqual({ a: 1 }, { a: 2 })'], 1);
  same('console.assert, trace and table',
       ['-e', 'console.assert(false, "so"); console.table([{ a: 1 }]); console.group(); console.dir([1]); console.warn("w")'], 0);
}
