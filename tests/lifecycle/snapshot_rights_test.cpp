// The boundary of an environment holds for what a program's own snapshot brings along: code that
// ran before there was a boundary, and has kept functions of Node's since.
#include <doctest/doctest.h>

#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "support/attempt.hpp"
#include "support/lacks.hpp"
#include "support/temporary_folder.hpp"

using test::Try;

namespace {

namespace fs = std::filesystem;

// A program's snapshot whose entry file runs `code`, which may keep things in `kept`; and
// environments from it.
class Snapshot {
 public:
  explicit Snapshot(const std::string& code)
      : path_((folder_.Write("inside/readable.txt", "in"), folder_.Write("outside.txt", "out"),
               folder_.File("app.blob"))) {
    const std::string entry = folder_.Write(
        "inside/entry.js", "process.removeAllListeners('warning'); globalThis.kept = {};" + code);
    nh::WriteSnapshot({.output = path_, .entry = entry});
  }

  nh::NodejsPlatform& platform() {
    if (!platform_) platform_ = std::make_unique<nh::NodejsPlatform>(Options());
    REQUIRE(platform_->snapshot() == path_);
    return *platform_;
  }

  nh::Environment With(nh::Rights rights) {
    return platform().CreateEnvironment({.base_dir = inside(), .rights = std::move(rights)});
  }
  nh::Environment New(nh::EnvironmentOptions options = {}) {
    options.base_dir = inside();
    return platform().CreateEnvironment(std::move(options));
  }

  std::string inside() const { return folder_.File("inside"); }
  std::string Define() const {
    return "const inside = '" + inside() + "/readable.txt', outside = '" +
           folder_.File("outside.txt") + "', made = '" + folder_.File("made.txt") + "';";
  }
  bool Made() const { return fs::exists(folder_.File("made.txt")); }

 private:
  nh::PlatformOptions Options() const { return {.snapshot = path_}; }

  const test::TemporaryFolder folder_;
  const std::string path_;
  std::unique_ptr<nh::NodejsPlatform> platform_;
};

nh::Rights FilesOf(const std::string& folder) {
  const std::vector<std::string> folders{folder};
  return {.native_addons = false,
          .child_processes = false,
          .read_files = folders,
          .write_files = folders};
}

nh::Rights NoNetwork() {
  return {.native_addons = false, .child_processes = false, .network = false};
}

constexpr const char* kDenied = "ERR_ACCESS_DENIED";

}  // namespace

TEST_CASE("files: what a snapshot has kept of fs is limited") {
  if (test::LacksFileRights()) return;
  Snapshot snapshot(R"js(
    const fs = require('fs');
    const v8 = require('v8');
    const { Worker } = require('worker_threads');
    fs.cpSync(__filename, __filename + '.copy');
    fs.readFileSync(__filename);
    Object.assign(kept, {
      ...fs, read: fs.promises.readFile, Worker, require, env: process.loadEnvFile,
      heap: v8.writeHeapSnapshot, cache: require('module').enableCompileCache,
      importOne: (path) => import(path), stop: v8.setHeapSnapshotNearHeapLimit,
    });
  )js");
  nh::Environment bound = snapshot.With(FilesOf(snapshot.inside()));
  nh::Environment free_one = snapshot.New();
  const std::vector<std::string> ways = {
      "return kept.readFileSync(outside, 'utf8')",
      "return await kept.read(outside, 'utf8')",
      "return await new Promise((y, n) => kept.readFile(outside, (e, d) => e ? n(e) : y(d)))",
      "return await new Promise((y, n) => kept.createReadStream(outside).on('error', n).on('data', "
      "y))",
      "return kept.readdirSync(outside + '/..')",
      "const file = kept.openSync(outside); kept.closeSync(file); return 'opened'",
      "return (await kept.openAsBlob(outside)).size",
      "kept.env(outside); return 'loaded'",
      "kept.cpSync(outside, inside + '.copy'); return 'copied'",
      "return kept.require(outside.replace('.txt', '.js'))",
      "kept.writeFileSync(made, ''); return 'made'",
      "return await new Promise((y, n) => kept.createWriteStream(made).on('error', n).on('open', "
      "y))",
      "kept.cpSync(inside, made); return 'copied'",
      "kept.renameSync(inside, made); return 'moved'",
      "kept.heap(made); return 'written'",
      "kept.stop(1); return 'set'",
      "const w = new kept.Worker('', { eval: true, execArgv: ['--cpu-prof'] }); w.on('error', () "
      "=> {}); return 'started'",
      "return kept.cache(made).status",
  };
  CHECK(Try(bound, snapshot.Define() + "return kept.readFileSync(inside, 'utf8')") == "in");
  for (const std::string& way : ways) {
    CAPTURE(way);
    const std::string outcome = Try(bound, snapshot.Define() + way);
    CHECK(outcome == (way.find("require(") == std::string::npos ? kDenied : "MODULE_NOT_FOUND"));
    CHECK_FALSE(snapshot.Made());
  }
  CHECK(Try(free_one, snapshot.Define() + ways[0]) == "out");
}

