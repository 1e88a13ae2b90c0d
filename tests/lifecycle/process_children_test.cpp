// child_process.fork, cluster and process.execPath in a library host.
#include <doctest/doctest.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "support/host.hpp"

using test::kModules;

namespace {

// Evaluates a promise, waits for it, and returns it as text.
std::string Await(nh::Environment& node, const std::string& promise) {
  node.Run([&](nh::Js& js) {
    js.Eval("globalThis.outcome = undefined; (async () => (" + promise +
            "))().then((v) => { globalThis.outcome = String(v); },"
            "(e) => { globalThis.outcome = String(e.code ?? e.message); })");
  });
  while (node.Run([](nh::Js& js) { return js.Eval("outcome === undefined").As<bool>(); })) {
    usleep(1000);
  }
  return node.Run([](nh::Js& js) { return js.Eval("outcome").As<std::string>(); });
}

const std::string kFork =
    "new Promise((done, fail) => { const child = require('child_process').fork('" + kModules +
    "/send-env.cjs'); child.on('message', () => done('answered')).on('error', fail); })";

}  // namespace

TEST_CASE("process: the host program is not started in node's stead") {
  nh::NodejsPlatform platform;
  nh::Environment node = platform.CreateEnvironment({.base_dir = kModules});
  CHECK(Await(node, kFork) == "ERR_NODEHOST_NO_EXEC_PATH");
  CHECK(Await(node, "require('child_process').spawn(process.execPath, ['-e', '1'])") ==
        "ERR_NODEHOST_NO_EXEC_PATH");
  CHECK(Await(node, "require('child_process').execFileSync(process.execPath, ['-e', '1'])") ==
        "ERR_NODEHOST_NO_EXEC_PATH");
  CHECK(Await(node,
              "(require('cluster').setupPrimary({ exec: 'x.js' }), require('cluster').fork())") ==
        "ERR_NODEHOST_NO_EXEC_PATH");
  const nh::JsError error = test::ErrorOf(
      [&] { node.Run([](nh::Js& js) { js.Eval("require('child_process').fork('x.js')"); }); });
  CHECK(error.message().find("EnvironmentOptions::exec_path") != std::string::npos);
}

TEST_CASE("process: with exec_path fork and cluster work, and Workers see it") {
  nh::NodejsPlatform platform;
  nh::Environment node =
      platform.CreateEnvironment({.base_dir = kModules, .exec_path = NODEHOST_COMMAND});
  CHECK(Await(node, "process.execPath") == NODEHOST_COMMAND);
  CHECK(Await(node, kFork) == "answered");
  CHECK(Await(node,
              "new Promise((done, fail) => { const cluster = require('cluster');"
              " cluster.setupPrimary({ exec: '" +
                  kModules +
                  "/send-env.cjs' });"
                  " cluster.fork().on('message', () => done('answered')).on('error', fail); })") ==
        "answered");
  CHECK(Await(node,
              "new Promise((done) => new (require('worker_threads').Worker)("
              "`require('worker_threads').parentPort.postMessage(process.execPath)`,"
              " { eval: true }).on('message', done))") == NODEHOST_COMMAND);
}

TEST_CASE("process: one fork may name its own program") {
  nh::NodejsPlatform platform;
  nh::Environment node = platform.CreateEnvironment({.base_dir = kModules});
  CHECK(Await(node, "new Promise((done) => require('child_process').fork('" + kModules +
                        "/send-env.cjs', [], { execPath: '" NODEHOST_COMMAND
                        "' }).on('message', () => done('answered')))") == "answered");
}

TEST_CASE("process: an exec_path that is no file is refused") {
  nh::NodejsPlatform platform;
  CHECK_THROWS_AS(platform.CreateEnvironment({.base_dir = kModules, .exec_path = "/no/such/node"}),
                  nh::HostError);
}

TEST_CASE("process: process.execve does not replace the host") {
  nh::NodejsPlatform platform;
  nh::Environment node = platform.CreateEnvironment({.base_dir = kModules});
  const std::string outcome =
      Await(node,
            "process.execve ? process.execve('/bin/true') :"
            " Promise.reject({ code: 'ERR_FEATURE_UNAVAILABLE_ON_PLATFORM' })");
  CHECK(outcome == "ERR_FEATURE_UNAVAILABLE_ON_PLATFORM");
}

TEST_CASE("process: arguments that node's native spawn does not expect are an error, no abort") {
  const std::string good = "file: '/bin/true', args: ['true'], stdio: [{ type: 'ignore' }]";
  const std::vector<std::string> given = {
      "",
      "null",
      "{}",
      "{ " + good + ", stdio: [] }",
      "{ " + good + ", stdio: undefined }",
      "{ " + good + ", stdio: [{ type: 'other' }] }",
      "{ " + good + ", stdio: [{ type: 'fd', fd: 'x' }] }",
      "{ " + good + ", file: {} }",
      "{ " + good + ", args: 1 }",
      "{ " + good + ", envPairs: 'A=1' }",
      "{ " + good + ", envPairs: [1] }",
      "{ " + good + ", uid: 1e12 }",
      "{ " + good + ", gid: 'x' }",
      "{ " + good + ", killSignal: 1.5 }",
      "{ " + good + ", timeout: 'x' }",
      "{ " + good + ", get args() { return this.n ? 1 : (this.n = []); }, timeout: {} }",
      "{ " + good + ", cwd: 1 }",
  };
  nh::NodejsPlatform platform;
  nh::Environment node =
      platform.CreateEnvironment({.base_dir = kModules, .process_binding = true});
  const std::string functions[] = {"process.binding('spawn_sync').spawn",
                                   "new (process.binding('process_wrap').Process)().spawn"};
  for (const std::string& function : functions) {
    CHECK(Await(node, "(" + function + "({ " + good + " }), 'done')") == "done");
    // What a getter says the second time, nobody asks for.
    const std::string counts = "get uid() { return n++ ? 'x' : undefined }";
    CHECK(Await(node, "globalThis.n = 0, " + function + "({ " + good + ", " + counts + " }), n") ==
          "1");
    for (const std::string& argument : given) {
      CAPTURE(argument);
      const std::string call = function + "(" + argument + ")";
      CHECK(Await(node, call) == "ERR_INVALID_ARG_VALUE");
      CHECK(Await(node, "new Promise((done, fail) => new (require('worker_threads').Worker)(`" +
                            call + "`, { eval: true }).on('error', fail).on('exit', done))") ==
            "ERR_INVALID_ARG_VALUE");
    }
  }
  CHECK(Await(node, "require('child_process').spawnSync('/bin/true', { stdio: [] }).status") ==
        "0");
}
