// fork() of the host: the child gets a sentence, and can end.
#include <doctest/doctest.h>

#include <sys/wait.h>
#include <unistd.h>
#include <cstdlib>
#include <future>
#include <optional>
#include <string_view>

#include "support/host.hpp"
#include "support/leaks.hpp"

using test::kModules;

namespace {

// What the child's function returns, or 100 and the signal that ended the child.
template <class F>
int InChild(F&& function) {
  const pid_t child = fork();
  if (child == 0) {
    alarm(20);  // A hang ends it, and fails the test.
    _exit(function());
  }
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 100 + WTERMSIG(status);
}

template <class F>
bool Refuses(F&& function) {
  try {
    function();
  } catch (const nh::EnvironmentStopped& error) {
    return std::string_view(error.what()).find("fork()") != std::string_view::npos;
  }
  return false;
}

}  // namespace

TEST_CASE("process: in a forked child every call throws") {
  nh::NodejsPlatform platform;
  nh::Environment node = platform.CreateEnvironment({.base_dir = kModules});
  auto base_name = node.Import<nh::Method<std::string(std::string)>>("path", "basename");
  CHECK(InChild([&] {
          if (!Refuses([&] { node.Run([](nh::Js&) {}); })) return 1;
          if (!Refuses([&] { node.RunAsync([](nh::Js&) {}); })) return 2;
          if (!Refuses([&] { node.Post([](nh::Js&) {}); })) return 3;
          if (!Refuses([&] { node.WaitForExit(); })) return 4;
          if (!Refuses([&] { platform.CreateEnvironment({.base_dir = kModules}); })) return 5;
          if (!Refuses([&] { nh::NodejsPlatform second; })) return 6;
          if (!Refuses([&] { base_name("/a/b"); })) return 7;
          node.Stop();
          return 0;
        }) == 0);
  CHECK(node.Run([](nh::Js& js) { return js.Eval("6 * 7").As<int>(); }) == 42);
}

TEST_CASE("process: a child forked on the JS thread has no JavaScript either") {
  nh::NodejsPlatform platform;
  nh::Environment node = platform.CreateEnvironment({.base_dir = kModules});
  CHECK(node.Run([&](nh::Js& js) {
    nh::Value text = js.Eval("'text'");
    return InChild([&] {
      if (node.OnJsThread()) return 1;
      if (!Refuses([&] { node.Run([](nh::Js&) {}); })) return 2;
      if (!Refuses([&] { js.Eval("1"); })) return 3;
      if (!Refuses([&] { text.As<std::string>(); })) return 4;
      return 0;
    });
  }) == 0);
}

TEST_CASE("process: destructors in a forked child return, and so does exit") {
  test::ExpectLeaks();  // in the child: what the threads held that it did not get
  std::optional<nh::NodejsPlatform> platform(std::in_place);
  std::optional<nh::Environment> node = platform->CreateEnvironment({.base_dir = kModules});
  std::optional<nh::Value> value;
  node->Run([&](nh::Js& js) { value = js.Eval("({})"); });
  // Whatever the threads hold at the moment of the fork.
  for (int i = 0; i < 20; ++i) {
    node->Post([](nh::Js& js) { js.Eval("[1, 2, 3].map(String)"); });
#ifdef __SANITIZE_ADDRESS__
    // AddressSanitizer's own (GCC 12) locks stay locked in the child, and free() there hangs in one
    // that the JS thread held.
    node->Run([](nh::Js&) {});
#endif
    CHECK(InChild([&] {
            value.reset();
            node.reset();
            platform.reset();
            exit(0);
            return 1;
          }) == 0);
  }
}

TEST_CASE("process: a forked child that calls exec is a process like any other") {
  nh::NodejsPlatform platform;
  nh::Environment node = platform.CreateEnvironment({.base_dir = kModules});
  CHECK(InChild([] {
          execl("/bin/sh", "sh", "-c", "exit 7", nullptr);
          return 1;
        }) == 7);
}