TEST_CASE("network: what a snapshot has kept of it is refused") {
  Snapshot snapshot(R"js(
    const dns = require('dns');
    // V8 makes objects of a class of which there has been one in another way.
    require('net').connect('/no/such/socket').on('error', () => {});
    require('net').connect(1, '127.0.0.1').on('error', () => {});
    require('dgram').createSocket('udp4').close();
    Object.assign(kept, {
      resolve: dns.resolve4, resolver: dns.promises.resolve4,
      connect: require('net').connect, createServer: require('net').createServer,
      lookup: dns.promises.lookup, dns: dns.lookup,
      service: dns.promises.lookupService, udp: require('dgram').createSocket,
      fetch: globalThis.fetch, Resolver: dns.promises.Resolver,
    });
  )js");
  nh::Environment bound = snapshot.With(NoNetwork());
  const std::vector<std::string> ways = {
      "await new Promise((y, n) => kept.connect(9, '127.0.0.1').on('error', n).on('connect', y))",
      "await new Promise((y, n) => kept.createServer().on('error', n).listen(0, y))",
      "await new Promise((y, n) => kept.dns('localhost', (e, a) => e ? n(e) : y(a)))",
      "await kept.lookup('localhost')",
      "await new Promise((y, n) => kept.connect('/no/such/socket').on('error', n).on('connect', "
      "y))",
      "await new Promise((y, n) => kept.resolve('localhost', (e, a) => e ? n(e) : y(a)))",
      "await kept.resolver('localhost')",
      "await kept.service('127.0.0.1', 22)",
      "await new kept.Resolver().resolve4('localhost')",
      "await new Promise((y, n) => kept.udp('udp4').on('error', n).bind(0, y))",
      "try { await kept.fetch('http://127.0.0.1:9999') } catch (e) { throw e.cause }",
  };
  for (const std::string& way : ways) {
    CAPTURE(way);
    CHECK(Try(bound, way) == "EACCES");
  }
  const std::string text = Try(bound, "try { " + ways[0] + "} catch (e) { return e.message }");
  CHECK(text.find("Rights::network") != std::string::npos);
}

TEST_CASE("child processes, signals, Workers, addons and engines: the same") {
  Snapshot snapshot(R"js(
    Object.assign(kept, require('child_process'), {
      kill: process.kill, _kill: process._kill, dlopen: process.dlopen, process_binding: process.binding,
      Worker: require('worker_threads').Worker, engine: require('crypto').setEngine,
      flags: require('v8').setFlagsFromString, inspector: require('inspector'),
      connect: require('inspector').Session,
    });
  )js");
  nh::Environment bound =
      snapshot.With({.native_addons = false, .child_processes = false, .workers = false});
  const std::vector<std::string> ways = {
      "kept.execFileSync('touch', [made])",
      "await new Promise((y, n) => kept.spawn('touch', [made]).on('error', n).on('exit', y))",
      "await new Promise((y, n) => kept.exec('touch ' + made, (e) => e ? n(e) : y()))",
      "kept.kill(process.ppid, 0)",
      "kept._kill(process.ppid, 0)",
      "kept.process_binding('spawn_sync')",
      "new kept.Worker('', { eval: true })",
      "kept.engine('/no/such/engine')",
      "kept.inspector.open(0)",
      "new kept.connect().connect()",
  };
  for (const std::string& way : ways) {
    CAPTURE(way);
    CHECK(Try(bound, snapshot.Define() + way) == kDenied);
    CHECK_FALSE(snapshot.Made());
  }
  CHECK(Try(bound, "kept.dlopen({ exports: {} }, '/no/such/addon')") == kDenied);
  CHECK(Try(bound, "kept.flags('--stack-size=900')") == kDenied);
  nh::Environment free_one = snapshot.New();
  CHECK(Try(free_one, "kept.flags('--stack-size=900')") == "ERR_WORKER_UNSUPPORTED_OPERATION");
}

