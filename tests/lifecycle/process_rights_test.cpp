// Rights that were taken away stay away: each known way round is tried, and each is first seen to
// work in an environment that has the right.
#include <doctest/doctest.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "support/attempt.hpp"

using test::InWorker;
using test::kModules;
using test::Try;

namespace {

// A file whose existence shows that code has run which was to be refused.
class Marker {
 public:
  Marker() { std::filesystem::remove(path_); }
  ~Marker() { std::filesystem::remove(path_); }
  bool Take() const { return std::filesystem::remove(path_); }
  std::string Definition() const { return "const marker = '" + path_ + "';"; }
  const std::string& path() const { return path_; }

 private:
  const std::string path_ =
      (std::filesystem::temp_directory_path() / ("nodehost-marker-" + std::to_string(getpid())))
          .string();
};

// Ways to start `touch`.
std::vector<std::string> WaysToAChild(const std::string& path) {
  const std::string touch = ".execFileSync('touch', ['" + path + "']);";
  const std::string raw = "{ file: 'touch', args: ['touch', '" + path +
                          "'], envPairs: ['PATH=' + process.env.PATH], stdio: [{ type: 'ignore' }, "
                          "{ type: 'ignore' }, { type: 'ignore' }] }";
  return {
      "require('child_process')" + touch,
      "require.main?.constructor; require('module')._load('child_process')" + touch,
      "process.getBuiltinModule('child_process')" + touch,
      "(await import('node:child_process'))" + touch,
      "const vm = require('vm'); (await new vm.Script(`import('child_process')`,"
      " { importModuleDynamically: vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER })"
      ".runInThisContext())" +
          touch,
      "require('vm').runInNewContext(`f.constructor('return process')()`, { f: () => {} })"
      ".getBuiltinModule('child_process')" +
          touch,
      "process.binding('spawn_sync').spawn(" + raw + ");",
      "const { Process } = process.binding('process_wrap'); const p = new Process();"
      "await new Promise((done) => { p.onexit = done; p.spawn(" +
          raw + "); });",
      "const { ChildProcess } = require('child_process'); const c = new ChildProcess();"
      "await new Promise((done) => { c.on('exit', done); c.spawn({ ..." +
          raw + ", stdio: 'ignore' }); });",
      "delete require.cache['child_process']; new (require('module'))('x')"
      ".require('child_process')" +
          touch,
      // Replaces built-in functions that the refusal could call, and puts them back for what
      // follows.
      "const { apply } = Reflect; const has = Function.prototype.call;"
      "Object.prototype.childProcesses = true; Object.prototype.rights = { childProcesses: true };"
      "Reflect.apply = (f, t, a) => apply(f, t, a); Function.prototype.call = function(t, ...a) {"
      " return apply(this, t, a); };"
      "try { require('child_process')" +
          touch +
          " } finally {"
          " delete Object.prototype.childProcesses; delete Object.prototype.rights;"
          " Reflect.apply = apply; Function.prototype.call = has; }",
      // A WebAssembly module that calls its one import: it has no other powers than JavaScript's.
      "const bytes = new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 2, 7, 1, 1, "
      "97,"
      " 1, 98, 0, 0, 8, 1, 0]); await WebAssembly.instantiate(bytes, { a: { b: () => {"
      " require('child_process')" +
          touch + " } } });",
      InWorker("require('child_process')" + touch),
      InWorker("process.binding('spawn_sync').spawn(" + raw + ")"),
      InWorker("require('internal/test/binding').internalBinding('spawn_sync').spawn(" + raw + ")",
               "execArgv: ['--expose-internals']"),
      // A module hook runs in a thread of node's own.
      "require('module').register(`data:text/javascript,import cp from 'child_process';"
      "cp" +
          touch + "`);",
  };
}

nh::Rights NoChildren() { return {.native_addons = false, .child_processes = false}; }

}  // namespace

TEST_CASE("process: no child processes, by whatever way") {
  const Marker marker;
  nh::NodejsPlatform platform;
  nh::Environment free_one =
      platform.CreateEnvironment({.base_dir = kModules, .process_binding = true});
  nh::Environment bound = platform.CreateEnvironment(
      {.base_dir = kModules, .process_binding = true, .rights = NoChildren()});
  for (const std::string& way : WaysToAChild(marker.path())) {
    CAPTURE(way);
    const std::string outcome = Try(free_one, way);
    CAPTURE(outcome);
    CHECK(marker.Take());
    Try(bound, way);
    CHECK_FALSE(marker.Take());
  }
}

