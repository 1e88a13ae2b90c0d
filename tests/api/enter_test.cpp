// Coroutines that go from thread to thread, and say so.
#include <doctest/doctest.h>

#include <functional>
#include <optional>
#include <string>
#include <thread>

#include "support/host.hpp"

using test::NewEnvironment;

namespace {

// Each function on a thread of its own.
void NewThread(std::function<void()> function) { std::thread(std::move(function)).detach(); }

}  // namespace

TEST_CASE("Enter goes on on the JS thread, and SwitchTo leaves it") {
  nh::Environment node = NewEnvironment();
  const auto body = [&]() -> nh::Task<std::string> {
    nh::Js& js = co_await nh::Enter(node);
    CHECK(node.OnJsThread());
    const nh::Value value = co_await js.Eval("new Promise((r) => setTimeout(r, 1, 'text'))");
    CHECK(node.OnJsThread());
    const std::string text = value.ToString();
    co_await nh::SwitchTo(&NewThread);
    CHECK_FALSE(node.OnJsThread());
    nh::Js& again = co_await nh::Enter(node);
    co_return text + again.Eval("'!'").ToString();
  };
  CHECK(body().Get() == "text!");
}

TEST_CASE("Enter on the JS thread itself goes on at once") {
  nh::Environment node = NewEnvironment();
  CHECK(node.Run([&](nh::Js&) {
    const auto body = [&]() -> nh::Task<int> {
      nh::Js& js = co_await nh::Enter(node);
      co_return js.Eval("1").As<int>();
    };
    return body().done();
  }));
}

TEST_CASE("Enter throws where the environment takes no more") {
  nh::Environment node = NewEnvironment();
  node.Stop();
  const auto body = [&]() -> nh::Task<void> { co_await nh::Enter(node); };
  CHECK_THROWS_AS(body().Get(), nh::EnvironmentStopped);
}