TEST_CASE("environment variables: what a snapshot has kept of process.env is the environment's") {
  Snapshot snapshot(R"js(
    const { env } = process;
    Object.assign(kept, {
      env, get: (name) => env[name], set: (name, value) => { env[name] = value; },
    });
  )js");
  setenv("NODEHOST_TEST_OF_HOST", "host", 1);
  setenv("NODE_CHANNEL_FD", "77", 1);
  const std::string get = "return kept.get('NODEHOST_TEST_OF_HOST')";
  nh::Environment hidden = snapshot.New(
      {.env = {{"GIVEN", "given"}},
       .rights = {
           .native_addons = false, .child_processes = false, .environment_variables = false}});
  CHECK(Try(hidden, get) == "undefined");
  CHECK(Try(hidden, "return kept.get('GIVEN')") == "given");
  CHECK(Try(hidden, "return Object.keys(kept.env)") == "GIVEN");
  nh::Environment node = snapshot.New();
  CHECK(Try(node, get) == "host");
  CHECK(Try(node, "return kept.get('NODE_CHANNEL_FD')") == "undefined");
  CHECK(Try(node,
            "kept.set('NODEHOST_TEST_OF_HOST', 'script'); return "
            "process.env.NODEHOST_TEST_OF_HOST") == "script");
  CHECK(std::string_view(getenv("NODEHOST_TEST_OF_HOST")) == "host");
}

TEST_CASE("what a snapshot has kept does not change the state of the process") {
  Snapshot snapshot(R"js(
    // As packages do that want to know of it.
    const { chdir, cwd } = process;
    let known;
    process.cwd = () => known ??= cwd.call(process);
    process.chdir = (to) => { known = undefined; chdir.call(process, to); };
    Object.assign(kept, {
      chdir, umask: process.umask, abort: process.abort, setuid: process.setuid, cwd,
      exit: process.exit, reallyExit: process.reallyExit, kill: process.kill,
    });
  )js");
  nh::Environment node = snapshot.New();
  const std::string here = fs::current_path().string();
  for (const char* way : {"kept.chdir('/')", "process.chdir('/')", "kept.umask(0)", "kept.abort()",
                          "kept.setuid(0)"}) {
    CAPTURE(way);
    CHECK(Try(node, way) == "ERR_WORKER_UNSUPPORTED_OPERATION");
  }
  CHECK(Try(node, "return kept.cwd() + process.cwd()") == here + here);
  CHECK(fs::current_path() == here);
  CHECK(Try(node, "kept.kill(process.pid, 'SIGTERM')") != "undefined");
  node.Post([](nh::Js& js) { js.Eval("kept.exit(3)"); });
  CHECK(node.WaitForExit() == 3);
  nh::Environment other = snapshot.New();
  other.Post([](nh::Js& js) { js.Eval("kept.reallyExit(4)"); });
  CHECK(other.WaitForExit() == 4);
}

TEST_CASE("output of what a snapshot has kept is captured") {
  Snapshot snapshot(R"js(
    const { log } = console;
    console.log('while it is made');
    Object.assign(kept, { log, error: console.error, console, raw: process._rawDebug,
                        });
  )js");
  std::string out;
  std::string err;
  nh::Environment node = snapshot.New({.on_stdout = [&](std::string_view text) { out += text; },
                                       .on_stderr = [&](std::string_view text) { err += text; }});
  Try(node, "kept.log('one'); kept.console.log('two'); kept.error('three'); kept.raw('four')");
  CHECK(out == "one\ntwo\n");
  CHECK(err == "three\nfour\n");
}

