// Node's own permission model, which is one for all environments of the process: what it gives a
// host, and where Rights goes further.
#include <doctest/doctest.h>

#include <string>

#include "support/attempt.hpp"
#include "support/lacks.hpp"

using test::InWorker;
using test::kModules;
using test::Try;

namespace {

const std::string kOutside = "require('fs').readFileSync('/etc/passwd');";
const std::string kPost = "require('worker_threads').parentPort.postMessage('read')";

}  // namespace

TEST_CASE("permission: node's own model holds in every environment of the process") {
  if (test::Lacks(test::NodeMajor() < 22, "--permission")) return;
  nh::NodejsPlatform platform(
      {.node_options = {"--permission", "--allow-fs-read=" + kModules + "/*"}});
  nh::Environment one = platform.CreateEnvironment({.base_dir = kModules});
  nh::Environment other = platform.CreateEnvironment({.base_dir = kModules});
  for (nh::Environment* node : {&one, &other}) {
    CHECK(Try(*node, kOutside) == "ERR_ACCESS_DENIED");
    CHECK(Try(*node, "require('fs').writeFileSync('" + kModules + "/new', 'x')") ==
          "ERR_ACCESS_DENIED");
    CHECK(Try(*node, "require('child_process').execSync('true')") == "ERR_ACCESS_DENIED");
    CHECK(Try(*node, InWorker("1")) == "ERR_ACCESS_DENIED");
    CHECK(Try(*node, "return process.permission.has('fs.read', '" + kModules + "/geo.js')") ==
          "true");
    CHECK(node->Run([](nh::Js& js) { return js.Import("./geo.js").Is<nh::Object>(); }));
  }
}

TEST_CASE("permission: node's own model lets a Worker out, Rights does not") {
  if (test::Lacks(test::NodeMajor() < 22, "--permission")) return;
  nh::NodejsPlatform platform(
      {.node_options = {"--permission", "--allow-worker", "--allow-fs-read=" + kModules + "/*"}});
  nh::Environment theirs = platform.CreateEnvironment({.base_dir = kModules});
  const std::string options = "execArgv: [], env: {}";
  CHECK(Try(theirs, InWorker(kOutside + kPost)) == "ERR_ACCESS_DENIED");
  CHECK(Try(theirs, InWorker(kOutside + kPost, options)) == "read");
  nh::Environment ours = platform.CreateEnvironment(
      {.base_dir = kModules,
       .rights = {.native_addons = false, .child_processes = false, .read_files = {{kModules}}}});
  CHECK(Try(ours, InWorker(kOutside + kPost)) == "ERR_ACCESS_DENIED");
  CHECK(Try(ours, InWorker(kOutside + kPost, options)) != "read");
}
