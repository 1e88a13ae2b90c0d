// Tasks: results that come later, from JavaScript and from C++.
#include <doctest/doctest.h>

#include <chrono>
#include <future>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "support/host.hpp"

using namespace std::chrono_literals;

using test::ErrorOf;
using test::NewEnvironment;

namespace {

struct Later {
  nh::Method<nh::Task<std::string>(std::string)> shout;
  nh::Method<nh::Task<int>(int)> soon;
  nh::Method<nh::Task<int>(int)> atOnce;
  nh::Method<nh::Task<void>(std::string)> fail;
  nh::Method<nh::Task<int>(int)> failWith;
  nh::Method<nh::Task<int>()> throwNow;
  nh::Method<nh::Task<void>()> nothing;
  nh::Method<nh::Task<std::string>(std::function<nh::Task<std::string>(std::string)>)> callBack;
  nh::Method<nh::Task<std::string>(nh::Task<std::string>)> settled;
};

Later ImportLater(nh::Environment& node) { return node.Import<Later>("./later.mjs"); }

template <class F>
std::string TextOf(F&& function) {
  try {
    function();
  } catch (const nh::JsError& error) {
    return error.name() + ": " + error.message();
  } catch (const std::exception& error) {
    return error.what();
  }
  return "nothing was thrown";
}

}  // namespace

TEST_CASE("a Method gives a Task, on any thread") {
  nh::Environment node = NewEnvironment();
  const Later later = ImportLater(node);
  CHECK(later.shout("hello").Get() == "hello!");
  CHECK(later.soon(1).Get() == 2);
  CHECK(later.atOnce(1).Get() == 2);
  later.nothing().Get();
  const auto task = node.Run([&](nh::Js&) { return std::optional(later.soon(4)); });
  CHECK(task->Get() == 5);
}

TEST_CASE("a Method gives a std::future to those who only block") {
  struct Module {
    nh::Method<std::future<int>(int)> soon;
    nh::Method<std::future<void>(std::string)> fail;
  };
  nh::Environment node = NewEnvironment();
  const auto module = node.Import<Module>("./later.mjs");
  CHECK(module.soon(1).get() == 2);
  CHECK(ErrorOf([&] { module.fail("broken").get(); }).message() == "broken");
}

TEST_CASE("every failure of the call is the Task's") {
  nh::Environment node = NewEnvironment();
  const Later later = ImportLater(node);
  CHECK(TextOf([&] { later.fail("broken").Get(); }) == "TypeError: broken");
  CHECK(TextOf([&] { later.throwNow().Get(); }) == "RangeError: now");
  const nh::JsError number = ErrorOf([&] { later.failWith(42).Get(); });
  CHECK_FALSE(number.is_error());
  CHECK(number.thrown_json() == "42");
  struct Wrong {
    nh::Method<nh::Task<int>(std::string)> shout;
    nh::Method<std::string(std::string)> settled;
  };
  const auto wrong = node.Import<Wrong>("./later.mjs");
  CHECK(ErrorOf([&] { wrong.shout("a").Get(); }).message() ==
        "result: expected number, got string \"a!\"");
  CHECK(ErrorOf([&] { wrong.settled("a"); }).message() ==
        "settled: expected string, got object Promise; declare its result as Task<string>");
  CHECK(later.soon(1).Get() == 2);  // nothing of this has ended the environment
}

TEST_CASE("a coroutine on the JS thread awaits promises and thenables") {
  nh::Environment node = NewEnvironment();
  const std::string text = node.Run([](nh::Js& js) -> nh::Task<std::string> {
    const nh::Value module = js.Import("./later.mjs");
    const nh::Value shouted = co_await module.Call("shout", "a");
    const nh::Value plain = co_await nh::Value::From(js, 3);
    co_return shouted.As<std::string>() + plain.ToString();
  });
  CHECK(text == "a!3");
  const std::string thenables = node.Run([](nh::Js& js) -> nh::Task<std::string> {
    const nh::Value all = js.Import("./later.mjs").Call("thenables");
    std::string result;
    for (const char* name : {"sync", "twice", "throwsLate"}) {
      const nh::Value value = co_await all[name];
      result += value.ToString();
    }
    try {
      co_await all["throws"];
    } catch (const nh::JsError& error) {
      result += error.message();
    }
    co_return result;
  });
  CHECK(thenables == "124from then");
}