TEST_CASE("process: what is refused says which right is missing") {
  nh::NodejsPlatform platform;
  nh::Environment node = platform.CreateEnvironment({.base_dir = kModules, .rights = NoChildren()});
  const nh::JsError error = test::ErrorOf(
      [&] { node.Run([](nh::Js& js) { js.Eval("require('child_process').spawn('true')"); }); });
  CHECK(error.code() == "ERR_ACCESS_DENIED");
  CHECK(error.message() ==
        "This environment has no right to do that: Rights::child_processes is false");
}

TEST_CASE("process: with a right gone, debuggers and V8's flags are refused") {
  nh::NodejsPlatform platform;
  nh::Environment node = platform.CreateEnvironment(
      {.base_dir = kModules, .process_binding = true, .rights = {.workers = false}});
  CHECK(Try(node, "new (require('inspector').Session)().connect()") == "ERR_ACCESS_DENIED");
  CHECK(Try(node, "require('inspector').open(0)") == "ERR_ACCESS_DENIED");
  CHECK(Try(node, "require('v8').setFlagsFromString('--allow-natives-syntax')") ==
        "ERR_ACCESS_DENIED");
  CHECK(Try(node, "process.binding('inspector').open(0)") == "ERR_ACCESS_DENIED");
}

TEST_CASE("process: no workers, nor module hooks") {
  nh::NodejsPlatform platform;
  nh::Environment node =
      platform.CreateEnvironment({.base_dir = kModules, .rights = {.workers = false}});
  CHECK(Try(node, "new (require('worker_threads').Worker)('1', { eval: true })") ==
        "ERR_ACCESS_DENIED");
  CHECK(Try(node, "require('module').register('data:text/javascript,')") == "ERR_ACCESS_DENIED");
}

TEST_CASE("process: no native addons, by whatever way") {
  const std::string path = NODEHOST_BUSY_ADDON;
  const std::vector<std::string> ways = {
      "require('" + path + "'); return 'loaded'",
      "process.dlopen({ exports: {} }, '" + path + "'); return 'loaded'",
      "require('module')._extensions['.node']({ exports: {} }, '" + path + "'); return 'loaded'",
      "return await new Promise((done) => new (require('worker_threads').Worker)("
      "`process.dlopen({ exports: {} }, '" +
          path +
          "');"
          " require('worker_threads').parentPort.postMessage('loaded')`, { eval: true })"
          ".on('message', done).on('error', (e) => done(e.code)))",
  };
  nh::NodejsPlatform platform;
  nh::Environment bound =
      platform.CreateEnvironment({.base_dir = kModules, .rights = {.native_addons = false}});
  for (const std::string& way : ways) {
    CAPTURE(way);
    CHECK(Try(bound, way) == "ERR_ACCESS_DENIED");
  }
  nh::Environment free_one = platform.CreateEnvironment({.base_dir = kModules});
  CHECK(Try(free_one, ways[0]) == "loaded");
}

TEST_CASE("process: no network, by whatever way") {
  const std::vector<std::string> ways = {
      "return await new Promise((done, fail) => require('net').connect(port, '127.0.0.1', () =>"
      " done('reached')).on('error', fail))",
      "return await new Promise((done, fail) => require('http').get({ port, host: '127.0.0.1' },"
      " () => done('reached')).on('error', fail))",
      "await fetch('http://127.0.0.1:' + port); return 'reached'",
      "const { TCP, TCPConnectWrap } = process.binding('tcp_wrap'); const request ="
      " new TCPConnectWrap(); return await new Promise((done) => { request.oncomplete = (status) =>"
      " done(status === 0 ? 'reached' : status);"
      " const code = new TCP(0).connect(request, '127.0.0.1', port); if (code !== 0) done(code); "
      "})",
      "return await new Promise((done, fail) => require('dgram').createSocket('udp4').on('error', "
      "fail).send('x', port,"
      " '127.0.0.1', (error) => done(error ? error.code : 'reached')))",
      "return await new Promise((done, fail) => require('net').createServer().on('error', fail)"
      ".listen(0, () => done('reached')))",
      "await require('dns').promises.lookup('localhost'); return 'reached'",
      "return await new Promise((done) => new (require('worker_threads').Worker)("
      "`require('net').connect(${port}, '127.0.0.1', () =>"
      " require('worker_threads').parentPort.postMessage('reached'))`, { eval: true })"
      ".on('message', done).on('error', (e) => done(e.code)))",
  };
  nh::NodejsPlatform platform;
  nh::Environment free_one =
      platform.CreateEnvironment({.base_dir = kModules, .process_binding = true});
  const std::string port =
      Try(free_one,
          "return await new Promise((done) => { const server ="
          " require('http').createServer((q, r) => r.end('x'));"
          " server.listen(0, '127.0.0.1', () => done(server.address().port)) })");
  nh::Environment bound = platform.CreateEnvironment(
      {.base_dir = kModules,
       .process_binding = true,
       .rights = {.native_addons = false, .child_processes = false, .network = false}});
  const std::string head = "const port = " + port + ";";
  for (const std::string& way : ways) {
    CAPTURE(way);
    CHECK(Try(free_one, head + way) == "reached");
    CHECK(Try(bound, head + way) != "reached");
  }
}

