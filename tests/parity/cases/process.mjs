// What a script sees of its process and of its modules.
export default function table(same) {
  for (const expression of [
    'process.version', 'process.versions', 'process.release', 'process.arch + process.platform',
    'Object.keys(process.config)', 'process.argv0', 'process.execPath', 'process.argv.length', 'process.execArgv',
    'process.title', 'process.debugPort', 'process.exitCode', 'Object.keys(process).sort().join()',
    'Object.getOwnPropertyNames(Object.getPrototypeOf(process)).sort().join()',
    'process.allowedNodeEnvironmentFlags.size', 'process.features', 'process.umask().toString(8)',
    'process.getuid() + process.getgid() + process.geteuid() + process.getegid()', 'process.getgroups()',
    'Object.keys(process.memoryUsage())', 'Object.keys(process.resourceUsage())',
    'process.constrainedMemory() > 0', 'process.availableMemory() > 0', 'typeof process.cpuUsage().user',
    'process.hrtime().length', 'typeof process.hrtime.bigint()', 'process.uptime() < 5',
    'process.emitWarning.length', 'process.stdin.constructor.name', 'process.stdout.constructor.name',
    'process.stderr.constructor.name', 'process.stdout.fd + process.stderr.fd', 'process.stdout.writableHighWaterMark',
    'process.stdin.isTTY', 'process.connected', 'typeof process.send', 'process.channel', 'process.noDeprecation',
    'process.report.directory', 'process.finalization !== undefined', 'process.sourceMapsEnabled',
    'process.permission', 'typeof process.binding', 'process.getActiveResourcesInfo()',
    'process.moduleLoadList.length > 10', 'process.getBuiltinModule("fs") === fs', 'process.domain',
    'process.listenerCount("SIGINT")', 'process.eventNames()', 'process.getMaxListeners()',
    'Object.keys(process.env).includes("NODE_OPTIONS")', 'Object.keys(process.env).filter((n) => /^NODE|^npm/.test(n))',
    'require.main', 'module.id + module.filename', 'module.paths.length > 0', '__dirname', 'require.resolve.paths("x").length > 0',
    'module.children', 'Object.keys(require.cache)', 'Object.keys(require.extensions)', 'arguments.length', 'this === globalThis',
    'require("module").builtinModules.join()', 'require("module").globalPaths.length', 'require("module").isBuiltin("node:sea")',
    'require("sea")', 'require("node:sea").isSea()', 'require("node:sqlite")', 'Object.keys(os.constants.signals).join()',
    'v8.getHeapStatistics().number_of_native_contexts', 'v8.cachedDataVersionTag() > 0', 'v8.startupSnapshot.isBuildingSnapshot()',
    'Object.keys(v8.getHeapStatistics()).join()', 'worker_threads.isMainThread', 'worker_threads.threadId',
    'worker_threads.resourceLimits', 'async_hooks.executionAsyncId()', 'perf_hooks.performance.nodeTiming.name',
    'Object.keys(perf_hooks.performance.nodeTiming.toJSON())', 'crypto.getFips()', 'crypto.getCiphers().length', 'tls.rootCertificates.length',
    'http.METHODS.length', 'Intl.DateTimeFormat().resolvedOptions().locale', 'new Intl.ListFormat("de").format(["a", "b"])',
    '"ß".localeCompare("ss", "de")', 'new Date(2020, 0).toLocaleString("ja")', 'navigator.userAgent', 'navigator.language',
    'Object.getOwnPropertyNames(globalThis).length', 'Object.getOwnPropertyNames(console).join()', 'util.inspect(globalThis, { depth: 0 })',
    'Error.stackTraceLimit', 'new Error("x").stack.split("\\n").length', 'structuredClone.toString()', 'fetch.toString().length',
    'util.types.isExternal(process)', 'String(Buffer.poolSize)', 'buffer.constants', 'fs.constants.O_CREAT', 'dns.getServers().length > 0',
    'path.resolve(".")', 'process.cwd() === __dirname', 'url.pathToFileURL("a b").href', 'require("punycode").version',
    'cluster.isPrimary', 'repl.builtinModules.length', 'zlib.constants.Z_BEST_SPEED', 'wasi', 'inspector.url()', 'diagnostics_channel.channel("x").hasSubscribers',
    'Atomics.waitAsync.name', 'typeof SharedArrayBuffer', 'typeof gc', '[1, 2, 3].toSorted().with(0, 9)', 'Iterator.prototype.constructor.name', 'new Set([1]).union(new Set([2]))',
    'timers.setTimeout === setTimeout', 'require("timers").promises.scheduler.constructor.name', 'events.defaultMaxListeners', 'stream.getDefaultHighWaterMark()',
    'string_decoder.StringDecoder.name', 'net.getDefaultAutoSelectFamily()', 'dgram.createSocket.length', 'http2.constants.NGHTTP2_SESSION_SERVER', 'https.globalAgent.options',
  ]) {
    same(`-p ${expression}`, `"$NODE" -p '${expression}' 2>&1; echo $?`, 0,
         { scrub: [[/\(node:\d+\)/g, '']] });
  }
  for (const script of ['order.js', 'order.mjs', 'unref.js', 'signals.js', 'promise-hooks.js', 'web-streams.mjs', 'crypto.mjs',
                        'zlib.mjs', 'sqlite.mjs', 'vm.js', 'spawns-kinds.js', 'forks-kinds.js', 'fork-silent.js',
                        'cluster-http.js', 'worker-kinds.mjs', 'worker-terminate.mjs', 'worker-out-of-memory.mjs',
                        'imports-json.mjs', 'typed.ts', 'typed.mts', 'cycle-a.cjs', 'imports-named.mjs', 'requires-esm.cjs',
                        'resolves.mjs', 'hooks.mjs', 'async-hooks-register.mjs', 'deep-recursion.js']) {
    same(`the script ${script}`, [script], 0);
  }
  same('the script requires-waiting-esm.cjs', ['requires-waiting-esm.cjs'], 1);
  same('the script imports-wasm.mjs', ['--experimental-wasm-modules', 'imports-wasm.mjs'], 0, { files: true });
  same('the script imports-wasm.mjs without the option', ['imports-wasm.mjs'], 0, { files: true });
  same('--experimental-strip-types', ['--experimental-strip-types', 'typed.ts'], 0);
  same('--no-experimental-strip-types', ['--no-experimental-strip-types', 'typed.ts'], 1);
  same('--experimental-transform-types', ['--experimental-transform-types', 'typed-wrong.ts'], 0);

  // Called "node", by a symbolic link, all is node's.
  const link = 'ln -s "$NODE" node && PATH="$PWD:$PATH" && ';
  same('called node: process.title', `${link} node -p "process.title + process.argv0"`, 0, { files: () => '' });
  same('called node: --version', `${link} node --version`, 0, { files: () => '' });
  same('called node: a script named run', `${link} echo 'console.log(5)' > run && node run`, 0, { files: () => '' });
  same('called node: a script named info', `${link} node info`, 1, { files: () => '' });
  same('called node: an unknown option', `${link} node --no-such`, 9, { files: () => '' });
  same('called node: it forks', `${link} node forks.js`, 0, { files: () => '' });
  same('started by PATH', `${link} node -p "process.execPath === fs.realpathSync('node')"`, 0, { files: () => '' });
  same('a script with #!',
       `${link} printf '#!/usr/bin/env node\\nconsole.log(process.argv.length)' > s && chmod +x s && ./s a b`, 0, { files: () => '' });
  same('a script by a link', 'ln -s show.js l.js && "$NODE" l.js', 0, { files: () => '' });
  same('a script in a folder with index.js', 'mkdir d && echo "console.log(__filename)" > d/index.js && "$NODE" d', 0, { files: (_, name) => name });
  same('a script given without .js', ['show'], 0);
  same('a script by an absolute path', '"$NODE" "$PWD/show.js"', 0);
  same('a script by a URL', '"$NODE" "file://$PWD/show.mjs"', 1);
  same('a script with an odd name', `printf 'console.log(__filename)' > 'a b%20#ä.js' && "$NODE" 'a b%20#ä.js'`, 0, { files: () => '' });
  same('an empty script', ': > empty.js && "$NODE" empty.js', 0, { files: () => '' });
  same('a script with a byte-order mark', `printf '\\357\\273\\277console.log(1)' > bom.js && "$NODE" bom.js`, 0, { files: () => '' });
  same('a script that may not be read', 'echo 1 > p.js && "$NODE" ./p.js/x', 1, { files: () => '' });
  same('a folder that is gone', 'mkdir g && cd g && rmdir ../g && "$NODE" -p 1', 0, { files: () => '' });
  same('a folder that is gone, with a script', 'mkdir g && s="$PWD/show.js" && cd g && rmdir ../g && "$NODE" "$s"', 0, { files: () => '' });
  same('a folder that is gone, with a preload', 'mkdir g && s="$PWD/preload.cjs" && cd g && rmdir ../g && "$NODE" -r "$s" -p 1', 0, { files: () => '' });
  same('a folder that is gone, with the REPL', 'mkdir g && cd g && rmdir ../g && echo 1+1 | "$NODE" -i', 0, { files: () => '' });
  same('process.cwd of a folder that is gone', 'mkdir g && cd g && rmdir ../g && "$NODE" -p "process.cwd()"', 1, { files: () => '' });

  // Start-up snapshots and single executables.
  same('--build-snapshot', '"$NODE" --snapshot-blob s.blob --build-snapshot snapshot-entry.js && "$NODE" --snapshot-blob s.blob a b', 0, { files: () => '' });
  same('--build-snapshot without a main function', '"$NODE" --snapshot-blob s.blob --build-snapshot snapshot-plain.js && "$NODE" --snapshot-blob s.blob uses-snapshot.js', 0, { files: () => '' });
  same('--build-snapshot of what throws', '"$NODE" --snapshot-blob s.blob --build-snapshot throws.js', 1, { files: () => '' });
  same('--build-snapshot of nothing', ['--build-snapshot'], 9);
  same('--build-snapshot-config', `echo '{"script":"snapshot-plain.js"}' > c.json && "$NODE" --build-snapshot-config c.json && "$NODE" --snapshot-blob snapshot.blob uses-snapshot.js`, 1, { files: () => '' });
  same('--snapshot-blob that is none', '"$NODE" --snapshot-blob show.js show.js', 134, { nativeStack: true });
  same('--snapshot-blob that is absent', '"$NODE" --snapshot-blob absent.blob show.js', 14);
  same('--experimental-sea-config', '"$NODE" --experimental-sea-config sea.json', 0, { files: () => '' });
  same('a single executable', '"$NODE" --experimental-sea-config sea.json && "$NODE" put-in.mjs "$NODE" sea.blob app && ./app --version', 0, { files: true });
  same('--experimental-sea-config of what is not there', '"$NODE" --experimental-sea-config sea-bad.json; "$NODE" --experimental-sea-config absent.json', 1, { files: () => '' });
}