TEST_CASE("a promise that cannot be waited for says why, however often") {
  nh::Environment node = NewEnvironment();
  const int refused = node.Run([](nh::Js& js) -> nh::Task<int> {
    const nh::Value promise = js.Eval(
        "Object.defineProperty(new Promise(() => {}), 'constructor',"
        "{ get() { throw new RangeError('no constructor'); } })");
    int count = 0;
    for (int i = 0; i < 100; ++i) {
      try {
        co_await promise;
      } catch (const nh::JsError& error) {
        if (error.message() == "no constructor") ++count;
      }
    }
    const nh::Value last = co_await js.Eval("Promise.resolve(1)");
    co_return count + last.As<int>();
  });
  CHECK(refused == 101);
}

TEST_CASE("a coroutine on the JS thread stays there, whatever it awaits") {
  nh::Environment node = NewEnvironment();
  const Later later = ImportLater(node);
  const nh::PromiseSource<int> source;
  auto task = node.RunAsync([&](nh::Js& js) -> nh::Task<int> {
    const auto thread = std::this_thread::get_id();
    const int first = co_await later.soon(1);
    CHECK(std::this_thread::get_id() == thread);
    const int second = co_await source.task();
    CHECK(std::this_thread::get_id() == thread);
    co_return first + second + js.Eval("1").As<int>();
  });
  std::this_thread::sleep_for(5ms);
  source.Resolve(10);
  CHECK(task.Get() == 13);
}

TEST_CASE("Get on the JS thread says what to do") {
  nh::Environment node = NewEnvironment();
  const Later later = ImportLater(node);
  CHECK(TextOf([&] {
          node.Run([&](nh::Js&) { return later.shout("a").Get(); });
        }).starts_with("A Task was waited for on the JS thread"));
  CHECK_THROWS_AS(node.Run([&](nh::Js&) {
    return node.Run([&](nh::Js&) -> nh::Task<int> { co_return co_await later.soon(1); });
  }),
                  nh::HostError);
}

TEST_CASE("an exception of a resumed coroutine is that of Run, and the same C++ exception") {
  struct Mine : std::runtime_error {
    using std::runtime_error::runtime_error;
  };
  nh::Environment node = NewEnvironment();
  const Later later = ImportLater(node);
  CHECK_THROWS_AS(node.Run([&](nh::Js&) -> nh::Task<void> {
    co_await later.soon(1);
    throw Mine("mine");
  }),
                  Mine);
}

TEST_CASE("the callable of RunAsync and Post is kept until its coroutine has ended") {
  nh::Environment node = NewEnvironment();
  const Later later = ImportLater(node);
  auto value = std::make_shared<int>(7);
  const std::weak_ptr<int> weak = value;
  nh::Task<int> task = node.RunAsync([later, value = std::move(value)](nh::Js&) -> nh::Task<int> {
    co_await later.shout("a");
    co_return *value;
  });
  CHECK(task.Get() == 7);
  std::promise<std::string> posted;
  node.Post([&posted, later, text = std::string(100, 'x')](nh::Js&) -> nh::Task<void> {
    co_await later.shout("a");
    posted.set_value(text);
  });
  CHECK(posted.get_future().get() == std::string(100, 'x'));
}

