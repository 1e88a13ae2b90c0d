// Events: JavaScript's for C++, and C++'s for JavaScript.
#include <doctest/doctest.h>

#include <chrono>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <tuple>
#include <vector>

#include "support/host.hpp"

using namespace std::chrono_literals;

using test::ErrorOf;
using test::NewEnvironment;

namespace {

struct Watcher {
  nh::Method<bool(std::string, std::optional<std::string>, std::optional<std::string>)> emit;
  nh::Method<int(std::string)> listenerCount;
};

Watcher NewWatcher(nh::Environment& node) {
  return node.Run([](nh::Js& js) {
    return js.Eval("globalThis.watcher = new (require('events'))()").As<Watcher>();
  });
}

struct Download {
  void Finish(const std::string& what) { events.Emit("end", what); }
  nh::EventEmitter events;
};
struct Downloads {
  nh::Class<::Download> Download;
};

// Until the jobs that were queued before are done.
void Settle(nh::Environment& node) {
  node.Run([](nh::Js&) {});
}

// Twice, with a turn of the event loop between: what a collection found is freed after it.
void CollectGarbage(nh::Environment& node) {
  for (int i = 0; i < 2; ++i) {
    node.Run([](nh::Js& js) {
      js.Eval(
          "require('v8').setFlagsFromString('--expose-gc'); require('vm').runInNewContext('gc')()");
    });
    Settle(node);
  }
}

}  // namespace

template <>
struct nodehost::Describe<Download> {
  static void To(nh::Class<Download>& c) { c.Constructor<>().Emits<&Download::events>(); }
};

TEST_CASE("events: On listens until the Subscription goes, from any thread") {
  nh::Environment node = NewEnvironment();
  const Watcher watcher = NewWatcher(node);
  std::vector<std::string> seen;
  {
    const nh::Subscription subscription = nh::On<std::string, std::string>(
        watcher, "all",
        [&](std::string event, const std::string& path) { seen.push_back(event + " " + path); });
    CHECK(watcher.listenerCount("all") == 1);
    watcher.emit("all", "add", "a.txt");
    watcher.emit("all", "change", "b.txt");
  }
  Settle(node);
  CHECK(watcher.listenerCount("all") == 0);
  watcher.emit("all", "add", "c.txt");
  CHECK(seen == std::vector<std::string>{"add a.txt", "change b.txt"});
}

TEST_CASE("events: on the JS thread a Value is the source, and an EventTarget is one") {
  nh::Environment node = NewEnvironment();
  struct Event {
    std::string type;
  };
  std::string type;
  nh::Subscription subscription =
      node.Run([&](nh::Js& js) {
            const nh::Value target = js.Eval("globalThis.target = new EventTarget()");
            return std::optional(
                nh::On<Event>(target, "tick", [&](const Event& event) { type = event.type; }));
          })
          .value();
  node.Run([](nh::Js& js) { js.Eval("target.dispatchEvent(new Event('tick'))"); });
  CHECK(type == "tick");
  type.clear();
  subscription.Cancel();
  CHECK_FALSE(subscription);
  Settle(node);
  node.Run([](nh::Js& js) { js.Eval("target.dispatchEvent(new Event('tick'))"); });
  CHECK(type.empty());
}

TEST_CASE("events: an argument that is missing is empty where the type allows that") {
  nh::Environment node = NewEnvironment();
  const Watcher watcher = NewWatcher(node);
  std::optional<std::string> second = "none yet";
  const auto subscription = nh::On<std::string, std::optional<std::string>>(
      watcher, "all", [&](std::string, std::optional<std::string> path) { second = path; });
  watcher.emit("all", "ready", std::nullopt);
  CHECK_FALSE(second);
}

TEST_CASE("events: arguments that do not fit are an error of the emitter, not the end") {
  nh::Environment node = NewEnvironment();
  const Watcher watcher = NewWatcher(node);
  int called = 0;
  const auto subscription =
      nh::On<std::string, std::string>(watcher, "all", [&](const auto&, const auto&) { ++called; });
  watcher.emit("all", "ready", std::nullopt);  // nobody listens to errors: a warning
  Settle(node);
  std::string error;
  const auto errors = nh::On<nh::JsError>(
      watcher, "error", [&](const nh::JsError& thrown) { error = thrown.message(); });
  watcher.emit("all", "ready", std::nullopt);
  CHECK(error == "event 'all': argument 2: expected string, got undefined");
  CHECK(called == 0);
}

TEST_CASE("events: what a listener throws is thrown into emit") {
  nh::Environment node = NewEnvironment();
  struct Mine : std::runtime_error {
    using std::runtime_error::runtime_error;
  };
  const Watcher watcher = NewWatcher(node);
  const auto subscription =
      nh::On<std::string>(watcher, "all", [](const std::string&) { throw Mine("mine"); });
  CHECK_THROWS_AS(watcher.emit("all", "a", std::nullopt), Mine);
}

