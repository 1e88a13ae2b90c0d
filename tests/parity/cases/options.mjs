// node's options, as arguments and in NODE_OPTIONS.
export default function table(same) {
  for (const options of [['-v'], ['--version'], ['-h'], ['--v8-options']]) {
    // `nodehost --version` and `--help` are node's, too.
    same(`prints: ${options.join(' ')}`, options, 0);
  }
  same('prints: --help', ['--help'], 0);
  same('prints, behind another option', ['--no-warnings', '--version'], 0);
  for (const wrong of ['--no-such', '-x', '--eval', '--print --check', '--require', '--import=',
                       '--input-type=strange', '--stack-trace-limit', '--inspect-port=abc',
                       '--max-http-header-size=x', '--unhandled-rejections', '--no-version',
                       '--experimental-default-type=x', '--dns-result-order=x', '--icu-data-dir=',
                       '--security-revert=none', '--tls-min-v1.0=3', '--test-concurrency=x',
                       '--trace-require-module=x', '--heapsnapshot-signal=x',
                       '--disable-proto=x', '--env-file', '--conditions', '--title',
                       '--use-openssl-ca --use-bundled-ca', '--build-snapshot', '--experimental-sea-config',
                       '--heap-prof-name=a', '--cpu-prof-name=a', '--cpu-prof-interval=4', '--inspect=0.0.0.0:99999']) {
    same(`refused or not: ${wrong}`, `"$NODE" ${wrong} -e 0; echo $?`, 0,
         { scrub: [[/Debugger listening[^\n]*\n|For help, see[^\n]*\n/g, '']], files: () => '' });
  }
  same('an option with underscores', ['--stack_trace_limit=3', '-p', 'Error.stackTraceLimit'], 0);
  // Its Worker has the heap that node's own snapshot, or another one, would not fit in.
  for (const option of ['--no-node-snapshot', '--no_node_snapshot']) {
    same(option, [option, '-e', `
      const { Worker } = require('worker_threads');
      new Worker('setInterval(() => {}, 1)', { eval: true, resourceLimits: { maxYoungGenerationSizeMb: 0, maxOldGenerationSizeMb: 0 } })
        .on('error', ({ code }) => console.log(code));`], 0);
  }
  same('an option said twice', ['--no-warnings', '--warnings', '-e', 'process.emitWarning("w")'], 0);
  same('-- ends the options', ['--', 'show.js', '--version'], 0);
  same('-pe', ['-pe', '1 + 1'], 0);
  same('-p of a promise', ['-p', 'Promise.resolve(4)'], 0);
  same('-p of nothing', ['-p'], 0);
  same('-p of undefined', ['-p', 'undefined'], 0);
  same('-p of text', ['-p', '"äöü €"'], 0);
  same('-p of a symbol', ['-p', 'Symbol("s")'], 0);
  same('-p with an error', ['-p', 'a.b.c'], 1);
  same('-p with a syntax error', ['-p', 'let let'], 1);
  same('-e with arguments', ['-e', 'console.log(process.argv.slice(1))', 'a', '--b', '--', '-c'], 0);
  same('-e with an import statement', ['-e', 'import { sep } from "path"; console.log(sep)'], 0);
  same('-e with import()', ['-e', 'import("./exported.mjs").then((m) => console.log(m.default))'], 0);
  same('-e with top-level await', ['-e', 'console.log(await 6)'], 0);
  same('-e in strict mode', ['--use_strict', '-e', 'undeclared = 1'], 1);
  same('-e with require of a file', ['-p', 'require("./data.json").number'], 0);
  same('-e builtins as globals', ['-p', 'typeof fs + typeof path + typeof util'], 0);
  same('--input-type=commonjs', ['--input-type=commonjs', '-p', 'typeof require'], 0);
  same('--input-type=module and -p', ['--input-type=module', '-p', '1'], 1);
  same('--input-type=commonjs-typescript', ['--experimental-strip-types', '--input-type=commonjs-typescript', '-e', 'const a: number = 1; console.log(a)'], 0);
  same('--input-type with a file', ['--input-type=module', 'show.mjs'], 1);
  same('-c of a module', ['-c', 'show.mjs'], 0);
  same('-c of a broken module', ['-c', 'broken.mjs'], 1);
  same('-c of what is not there', ['-c', 'absent.js'], 1);
  same('-c of standard input', ['-c'], 1, { input: 'let = let let' });
  same('-c of good standard input', ['-c', '-'], 0, { input: 'let a = 1' });
  same('-c and -e', ['-c', '-e', '1'], 9);
  same('-r twice', ['-r', './preload.cjs', '-r', './named.cjs', '-p', '1'], 0);
  same('-r of a built-in', ['-r', 'fs', '-p', '1'], 0);
  same('-r of what is not there', ['-r', './absent', '-p', '1'], 1);
  same('-r of what throws', ['-r', './throws.js', '-p', '1'], 1);
  same('--import of what throws', ['--import', './throws.mjs', '-p', '1'], 1);
  same('--import of what is not there', ['--import', './absent.mjs', '-p', '1'], 1);
  same('--import and -r', ['--import', './preload.mjs', '-r', './preload.cjs', 'show.js'], 0);
  same('--import of data', ['--import', 'data:text/javascript,console.log(7)', '-e', 'console.log(8)'], 0);
  same('--import of a folder', ['--import', './', '-p', '1'], 1);
  same('--experimental-loader', ['--experimental-loader', 'data:text/javascript,', '-p', '1'], 0);
  same('-C', ['-C', 'special', '-p', 'process.execArgv'], 0);
  same('--title', ['--title=mine', '-p', 'process.title'], 0);
  same('--expose-gc', ['--expose-gc', '-p', 'typeof gc'], 0);
  same('--expose-internals', ['--expose-internals', '-p', 'typeof require("internal/util")'], 0);
  same('--frozen-intrinsics', ['--frozen-intrinsics', '-p', 'Object.isFrozen(Array.prototype)'], 0);
  same('--disable-proto=delete', ['--disable-proto=delete', '-p', '({}).__proto__'], 0);
  same('--disable-proto=throw', ['--disable-proto=throw', '-p', '({}).__proto__'], 1);
  same('--disallow-code-generation-from-strings', ['--disallow-code-generation-from-strings', '-e', 'eval("1")'], 1);
  same('--no-addons', ['--no-addons', '-e', 'process.dlopen({ exports: {} }, "x")'], 1);
  same('--no-global-search-paths', ['--no-global-search-paths', '-p', 'module.paths.length > 0'], 0);
  same('--preserve-symlinks', ['--preserve-symlinks', '--preserve-symlinks-main', 'show.js'], 0);
  same('--max-http-header-size', ['--max-http-header-size=1234', '-p', 'http.maxHeaderSize'], 0);
  same('--max-old-space-size', ['--max-old-space-size=77', '-p', 'v8.getHeapStatistics().heap_size_limit >> 20'], 0);
  same('--stack-size', ['--stack-size=300', 'deep-recursion.js'], 0);
  same('--jitless', ['--jitless', '-p', 'typeof WebAssembly'], 0, { scrub: [[/^.*Warning.*\n/gm, '']] });
  same('--harmony', ['--harmony', '-p', '1'], 0);
  same('--zero-fill-buffers', ['--zero-fill-buffers', '-p', 'Buffer.allocUnsafe(4)'], 0);
  same('--tls-min-v1.3', ['--tls-min-v1.3', '-p', 'tls.DEFAULT_MIN_VERSION'], 0);
  same('--interpreted-frames-native-stack', ['--interpreted-frames-native-stack', '-p', '1'], 0);
  same('--no-experimental-fetch', ['--no-experimental-fetch', '-p', 'typeof fetch'], 0);
  same('--no-experimental-websocket', ['--no-experimental-websocket', '-p', 'typeof WebSocket'], 0);
  same('--experimental-eventsource', ['--experimental-eventsource', '-p', 'typeof EventSource'], 0);
  same('--no-experimental-global-navigator', ['--no-experimental-global-navigator', '-p', 'typeof navigator'], 0);
  same('--experimental-default-type=module', ['--experimental-default-type=module', 'waits.mjs'], 0);
  same('--experimental-vm-modules', ['--experimental-vm-modules', '-p', 'typeof vm.SourceTextModule'], 0);
  same('--experimental-webstorage', ['--experimental-webstorage', '--localstorage-file=ls', '-p', 'localStorage.setItem("a", "b"); localStorage.a'], 0, { files: () => '' });
  same('--experimental-print-required-tla', ['--experimental-print-required-tla', 'requires-waiting-esm.cjs'], 1);
  same('--no-experimental-require-module', ['--no-experimental-require-module', 'requires-esm.cjs'], 1);
  same('--trace-sync-io', ['--trace-sync-io', '-e', 'setImmediate(() => fs.statSync("."))'], 0,
       { scrub: [[/\(node:\d+\)/g, ''], [/ at .*node:.*\n/g, '']] });
  same('--trace-event-categories', ['--trace-event-categories', 'node.perf', 'traced.mjs'], 0,
       { files: (text) => JSON.parse(text).traceEvents.map((e) => e.name).filter((n) => /mark|measure|one|two|both/.test(n)).sort() });
  same('--trace-event-categories with a file name',
       ['--trace-event-categories', 'v8,node,node.async_hooks', '--trace-event-file-pattern', 'mine-${rotation}.json', '-e', 'setTimeout(() => {}, 1)'], 0,
       { files: (text) => JSON.parse(text).traceEvents.length > 10 });
  same('--trace-event-categories and process.exit',
       ['--trace-event-categories', 'node.bootstrap', '-e', 'process.exit(3)'], 3,
       { files: (text) => JSON.parse(text).traceEvents.filter((e) => e.cat?.includes('bootstrap')).map((e) => e.name).sort() });
  same('--trace-event-categories and an uncaught error',
       ['--trace-event-categories', 'node.bootstrap', 'throws.js'], 1,
       { files: (text) => JSON.parse(text).traceEvents.length > 3 });
  same('--trace-event-categories in NODE_OPTIONS', ['-p', '1'], 0,
       { env: { NODE_OPTIONS: '--trace-event-categories=v8' }, files: (text) => JSON.parse(text).traceEvents.length > 0 });
  same('trace_events from JavaScript', ['trace-events.js'], 0, { files: (text) => JSON.parse(text).traceEvents.length >= 0 });
  same('--cpu-prof', ['--cpu-prof', 'show.js'], 0, { files: (text) => Object.keys(JSON.parse(text)).sort(),
       scrub: [] });
  same('--cpu-prof with a name', ['--cpu-prof', '--cpu-prof-name=mine.cpuprofile', '-e', 'process.exit(3)'], 3,
       { files: (text) => Object.keys(JSON.parse(text)).sort() });
  same('--cpu-prof and an uncaught error', ['--cpu-prof', '--cpu-prof-name=mine.cpuprofile', 'throws.js'], 1,
       { files: (text) => Object.keys(JSON.parse(text)).sort() });
  same('--heap-prof', ['--heap-prof', '--heap-prof-name=mine.heapprofile', 'show.js'], 0,
       { files: (text) => Object.keys(JSON.parse(text)).sort() });
  same('--prof', ['--prof', '--logfile=v8.log', '--no-logfile-per-isolate', '-p', '1'], 0, { files: () => '' });
  same('NODE_V8_COVERAGE', ['show.js'], 0, { env: { NODE_V8_COVERAGE: 'coverage' } , files: false });
  same('--heapsnapshot-signal', ['--heapsnapshot-signal=SIGUSR2', '-e', 'process.kill(process.pid, "SIGUSR2"); setTimeout(() => {}, 300)'], 0,
       { files: (text) => JSON.parse(text).snapshot.meta.node_fields.length });
  same('--report-uncaught-exception',
       ['--report-uncaught-exception', '--report-filename=r.json', 'report-on-error.js'], 1,
       { files: (text) => { const r = JSON.parse(text); return [r.header.event, r.header.trigger, r.javascriptStack.message, Object.keys(r)]; } });
  same('--report-on-signal', ['--report-on-signal', '--report-filename=r.json', '-e', 'process.kill(process.pid, "SIGUSR2"); setTimeout(() => {}, 300)'], 0,
       { files: (text) => JSON.parse(text).header.trigger });
  same('--report-compact', ['--report-compact', '-e', 'console.log(process.report.compact, process.report.signal)'], 0);
  same('process.report', ['reports.js'], 0, { files: true });
  same('--permission', ['--permission', '--allow-fs-read=.', 'permissions.js'], 0, { scrub: [[/SecurityWarning.*\n/g, '']] });
  same('--permission without the script', ['--permission', 'permissions.js'], 0);
  same('--permission and child processes', ['--permission', '--allow-fs-read=*', '--allow-child-process', 'permissions.js'], 0);
  same('--permission and workers', ['--permission', '--allow-fs-read=*', '--allow-worker', '-p', 'process.permission.has("worker")'], 0);
  same('--allow-fs-read alone', ['--allow-fs-read=*', '-p', '1'], 1);
  same('--env-file twice', ['--env-file=variables.env', '--env-file=variables.env', '-p', 'process.env.FROM_FILE'], 0);
  same('--env-file-if-exists', ['--env-file-if-exists=absent.env', '-p', '1'], 0);
  same('process.loadEnvFile', ['-p', 'process.loadEnvFile("variables.env"); process.env.FROM_FILE'], 0);
  same('process.loadEnvFile of nothing', ['-e', 'process.loadEnvFile("absent")'], 1);
  same('util.parseEnv', ['-p', 'util.parseEnv("A=1\\nB=\\"2\\"")'], 0);
  same('--run with arguments', ['--run', 'greet', '--', 'more'], 0);
  same('--watch that is not told what', ['--watch'], 9);
  same('--watch and -c', ['--watch', '-c', 'show.js'], 9);
  same('--watch of a script', 'timeout -s TERM 6 "$NODE" --watch show.js; true', 0,
       { scrub: [[/\u001b\[[^m]*m|\u001bc/g, '']] });
  same('--watch starts a script anew that has changed', `echo 'console.log("before")' > w.js; touch out;
    ("$NODE" --watch w.js & echo $! > pid; wait) > out 2>&1 &
    until grep -q before out || [ $((i += 1)) -gt 200 ]; do sleep 0.05; done;
    until grep -q after out || [ $((j += 1)) -gt 20 ]; do echo 'console.log("after")' > w.js; sleep 1; done;
    kill $(cat pid); grep -qx after out && echo anew`, 0, { files: () => '' });
  same('the history of a REPL in a terminal',
       `(sleep 1; printf '1 + 1\nlet two = 2\n.exit\n') | script -qec '"$NODE" -i' /dev/null > screen;
        grep -q 'two = 2' screen && cat history`, 0,
       { env: { NODE_REPL_HISTORY: 'history', TERM: 'xterm' }, files: () => '' });
  same('inspect: a session', `w() { until grep -q "$1" out || [ $((i += 1)) -gt 600 ]; do sleep 0.05; done; }; touch out;
    (w 'Break on start'; echo c; w 'to disconnect'; echo .exit) |
    timeout 30 "$NODE" inspect --port=0 show.js > out; grep -o 'Break on start in show.js:1' out`, 0,
       { files: () => '' });
  same('--inspect-brk is refused a bad port', ['--inspect=70000', '-p', '1'], 9);
  same('inspector', ['inspects.js'], 0);
  same('inspect without a script', ['inspect'], 9, { scrub: [[/^[\s\S]*$/, '']] });
  same('--inspect=0', ['--inspect=0', '-p', 'require("inspector").url().slice(0, 15)'], 0,
       { scrub: [[/ws:\S+/g, '<url>']] });
  same('--test-only and a name pattern', ['--test', '--test-reporter=spec', '--test-name-pattern=adds', 'tests.mjs'], 0);
  for (const reporter of ['spec', 'tap', 'dot', 'junit', 'lcov']) {
    same(`--test-reporter=${reporter}`, ['--test', `--test-reporter=${reporter}`, 'tests.mjs'], 0,
         { scrub: [[/time="[\d.]+"/g, ''], [/timestamp="[^"]*"/g, ''], [/hostname="[^"]*"/g, '']] });
  }
  same('tests without --test', ['tests.mjs'], 0);
  same('--test with coverage', ['--test', '--experimental-test-coverage', '--test-reporter=tap', 'covered.mjs'], 0);
  same('--test of a test that takes too long', ['--test', '--test-reporter=tap', 'times-out.test.mjs'], 1);
  same('--test of nothing', ['--test', 'absent.mjs'], 1);
  same('--test --test-shard', ['--test', '--test-shard=1/2', '--test-reporter=tap', 'passes.test.mjs', 'tests.mjs'], 0);
  same('--test --experimental-test-isolation=none', ['--test', '--experimental-test-isolation=none', '--test-reporter=tap', 'passes.test.mjs'], 0);
  for (const [name, options] of Object.entries({
    'with quotes': '--require "./preload.cjs"', 'that are not allowed': '--check',
    'that are not allowed: -p': '-p', 'that is unfinished': '--require "./preload',
    'with two': '--no-warnings --stack-trace-limit=4', 'with -r': '-r ./preload.cjs',
    'of V8': '--max-old-space-size=64', 'that prints': '--version',
    'with a script': 'show.js', 'with --test': '--test-only' })) {
    same(`NODE_OPTIONS ${name}`, `"$NODE" -e "console.log(process.execArgv, Error.stackTraceLimit)"; echo $?`, 0,
         { env: { NODE_OPTIONS: options } });
  }
  for (const env of [{ NODE_NO_WARNINGS: '1' }, { NODE_PENDING_DEPRECATION: '1' }, { NODE_DISABLE_COLORS: '1' },
                     { FORCE_COLOR: '1' }, { NO_COLOR: '1' }, { NODE_DEBUG: 'timers,nothing' }, { NODE_PATH: '.' },
                     { NODE_ICU_DATA: '' }, { TZ: 'Asia/Tokyo' }, { LANG: 'de_DE.UTF-8' }, { NODE_EXTRA_CA_CERTS: '/absent' },
                     { NODE_REPL_HISTORY: '' }, { NODE_TLS_REJECT_UNAUTHORIZED: '0' }, { UV_THREADPOOL_SIZE: '2' },
                     { NODE_COMPILE_CACHE: './compile-cache' }, { NODE_PRESERVE_SYMLINKS: '1' },
                     { NODE_REDIRECT_WARNINGS: '/dev/null' }, { NODE_DEBUG_NATIVE: '' }, { NODE_SKIP_PLATFORM_CHECK: '1' },
                     { HOME: '/absent' }, { PATH: '' }]) {
    const [[name, value]] = Object.entries(env);
    same(`the variable ${name}=${value}`,
         ['-e', 'console.log([1, "a"], new Date(0).toString()); process.emitWarning("w"); new Buffer(1); console.log(util.inspect({ a: 1 }, { colors: process.stdout.hasColors?.() }))'], 0,
         { env, scrub: [[/TIMERS \d+/g, 'TIMERS'], [/\d+(\.\d+)?ms|: \d+/g, '<n>']] });
  }
}