TEST_CASE("a C++ coroutine is an async function for JavaScript, with its arguments kept") {
  nh::Environment node = NewEnvironment();
  const Later later = ImportLater(node);
  const std::string prefix = "C++ got ";
  const auto task = later.callBack([&](std::string text) -> nh::Task<std::string> {
    const std::string more = co_await later.shout("that");
    co_return prefix + text + ", " + more;
  });
  CHECK(task.Get() == "C++ got from JavaScript, that!");
  CHECK(TextOf([&] {
          later
              .callBack([](std::string) -> nh::Task<std::string> {
                throw std::invalid_argument("no");
                co_return "";
              })
              .Get();
        }) == "no");
}

TEST_CASE("a Task and a PromiseSource are promises for JavaScript") {
  nh::Environment node = NewEnvironment();
  const Later later = ImportLater(node);
  CHECK(later.settled(nh::Task<std::string>::Of("text")).Get() == "fulfilled: text");
  const nh::PromiseSource<std::string> source;
  const auto outcome = later.settled(source.task());
  source.Reject(std::runtime_error("refused"));
  CHECK(outcome.Get() == "rejected: Error: refused");
}

TEST_CASE("a Task is awaited from two environments") {
  nh::Environment first = NewEnvironment();
  nh::Environment second = NewEnvironment();
  const nh::PromiseSource<int> source;
  const auto wait = [&](nh::Js&) -> nh::Task<int> { co_return co_await source.task(); };
  auto one = first.RunAsync(wait);
  auto two = second.RunAsync(wait);
  source.Resolve(3);
  CHECK(one.Get() + two.Get() == 6);
}

TEST_CASE("a thousand awaits at once") {
  nh::Environment node = NewEnvironment();
  const Later later = ImportLater(node);
  std::vector<nh::Task<int>> tasks;
  for (int i = 0; i < 1000; ++i) tasks.push_back(later.soon(i));
  int sum = 0;
  for (const int n : nh::All(tasks).Get()) sum += n;
  CHECK(sum == 1000 * 1001 / 2);
  const int inside = node.Run([&](nh::Js& js) -> nh::Task<int> {
    const nh::Value soon = js.Import("./later.mjs")["soon"];
    int last = 0;
    for (int i = 0; i < 1000; ++i) {
      const nh::Value value = co_await soon(last);
      last = value.As<int>();
    }
    co_return last;
  });
  CHECK(inside == 1000);
}

TEST_CASE("AsyncLocalStorage is the same after a C++ await, of promises and of Tasks") {
  nh::Environment node = NewEnvironment();
  const nh::PromiseSource<int> source;
  auto task = node.RunAsync([&](nh::Js& js) -> nh::Task<std::string> {
    const nh::Value module = js.Import("./later.mjs");
    const auto body = [&js, &source]() -> nh::Task<std::string> {
      const nh::Value later = js.Import("./later.mjs");
      co_await later.Call("shout", "a");
      std::string text = later.Call("current").ToString();
      co_await source.task();
      co_return text + later.Call("current").ToString();
    };
    std::optional<nh::Task<std::string>> one;
    std::optional<nh::Task<std::string>> two;
    module.Call("run", "1", std::function<void()>([&] { one = body(); }));
    module.Call("run", "2", std::function<void()>([&] { two = body(); }));
    const std::string first = co_await *one;
    const std::string second = co_await *two;
    co_return first + second + module.Call("current").ToString();
  });
  std::this_thread::sleep_for(20ms);
  source.Resolve(1);
  CHECK(task.Get() == "1122undefined");
}

TEST_CASE("a Task that fails and that nobody looked at is an uncaught error of its environment") {
  std::promise<std::string> uncaught;
  nh::Environment node = test::Platform().CreateEnvironment(
      {.base_dir = test::kModules, .on_uncaught = [&](const nh::JsError& error) {
         uncaught.set_value(error.message());
         return nh::UncaughtAction::kContinue;
       }});
  const Later later = ImportLater(node);
  CHECK_THROWS(later.fail("seen").Get());
  static_cast<void>(later.fail("dropped"));
  CHECK(uncaught.get_future().get() == "dropped");
}