TEST_CASE("events: Once is a Task") {
  nh::Environment node = NewEnvironment();
  const Watcher watcher = NewWatcher(node);
  const nh::Task<std::string> one = nh::Once<std::string>(watcher, "one");
  const nh::Task<std::tuple<std::string, std::optional<std::string>>> two =
      nh::Once<std::string, std::optional<std::string>>(watcher, "two");
  const nh::Task<void> none = nh::Once<>(watcher, "none");
  Settle(node);
  watcher.emit("one", "1", std::nullopt);
  watcher.emit("two", "a", std::nullopt);
  watcher.emit("none", std::nullopt, std::nullopt);
  CHECK(one.Get() == "1");
  CHECK(two.Get() == std::tuple(std::string("a"), std::optional<std::string>()));
  none.Get();
  CHECK(watcher.listenerCount("one") == 0);
  const nh::Task<int> wrong = nh::Once<int>(watcher, "one");
  const nh::Task<void> failed = nh::Once<>(watcher, "never");
  Settle(node);
  watcher.emit("one", "text", std::nullopt);
  CHECK(ErrorOf([&] { wrong.Get(); }).name() == "TypeError");
  node.Run([](nh::Js& js) { js.Eval("watcher.emit('error', new RangeError('broken'))"); });
  CHECK(ErrorOf([&] { failed.Get(); }).message() == "broken");
}

TEST_CASE("events: subscriptions and Tasks may outlive the environment") {
  std::optional<nh::Environment> node = NewEnvironment();
  const Watcher watcher = NewWatcher(*node);
  nh::Subscription subscription = nh::On<>(watcher, "all", [] {});
  const nh::Task<void> never = nh::Once<>(watcher, "all");
  node.reset();
  subscription.Cancel();
  CHECK_THROWS_AS(never.Get(), nh::EnvironmentStopped);
  CHECK_THROWS_AS(static_cast<void>(nh::On<>(watcher, "all", [] {})), nh::EnvironmentStopped);
}

TEST_CASE("events: what has no events is refused") {
  nh::Environment node = NewEnvironment();
  CHECK_THROWS_AS(static_cast<void>(nh::On<>(Watcher(), "all", [] {})), nh::HostError);
  CHECK(ErrorOf([&] {
          node.Run([](nh::Js& js) { static_cast<void>(nh::On<>(js.Eval("({})"), "all", [] {})); });
        }).message() == "Neither an EventEmitter nor an EventTarget");
  CHECK(ErrorOf([&] {
          node.Run([](nh::Js& js) { static_cast<void>(js.Eval("1").As<nh::EventEmitter>()); });
        }).message() == "value: expected EventEmitter, got number 1");
}

TEST_CASE("events: a C++ emitter emits from any thread, in each environment that has it") {
  nh::Environment first = NewEnvironment();
  nh::Environment second = NewEnvironment();
  const nh::EventEmitter progress;
  progress.Emit("done", 1);  // nobody has it yet
  for (nh::Environment* node : {&first, &second}) {
    node->Run([&](nh::Js& js) {
      js.Global().Set("progress", progress);
      js.Global().Set("again", progress);
      js.Eval("globalThis.seen = []; progress.on('done', (n, what) => seen.push(n, what))");
    });
  }
  std::thread([&] { progress.Emit("done", 2, "files"); }).join();
  for (nh::Environment* node : {&first, &second}) {
    CHECK(node->Run([](nh::Js& js) {
      return js.Eval("seen.join() + (progress === again)").ToString();
    }) == "2,filestrue");
    CHECK(node->Run(
        [](nh::Js& js) { return js.Eval("progress instanceof require('events')").As<bool>(); }));
  }
  first.Run([&](nh::Js& js) {
    progress.Emit("done", 3, std::string("here"));
    CHECK(js.Eval("seen.length").As<int>() == 4);  // at once
  });
}

TEST_CASE("events: what is emitted or unsubscribed while a job is being stopped is not lost") {
  nh::Environment node = NewEnvironment();
  const nh::EventEmitter progress;
  const Watcher watcher = NewWatcher(node);
  auto subscription = std::optional(nh::On<std::string>(watcher, "all", [](const auto&) {}));
  node.Run([&](nh::Js& js) {
    js.Global().Set("progress", progress);
    js.Eval("globalThis.seen = ''; progress.on('done', (text) => { seen += text; })");
  });
  const auto loop = [&](nh::Js& js) {
    try {
      js.Eval("for (;;);");
    } catch (const nh::DeadlineExceeded&) {
      progress.Emit("done", "late");
      subscription.reset();
      throw;
    }
  };
  CHECK_THROWS_AS(node.Run(loop, {.timeout = 20ms}), nh::DeadlineExceeded);
  Settle(node);
  CHECK(node.Run([](nh::Js& js) { return js.Global()["seen"].As<std::string>(); }) == "late");
  CHECK(watcher.listenerCount("all") == 0);
}

