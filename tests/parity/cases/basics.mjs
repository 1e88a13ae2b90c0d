// Scripts, exits, errors, options, standard input, processes, signals.
//
//   same(name, arguments or a shell line, exit code or signal, { env, input, kill, files, scrub })
export default function table(same) {
  same('a CommonJS script', ['show.js', 'one', '--two'], 0);
  same('a .cjs script', ['show.cjs'], 0);
  same('an ES module', ['show.mjs', 'one'], 0);
  same('an ES module by its syntax', ['module-syntax.js'], 0);
  same('a script without extension', ['./plain'], 0);
  same('a folder without a script', ['.'], 1);
  same('top-level await', ['waits.mjs'], 0);
  same('top-level await that is never settled', ['never.mjs'], 13);
  same('node options before a script', ['--no-warnings', '--expose-gc', 'show.js', '-x'], 0);
  same('V8 options', ['--stack-trace-limit=2', '-p', 'Error.stackTraceLimit'], 0);

  same('process.exit with a code', ['-e', 'process.exit(7)'], 7);
  same('process.exit with process.exitCode', ['-e', 'process.exitCode = 5; process.exit()'], 5);
  same('process.exitCode', ['-e', 'process.exitCode = 6'], 6);
  same('process.exit in a timer',
       ['-e', 'setTimeout(() => process.exit(4), 1); setInterval(() => {}, 9)'], 4);
  same('process.exit in a tick', ['-e', 'process.nextTick(() => process.exit(4))'], 4);
  same('process.exit in a promise', ['-e', 'Promise.resolve().then(() => process.exit(4))'], 4);
  same('process.exit in an exit handler', ['-e', 'process.on("exit", () => process.exit(8))'], 8);
  same('process.exit in an ES module', ['exits.mjs'], 9);
  same('process.exit with output before it',
       ['-e', 'console.log("a"); console.error("b"); process.exit(0)'], 0);
  same('beforeExit and exit events', ['events.js'], 0);
  same('work begun in beforeExit', ['again.js'], 0);

  same('an uncaught error', ['throws.js'], 1);
  same('an uncaught error in an ES module', ['throws.mjs'], 1);
  same('an uncaught error in a timer',
       ['-e', 'setTimeout(() => { throw new RangeError("late") }, 1)'], 1);
  same('something thrown that is no error', ['-e', 'throw { a: 1 }'], 1);
  same('an unhandled rejection', ['-e', 'Promise.reject(new Error("rejected"))'], 1);
  same('an unhandled rejection of no error', ['-e', 'Promise.reject(undefined)'], 1);
  same('an unhandled rejection as a warning',
       ['--unhandled-rejections=warn', '-e', 'Promise.reject(1)'], 0);
  same('an error in an uncaughtException handler',
       ['-e', 'process.on("uncaughtException", () => { throw 2 }); throw 1'], 7);
  same('an uncaughtException handler',
       ['-e', 'process.on("uncaughtException", (e) => console.log(e)); throw 1'], 0);
  same('a syntax error', ['broken.js'], 1);
  same('a syntax error in an ES module', ['broken.mjs'], 1);
  same('a missing script', ['missing.js'], 1);
  same('a missing module', ['-e', 'require("./missing")'], 1);
  same('a missing import', ['imports-missing.mjs'], 1);
  same('an unknown option', ['--no-such-option', 'show.js'], 9);
  same('an option without its argument', ['--require'], 9);
  same('warnings', ['-e', 'process.emitWarning("careful"); new Buffer(1)'], 0);

  same('-e', ['-e', 'console.log(__filename, typeof require, process.argv.length)', 'more'], 0);
  same('-p', ['-p', '[1, { a: 2 }]'], 0);
  same('-e without code', ['-e'], 9);
  same('--input-type=module',
       ['--input-type=module', '-e', 'console.log(await 1, import.meta.url)'], 0);
  same('--check of a good script', ['--check', 'show.js'], 0);
  same('--check of a broken script', ['--check', 'broken.js'], 1);
  same('--require', ['--require', './preload.cjs', 'show.js'], 0);
  same('--import', ['--import', './preload.mjs', 'show.mjs'], 0);
  same('--test', ['--test', '--test-reporter=tap', 'passes.test.mjs'], 0);
  same('--test with a failure',
       ['--test', '--test-reporter=tap', 'passes.test.mjs', 'fails.test.mjs'], 1);
  same('--env-file', ['--env-file=variables.env', '-p', 'process.env.FROM_FILE'], 0);
  same('--env-file that is missing', ['--env-file=missing.env', '-p', '1'], 9);
  same('--run', ['--run', 'greet'], 0);
  same('--run of a missing script', ['--run', 'missing'], 1);
  same('NODE_OPTIONS',
       ['-p', 'process.noDeprecation'], 0, { env: { NODE_OPTIONS: '--no-deprecation' } });
  same('NODE_OPTIONS that is bad', ['-p', '1'], 9, { env: { NODE_OPTIONS: '--no-such-option' } });
  same('-v', ['-v'], 0);
  same('-h', ['-h'], 0);
  same('--v8-options', ['--v8-options'], 0);

  same('a script from standard input', [], 0, { input: 'console.log("in", __filename)' });
  same('a script from -', ['-', 'one'], 0, { input: 'console.log(process.argv.slice(2))' });
  same('an ES module from standard input',
       ['--input-type=module', '-'], 0, { input: 'console.log(await 3)' });
  same('a script that reads standard input', ['reads.js'], 0, { input: 'äöü\n'.repeat(50_000) });
  same('a script that reads standard input at once',
       ['-p', 'require("fs").readFileSync(0, "utf8")'], 0, { input: 'text' });
  same('a script that ignores standard input', ['show.js'], 0, { input: 'text' });
  same('a megabyte of output', ['-e', 'process.stdout.write("x".repeat(1 << 20) + "\\n")'], 0);
  same('a megabyte of output in lines, then process.exitCode', ['prints.js'], 3);
  same('a megabyte to both outputs',
       ['prints-both.js'], 0);

  same('child_process.fork', ['forks.js'], 0);
  same('a child that exits with a code', ['forks.js', 'exit'], 0);
  same('spawn of process.execPath', ['spawns.js'], 0);
  same('worker_threads', ['workers.mjs'], 0);
  same('a Worker that throws', ['worker-throws.mjs'], 1);
  same('cluster', ['clusters.js'], 0);
  same('an http server and a client', ['serves.mjs'], 0);

  same('SIGTERM kills', ['ready.js'], 'SIGTERM', { kill: 'SIGTERM' });
  same('SIGINT kills', ['ready.js'], 'SIGINT', { kill: 'SIGINT' });
  same('SIGTERM with a handler', ['ready.js', 'SIGTERM'], 5, { kill: 'SIGTERM' });
  same('SIGINT with a handler', ['ready.js', 'SIGINT'], 5, { kill: 'SIGINT' });
  same('process.kill of itself',
       ['-e', 'setInterval(() => {}, 9); process.kill(process.pid, "SIGKILL")'], 'SIGKILL');
  same('process.abort', ['-e', 'require("v8"); process.abort()'], 'SIGABRT', { nativeStack: true });
  same('a heap that is full',
       ['--max-old-space-size=20', 'fills.js'], 'SIGABRT', { nativeStack: true });

  same('process.chdir, umask and title', ['process.js'], 0);
  same('versions', ['-p', 'JSON.stringify(process.versions)'], 0);
  same('features', ['-p', 'JSON.stringify({ ...process.features, cached_builtins: 0 })'], 0);
  same('globals', ['-p', 'Object.getOwnPropertyNames(globalThis).sort().join()'], 0);
  same('a WebAssembly module',
       ['-p', 'WebAssembly.validate(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0]))'], 0);
  same('Intl', ['-p', 'new Intl.NumberFormat("de").format(1234.5)'], 0);
}