TEST_CASE("a Task is what a property, an object's method, a function and an export give") {
  struct Counting {
    nh::Method<nh::Task<int>(int)> next;
    nh::Property<nh::Task<int>> latest;
  };
  struct Module {
    nh::Constructor<Counting()> Counter;
    std::function<nh::Task<int>(int)> twice;
  };
  constexpr const char* kModule =
      "data:text/javascript,export class Counter {"
      "  get latest() { return Promise.resolve(1); }"
      "  async next(n) { if (n < 0) throw new RangeError('below'); return n + 1; } }"
      "export const twice = async (n) => 2 * n;"
      "export const promised = Promise.resolve(3)";
  constexpr const char* kRefused =
      "data:text/javascript,export const refused = Promise.reject(new RangeError('no'))";
  nh::Environment node = NewEnvironment();
  const auto module = node.Import<Module>(kModule);
  const Counting counter = module.Counter();
  const nh::Task<int> latest = counter.latest;
  CHECK(latest.Get() == 1);
  CHECK(counter.next(1).Get() == 2);
  CHECK(TextOf([&] { counter.next(-1).Get(); }) == "RangeError: below");
  CHECK(module.twice(2).Get() == 4);
  CHECK(node.Import<nh::Task<int>>(kModule, "promised").Get() == 3);
  CHECK(TextOf([&] { node.Import<nh::Task<int>>(kRefused, "refused").Get(); }) == "RangeError: no");
}

TEST_CASE("a conversion that fails in a callback is told to who waits, in C++ too") {
  struct Wrong {
    nh::Method<nh::Task<std::string>(std::function<nh::Task<std::string>(int)>)> callBack;
  };
  nh::Environment node = NewEnvironment();
  const auto wrong = node.Import<Wrong>("./later.mjs");
  const auto never_called = [](int) { return nh::Task<std::string>::Of(""); };
  CHECK(TextOf([&] {
          wrong.callBack(never_called).Get();
        }).find("argument 1: expected number, got string") != std::string::npos);
}

TEST_CASE("a promise that is fulfilled already, and what is no promise, is not waited for") {
  nh::Environment node = NewEnvironment();
  const auto seen = node.RunAsync([](nh::Js& js) -> nh::Task<std::string> {
    js.Eval("globalThis.seen = []; Promise.resolve().then(() => seen.push('microtask'))");
    const auto note = [&](const nh::Value& value) {
      js.Global()["seen"].Call("push", value.ToString());
    };
    note(co_await js.Eval("Promise.resolve('promise')"));
    note(co_await js.Eval("(async () => 'async')()"));
    note(co_await js.Eval("undefined"));
    note(co_await js.Eval("42"));
    note(co_await js.Eval("({ toString: () => 'thenable', then(f) { f('thenable'); } })"));
    co_return js.Eval("seen.join(' ')").ToString();
  });
  CHECK(seen.Get() == "promise async undefined 42 microtask thenable");
}

TEST_CASE("a promise that is rejected already is waited for, and is no unhandled rejection") {
  std::string uncaught;
  nh::Environment node = test::Platform().CreateEnvironment(
      {.base_dir = test::kModules, .on_uncaught = [&](const nh::JsError& error) {
         uncaught = error.what();
         return nh::UncaughtAction::kContinue;
       }});
  const auto text = node.RunAsync([](nh::Js& js) -> nh::Task<std::string> {
    try {
      co_await js.Eval("Promise.reject(new Error('no'))");
    } catch (const nh::JsError& error) {
      co_return error.message();
    }
    co_return "";
  });
  CHECK(text.Get() == "no");
  node.Run([](nh::Js&) {});
  CHECK(uncaught.empty());
}