TEST_CASE("an uncaught error of what a snapshot has kept is the environment's") {
  Snapshot snapshot(R"js(
    const { emit } = process;
    kept.fail = () => setImmediate(() => { throw new Error('of the snapshot'); });
    kept.reject = () => { Promise.reject(new TypeError('rejected')); };
  )js");
  std::vector<std::string> errors;
  nh::Environment node = snapshot.New({.on_uncaught = [&](const nh::JsError& error) {
    errors.push_back(error.message());
    return errors.size() < 2 ? nh::UncaughtAction::kContinue : nh::UncaughtAction::kEnd;
  }});
  Try(node, "kept.fail(); await new Promise((y) => setTimeout(y, 20))");
  node.Post([](nh::Js& js) { js.Eval("kept.reject()"); });
  CHECK(node.WaitForExit() == 1);
  REQUIRE(errors.size() == 2);
  CHECK(errors[0] == "of the snapshot");
  CHECK(errors[1] == "rejected");
}

TEST_CASE("signals that a snapshot listens to later stay the host's") {
  Snapshot snapshot(
      "kept.on = process.on; kept.watch = () => kept.on.call(process, 'SIGUSR2', () "
      "=> { kept.got = true; });");
  nh::Environment node = snapshot.New();
  struct sigaction before {};
  sigaction(SIGUSR2, nullptr, &before);
  CHECK(Try(node, "kept.watch()") == "undefined");
  struct sigaction after {};
  sigaction(SIGUSR2, nullptr, &after);
  const bool same = before.sa_handler == after.sa_handler;
  CHECK(same);
}

TEST_CASE("what a snapshot does when it is started is limited") {
  Snapshot snapshot(R"js(
    const { env, kill } = process;
    require('v8').startupSnapshot.addDeserializeCallback((data) => {
      kept.variable = env.NODEHOST_TEST_OF_HOST;
      kept.data = data;
      try { kept.outcome = kill(process.ppid, 0); } catch (error) { kept.outcome = error.code; }
    }, 'data');
  )js");
  setenv("NODEHOST_TEST_OF_HOST", "host", 1);
  nh::Environment bound = snapshot.With(
      {.native_addons = false, .child_processes = false, .environment_variables = false});
  CHECK(Try(bound, "return [kept.outcome, kept.variable, kept.data]") ==
        std::string(kDenied) + ",,data");
  nh::Environment free_one = snapshot.New();
  CHECK(Try(free_one, "return [kept.outcome, kept.variable]") == "true,host");
}

TEST_CASE("what a snapshot throws when it is started, CreateEnvironment throws") {
  Snapshot snapshot(R"js(
    require('v8').startupSnapshot.addDeserializeCallback(() => {
      if (process.env.NODEHOST_TEST_THROWS) throw new RangeError('not today');
    });
  )js");
  setenv("NODEHOST_TEST_THROWS", "1", 1);
  const nh::JsError error = test::ErrorOf([&] { snapshot.New(); });
  CHECK(error.name() == "RangeError");
  CHECK(error.message() == "not today");
  unsetenv("NODEHOST_TEST_THROWS");
  nh::Environment node = snapshot.New();
  CHECK(Try(node, "return 6 * 7") == "42");
}

TEST_CASE("built-in modules: what a snapshot has kept stays, and its require is limited") {
  Snapshot snapshot("kept.require = require; kept.os = require('os');");
  nh::Environment bound = snapshot.With({.builtins = {{"path"}}});
  CHECK(Try(bound, "return typeof kept.require('path').join") == "function");
  CHECK(Try(bound, "kept.require('vm')") == "MODULE_NOT_FOUND");
  CHECK(Try(bound, "return typeof kept.os.cpus") == "function");
}

TEST_CASE("a snapshot holds no native functions") {
  Snapshot snapshot("try { process.binding('fs'); } catch (error) { kept.code = error.code; }");
  nh::Environment node = snapshot.New();
  CHECK(Try(node, "return kept.code") == kDenied);
}