TEST_CASE("process: what the network refuses names the right that is missing") {
  nh::NodejsPlatform platform;
  nh::Environment node = platform.CreateEnvironment(
      {.base_dir = kModules,
       .rights = {.native_addons = false, .child_processes = false, .network = false}});
  const std::string missing =
      ": this environment has no right to the network, Rights::network is false";
  const auto error_of = [&](const std::string& promise) {
    return Try(node, "const e = await (" + promise +
                         ").catch((e) => e.cause ?? e); if (!e.stack.startsWith('Error: ' + "
                         "e.message + '\\n')) return e.stack; return e.code + ' ' + e.message");
  };
  const auto event = [](const std::string& emitter) {
    return "new Promise((done, fail) => " + emitter + ".on('error', fail))";
  };
  CHECK(error_of(event("require('net').connect(1, '127.0.0.1')"))
            .starts_with("EACCES connect EACCES 127.0.0.1:1"));
  CHECK(error_of(event("require('net').connect(1, '127.0.0.1')")).ends_with(missing));
  CHECK(
      error_of(event("require('http').createServer().listen(0, '127.0.0.1')")).ends_with(missing));
  CHECK(error_of(event("require('dgram').createSocket('udp4').bind(0, '127.0.0.1')"))
            .ends_with(missing));
  CHECK(error_of("require('dns').promises.lookup('localhost')") ==
        "EACCES getaddrinfo EACCES localhost" + missing);
  CHECK(error_of("new Promise((done, fail) => require('dns').resolve('localhost', fail))")
            .ends_with(missing));
  CHECK(error_of("fetch('http://127.0.0.1:8099')").ends_with(missing));
  CHECK(Try(node, InWorker("require('net').connect(1, '127.0.0.1').on('error', (e) =>"
                           " require('worker_threads').parentPort.postMessage(e.message))"))
            .ends_with(missing));
}

TEST_CASE("process: no environment variables but the overlay, in Workers too") {
  setenv("TEST_OF_HOST", "secret", 1);
  nh::NodejsPlatform platform;
  nh::Environment node = platform.CreateEnvironment(
      {.base_dir = kModules,
       .env = {{"TEST_MINE", "mine"}},
       .rights = {
           .native_addons = false, .child_processes = false, .environment_variables = false}});
  CHECK(Try(node, "return JSON.stringify(process.env)") == R"({"TEST_MINE":"mine"})");
  const auto in_worker = [&](const std::string& make) {
    return Try(node,
               "const { Worker, SHARE_ENV } = require('worker_threads');"
               "const code = `require('worker_threads').parentPort.postMessage("
               "JSON.stringify(process.env))`; return await new Promise((done, fail) => " +
                   make + ".on('message', done).on('error', fail))");
  };
  CHECK(in_worker("new Worker(code, { eval: true })") == R"({"TEST_MINE":"mine"})");
  CHECK(in_worker("new Worker(code, { eval: true, env: SHARE_ENV })") == R"({"TEST_MINE":"mine"})");
  CHECK(in_worker("new Worker(code, { eval: true, env: { A: '1' } })") == R"({"A":"1"})");
  // Node's own Worker class, which the one of the library derives from.
  CHECK(in_worker("new (Worker.prototype.constructor)(code, { eval: true, env: SHARE_ENV })")
            .find("secret") == std::string::npos);
}

