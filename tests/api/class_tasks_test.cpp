// Methods of C++ classes that are coroutines: promises in JavaScript, which keep what they need.
#include <doctest/doctest.h>

#include <stdexcept>
#include <string>

#include "support/host.hpp"

using test::NewEnvironment;

namespace {

class Loader {
 public:
  ~Loader() { ++destroyed; }
  nh::Task<std::string> Load(const std::string& text, nh::Task<std::string> waited) {
    const std::string more = co_await waited;
    co_return prefix + text + more;
  }
  static nh::Task<int> Twice(nh::Task<int> waited) { co_return 2 * co_await waited; }
  nh::Task<void> Fail() {
    throw std::out_of_range("no more");
    co_return;
  }

  std::string prefix = "a text that is too long for its object: ";
  static inline int destroyed = 0;
};

struct Loading {
  nh::Class<::Loader> Loader;
};

}  // namespace

template <>
struct nodehost::Describe<Loader> {
  static void To(nh::Class<Loader>& c) {
    c.Constructor<>()
        .Method<&Loader::Load>()
        .Method<&Loader::Fail>()
        .StaticMethod<&Loader::Twice>();
  }
};

TEST_CASE("a method that returns a Task is an async one, and keeps its object and arguments") {
  nh::Environment node = NewEnvironment();
  node.AddModule({"app:loading", Loading{}});
  Loader::destroyed = 0;
  nh::Task<std::string> text = node.RunAsync([](nh::Js& js) -> nh::Task<std::string> {
    // The object can be reached no more while its method waits.
    nh::Value loaded = js.Eval(R"js(
      const { Loader } = require('app:loading');
      const later = new Promise((done) => setTimeout(done, 100, '!'));
      new Loader().load('loaded by a method that waits', later))js");
    co_return (co_await loaded).As<std::string>();
  });
  node.CollectGarbage();
  CHECK(text.Get() == "a text that is too long for its object: loaded by a method that waits!");
  const std::string rest = node.Run([](nh::Js& js) -> nh::Task<std::string> {
    nh::Value said = co_await js.Eval(R"js((async () => {
      const { Loader } = require('app:loading');
      const failed = await new Loader().fail().catch((e) => `${e.name}: ${e.message}`);
      return `${await Loader.twice(Promise.resolve(21))} ${failed}`;
    })())js");
    co_return said.As<std::string>();
  });
  CHECK(rest == "42 RangeError: no more");
  node.Stop();
  CHECK(Loader::destroyed == 2);
}