TEST_CASE("events: a Rest that C++ emits is any number of arguments") {
  nh::Environment node = NewEnvironment();
  const nh::EventEmitter progress;
  node.Run([&](nh::Js& js) {
    js.Global().Set("progress", progress);
    js.Eval("globalThis.seen = []; progress.on('done', (...list) => seen.push(...list))");
    progress.Emit("done", "files", nh::Rest<int>{1, 2});
    CHECK(js.Eval("JSON.stringify(seen)").ToString() == R"(["files",1,2])");
  });
}

TEST_CASE("events: an object that its own listener refers to goes when that is removed") {
  nh::Environment node = NewEnvironment();
  node.AddModule({"app:downloads", Downloads{}});
  node.Run([](nh::Js& js) {
    js.Eval(R"js(
      const { Download } = require('app:downloads');
      const add = (name, remove) => {
        const download = new Download();
        const listener = () => download;
        download[name]('end', listener);
        remove(download, listener);
      };
      add('once', (download) => download.emit('end'));
      add('on', (download, listener) => download.off('end', listener));
      add('on', (download) => download.removeAllListeners());)js");
    CHECK(js.CppObjects() == 3);
  });
  CollectGarbage(node);
  CHECK(node.Run([](nh::Js& js) { return js.CppObjects(); }) == 0);
}

TEST_CASE(
    "events: an object that its own listener refers to goes with the environment at the latest") {
  std::weak_ptr<Download> download;
  {
    nh::Environment node = NewEnvironment();
    node.AddModule({"app:downloads", Downloads{}});
    download = node.Run([](nh::Js& js) {
      return js
          .Eval(R"js((() => {
        const download = new (require('app:downloads').Download)();
        download.on('end', () => download);
        return download;
      })())js")
          .As<std::shared_ptr<Download>>();
    });
    CollectGarbage(node);
    CHECK(node.Run([](nh::Js& js) { return js.CppObjects(); }) == 1);
    CHECK(!download.expired());
  }
  CHECK(download.expired());
}

TEST_CASE("events: an exported class is an EventEmitter") {
  nh::Environment node = NewEnvironment();
  const auto download = std::make_shared<Download>();
  node.Run([&](nh::Js& js) {
    js.Global().Set("download", download);
    js.Eval(R"js(
      globalThis.seen = [];
      const listener = (n) => seen.push(n);
      const chained = download.on('part', listener).once('part', (n) => seen.push(`once ${n}`));
      seen.push(chained === download, download.listenerCount('part'), download.emit('part', 0));
      globalThis.removed = () => download.off('part', listener);
      globalThis.later = require('events').once(download, 'end'))js");
  });
  std::thread([&] { download->events.Emit("part", 1); }).join();
  node.Run([&](nh::Js& js) {
    js.Eval("removed()");
    download->events.Emit("part", 2);
    download->Finish("all of it");
    CHECK(js.Eval("seen.join()").ToString() == "0,once 0,true,2,true,1");
  });
  const std::string end = node.Run([](nh::Js& js) -> nh::Task<std::string> {
    nh::Value said = co_await js.Eval("later");
    co_return said.ToString();
  });
  CHECK(end == "all of it");
}

TEST_CASE("events: an exported class has all of an EventEmitter's methods") {
  nh::Environment node = NewEnvironment();
  node.Run([](nh::Js& js) {
    js.Global().Set("download", std::make_shared<Download>());
    CHECK(js.Eval("Object.getOwnPropertyNames(require('events').prototype)"
                  ".filter((name) => name !== 'constructor' && !name.startsWith('_'))"
                  ".filter((name) => typeof download[name] !== 'function').join()")
              .ToString() == "");
    CHECK(js.Eval("download.setMaxListeners(7) === download && download.getMaxListeners()")
              .As<int>() == 7);
    CHECK(js.Eval("download.once('end', () => {}); download.rawListeners('end')[0].listener.length")
              .As<int>() == 0);
  });
}

TEST_CASE("events: an emitter of JavaScript's, from any thread") {
  nh::Environment node = NewEnvironment();
  const auto emitter = node.Run([](nh::Js& js) {
    return js.Eval("globalThis.watcher = new (require('events'))()").As<nh::EventEmitter>();
  });
  std::promise<int> got;
  const auto subscription = nh::On<int>(emitter, "n", [&](int n) { got.set_value(n); });
  emitter.Emit("n", 7);
  CHECK(got.get_future().get() == 7);
  CHECK(node.Run([&](nh::Js& js) {
    return nh::Value::From(js, emitter).StrictEquals(js.Global()["watcher"]);
  }));
}