TEST_CASE("process: reports, paths of the loader and internals do not tell the variables either") {
  setenv("TEST_OF_HOST", "secret", 1);
  setenv("NODE_PATH", "/secret", 1);
  nh::NodejsPlatform platform;
  nh::Environment free_one =
      platform.CreateEnvironment({.base_dir = kModules, .process_binding = true});
  nh::Environment bound = platform.CreateEnvironment(
      {.base_dir = kModules,
       .process_binding = true,
       .rights = {
           .native_addons = false, .child_processes = false, .environment_variables = false}});
  const std::string post = "require('worker_threads').parentPort.postMessage";
  for (const std::string& way : std::vector<std::string>{
           "return JSON.stringify(process.report.getReport())",
           "const f = '/tmp/nodehost-report-' + process.pid; process.report.writeReport(f);"
           "const fs = require('fs'); const text = fs.readFileSync(f, 'utf8'); fs.rmSync(f);"
           " return text",
           "const M = require('module'); M._initPaths(); return M.globalPaths.join()",
           InWorker(post + "(JSON.stringify(process.report.getReport()))"),
       }) {
    CAPTURE(way);
    CHECK(Try(free_one, way).find("secret") != std::string::npos);
    CHECK(Try(bound, way).find("secret") == std::string::npos);
  }
}

TEST_CASE("process: without network no group of hosts is joined") {
  nh::NodejsPlatform platform;
  const std::string join =
      "const s = require('dgram').createSocket('udp4'); const p = new Promise((done) =>"
      " s.on('error', (e) => done(e.code))); s.addMembership('224.0.0.114'); s.close();"
      " return 'joined'";
  nh::Environment node = platform.CreateEnvironment(
      {.base_dir = kModules,
       .rights = {.native_addons = false, .child_processes = false, .network = false}});
  CHECK(Try(node, join) == "EACCES");
  CHECK(Try(node, InWorker("try { require('dgram').createSocket('udp4').addMembership("
                           "'224.0.0.114') } catch (e) {"
                           " require('worker_threads').parentPort.postMessage(e.code) }")) ==
        "EACCES");
}

TEST_CASE("process: only the built-in modules on the list") {
  nh::NodejsPlatform platform;
  nh::Environment node = platform.CreateEnvironment(
      {.base_dir = kModules,
       .process_binding = true,
       .rights = {.builtins = std::vector<std::string>{"node:path", "module", "worker_threads"}}});
  CHECK(Try(node, "return require('node:path').basename('/a/b')") == "b");
  CHECK(Try(node, "return (await import('path')).basename('/a/b')") == "b");
  CHECK(Try(node, "require('fs')") == "MODULE_NOT_FOUND");
  CHECK(Try(node, "require('node:fs')") == "ERR_UNKNOWN_BUILTIN_MODULE");
  CHECK(Try(node, "await import('node:fs')") == "ERR_UNKNOWN_BUILTIN_MODULE");
  CHECK(Try(node, "require('module')._load('node:fs')") == "ERR_UNKNOWN_BUILTIN_MODULE");
  CHECK(Try(node, "return process.getBuiltinModule('fs')") == "undefined");
  CHECK(Try(node, "process.binding('fs')") == "ERR_ACCESS_DENIED");
  CHECK(Try(node,
            "return await new Promise((done) => new (require('worker_threads').Worker)("
            "`require('node:fs')`, { eval: true, execArgv: ['--expose-internals'] })"
            ".on('error', (e) => done(e.code)))") == "ERR_ACCESS_DENIED");
  CHECK(Try(node,
            "return await new Promise((done) => new (require('worker_threads').Worker)("
            "`require('node:fs')`, { eval: true })"
            ".on('error', (e) => done(e.code)))") == "ERR_UNKNOWN_BUILTIN_MODULE");
  // The library's own JavaScript does not depend on the list.
  CHECK(node.Run([](nh::Js& js) { return !js.Import("./geo.js").Is<std::string>(); }));
}

TEST_CASE("process: rights that another right would undo are refused, with their names") {
  nh::NodejsPlatform platform;
  const auto text_of = [&](nh::Rights rights) -> std::string {
    try {
      platform.CreateEnvironment({.base_dir = kModules, .rights = std::move(rights)});
    } catch (const std::exception& error) {
      return error.what();
    }
    return "";
  };
  CHECK(text_of({.network = false}) ==
        "Rights::network is false, but an addon would get round that: set Rights::native_addons to "
        "false as well.");
  CHECK(text_of({.native_addons = false, .network = false}) ==
        "Rights::network is false, but a child process would get round that: set "
        "Rights::child_processes to false as well.");
  CHECK(text_of({.native_addons = false, .write_files = {{kModules}}}) ==
        "Rights::write_files is given, but a child process would get round that: set "
        "Rights::child_processes to false as well.");
  CHECK_THROWS_WITH_AS(
      platform.CreateEnvironment({.rights = {.builtins = std::vector<std::string>{"node:pathh"}}}),
      doctest::Contains("has no built-in module \"pathh\""), nh::HostError);
}
