// ChildProcessOptions::user and group: whose the worker processes are.
#include <doctest/doctest.h>
#include <grp.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <optional>
#include <string>
#include <vector>

#include "models.hpp"
#include "service_host.hpp"

using namespace test;

namespace {

constexpr std::uint32_t kNobody = 65534;

// Only root can give its workers to another, who must be able to start them.
bool CanBecomeNobody() {
  if (geteuid() != 0) {
    std::puts("this needs root");
    return false;
  }
  const pid_t child = fork();
  if (child == 0) _exit(setuid(kNobody) == 0 && access(NODEHOST_COMMAND, R_OK | X_OK) == 0 ? 0 : 1);
  int status = 0;
  waitpid(child, &status, 0);
  if (status != 0) std::puts("the user nobody cannot reach " NODEHOST_COMMAND);
  return status == 0;
}

struct Project {
  Project() {
    chmod(folder.path().c_str(), 0755);
    folder.Write("who.js", R"(
      exports.ids = () => [process.getuid(), process.geteuid(), process.getgid(),
                           process.getegid(), ...process.getgroups()];
      exports.reads = (path) => require('fs').readFileSync(path, 'utf8');
      exports.saved = () => require('fs').readFileSync('/proc/self/status', 'utf8')
          .split('\n').filter((line) => /^[UG]id:/.test(line)).join().replace(/\s+/g, ' ');
    )");
    secret = folder.Write("secret.txt", "secret");
    chmod(secret.c_str(), 0640);
  }
  test::TemporaryFolder folder;
  std::string secret;
};

nh::NodeServicesOptions As(const Project& project, std::optional<std::uint32_t> user,
                           std::optional<std::uint32_t> group) {
  nh::NodeServicesOptions options;
  options.project_dir = project.folder.path();
  options.watched_extensions = {};
  options.hosting = nh::ChildProcess({.command = {NODEHOST_COMMAND}, .user = user, .group = group});
  return options;
}

}  // namespace

TEST_CASE("a worker is its user's and group's, and has no groups of root's") {
  if (!CanBecomeNobody()) return;
  const std::vector<gid_t> groups = {0, 4};
  REQUIRE(setgroups(groups.size(), groups.data()) == 0);
  const Project project;
  nh::NodeServices services(Platform(), As(project, kNobody, kNobody));
  const auto ids = services.InvokeExportAsync<std::vector<std::uint32_t>>("./who", "ids").Get(20s);
  CHECK(ids.size() >= 4);
  for (const std::uint32_t id : ids) CHECK(id == kNobody);
  CHECK(FailureOf<nh::JsError>(
            services.InvokeExportAsync<std::string>("./who", "reads", project.secret))
            .code() == "EACCES");
  // The saved ones are the way back.
  CHECK(services.InvokeExportAsync<std::string>("./who", "saved").Get(20s) ==
        "Uid: 65534 65534 65534 65534,Gid: 65534 65534 65534 65534");
}

TEST_CASE("a user without a group has the group of its account") {
  if (!CanBecomeNobody()) return;
  const Project project;
  nh::NodeServices services(Platform(), As(project, kNobody, {}));
  const auto ids = services.InvokeExportAsync<std::vector<std::uint32_t>>("./who", "ids").Get(20s);
  CHECK(ids.size() >= 4);
  for (const std::uint32_t id : ids) CHECK(id != 0);
  CHECK(FailureOf<nh::JsError>(
            services.InvokeExportAsync<std::string>("./who", "reads", project.secret))
            .code() == "EACCES");
}

TEST_CASE("a user without an account needs a group") {
  const Project project;
  CHECK_THROWS_WITH_AS(
      nh::NodeServices(Platform(), As(project, 2'000'000'017, {})),
      "ChildProcessOptions::user is 2000000017, which has no account here that names a group. Give "
      "ChildProcessOptions::group, too, or the workers would keep this process's.",
      nh::HostError);
}

TEST_CASE("who is not root cannot give its workers to another") {
  ServiceHost host("as nobody");
  const std::string printed = host.ReadAll();
  CHECK(host.Wait() == 1);
  CHECK(printed.find("ChildProcessOptions::user") != std::string::npos);
  CHECK(printed.find("only root may") != std::string::npos);
}