TEST_CASE("a coroutine goes on as an async function does: in its async context, before ticks") {
  nh::Environment node = NewEnvironment();
  const nh::PromiseSource<int> source;
  const auto both = node.RunAsync([&](nh::Js& js) -> nh::Task<std::string> {
    js.Eval(R"js(
      const { createHook, executionAsyncId } = require('async_hooks');
      createHook({ init() {} }).enable();
      globalThis.seen = [];
      globalThis.note = (who) => {
        seen.push(who, executionAsyncId() > 1);
        process.nextTick(() => seen.push('tick'));
        Promise.resolve().then(() => seen.push('microtask'));
      };
      globalThis.inJs = async (wait) => { await wait; note('js'); };
    )js");
    const nh::Value in_js = js.Global().Call("inJs", source.task());
    co_await source.task();
    js.Global().Call("note", "cpp");
    co_await in_js;
    co_await js.Eval("new Promise(setImmediate)");
    co_return js.Eval("seen.join(' ')").ToString();
  });
  node.Run([](nh::Js&) {});  // both wait by now
  source.Resolve(1);
  const std::string seen = both.Get();
  CHECK((seen == "js true cpp true microtask microtask tick tick" ||
         seen == "js true microtask tick cpp true microtask tick"));
}

TEST_CASE(
    "a job that waits for a module gets what other threads settle, and no other job between") {
  nh::Environment node = NewEnvironment();
  std::string order;
  std::vector<std::thread> threads;
  const int value = node.Run([&](nh::Js& js) {
    const nh::PromiseSource<int> source;
    js.Global().Set("gate", source.task());
    js.Global().Set("goOn", [&source]() -> nh::Task<int> { co_return co_await source.task() + 1; });
    threads.emplace_back([&, source] {
      node.Post([&order](nh::Js&) { order += "posted "; });
      std::this_thread::sleep_for(10ms);
      source.Resolve(7);
    });
    const int sum =
        js.Import("data:text/javascript,export default await gate + await goOn()", "default")
            .As<int>();
    order += "imported ";
    return sum;
  });
  for (std::thread& thread : threads) thread.join();
  CHECK(value == 15);
  node.Run([](nh::Js&) {});
  CHECK(order == "imported posted ");
}

TEST_CASE("a job that waits for a module gets chunks, aborts and events of other threads") {
  nh::Environment node = NewEnvironment();
  std::vector<std::thread> threads;
  const std::string text = node.Run([&](nh::Js& js) {
    auto [reader, writer] = nh::NewPipe<std::string>();
    nh::AbortController controller;
    js.Global().Set("chunks", reader);
    js.Global().Set("signal", controller.signal());
    threads.emplace_back([controller, writing = std::move(writer)]() mutable {
      std::this_thread::sleep_for(10ms);
      writing.Write("chunk").Get();
      writing.End().Get();
      controller.Abort();
    });
    return js
        .Import(
            "data:text/javascript,let text = ''; for await (const part of chunks) text += part;"
            "const alive = setInterval(() => {}, 1000);"
            "if (!signal.aborted) await new Promise((done) => { signal.onabort = done; });"
            "clearInterval(alive); export default text",
            "default")
        .As<std::string>();
  });
  for (std::thread& thread : threads) thread.join();
  CHECK(text == "chunk");
}

TEST_CASE("what is settled while a job is being stopped is not lost") {
  nh::Environment node = NewEnvironment();
  const Later later = ImportLater(node);
  const nh::PromiseSource<std::string> here;
  const nh::PromiseSource<std::string> there;
  const auto settled_here = later.settled(here.task());
  const auto settled_there = later.settled(there.task());
  const auto resumed =
      node.RunAsync([&](nh::Js&) -> nh::Task<std::string> { co_return co_await here.task(); });
  const auto loop = [&](nh::Js& js) {
    try {
      js.Eval("for (;;);");
    } catch (const nh::DeadlineExceeded&) {
      here.Resolve("here");
      std::thread([&] { there.Resolve("there"); }).join();
      throw;
    }
  };
  CHECK_THROWS_AS(node.Run(loop, {.timeout = 20ms}), nh::DeadlineExceeded);
  CHECK(settled_here.Get(10s) == "fulfilled: here");
  CHECK(settled_there.Get(10s) == "fulfilled: there");
  CHECK(resumed.Get(10s) == "here");
}
