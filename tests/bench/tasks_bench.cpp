// What it costs to wait: for a promise in C++, for a coroutine in JavaScript, and for a Task from
// another thread. The row `js` is the same loop in JavaScript, `v8` the same by hand.
#include <chrono>
#include <string>

#include "bench.hpp"
#include "nodehost/future.hpp"

namespace bench {

namespace {

constexpr int kAwaits = 1000;

// kAwaits of promises of `name` in a row, in one coroutine on the JS thread.
void AwaitJs(benchmark::State& state, const char* name) {
  for (auto _ : state) {
    Node()
        .RunAsync([name](nh::Js& js) -> nh::Task<void> {
          const nh::Value later = js.Global()[name];
          for (int i = 0; i < kAwaits; ++i) co_await later(1.5);
        })
        .Get();
  }
  state.SetItemsProcessed(state.iterations() * kAwaits);
}

// An async function that awaits `name` kAwaits times.
void AwaitInJs(benchmark::State& state, const char* name) {
  struct Loop {
    nh::Method<nh::Task<void>()> run;
  };
  const Loop loop = Node().Run([&](nh::Js& js) {
    return js
        .Eval("({ async run() { for (let i = 0; i < " + std::to_string(kAwaits) + "; i++) await " +
              name + "(1.5); } })")
        .As<Loop>();
  });
  for (auto _ : state) loop.run().Get();
  state.SetItemsProcessed(state.iterations() * kAwaits);
}

void TaskHop(benchmark::State& state) {
  struct Calls {
    nh::Method<nh::Task<double>(double, double)> add;
  };
  const Calls calls = Node().Import<Calls>("./calls.mjs?task");
  for (auto _ : state) benchmark::DoNotOptimize(calls.add(1.5, 2.5).Get());
}

// The same as a Method that waits: what a Task is not to be slower than.
void MethodHop(benchmark::State& state) {
  struct Calls {
    nh::Method<double(double, double)> add;
  };
  const Calls calls = Node().Import<Calls>("./calls.mjs?task_method");
  for (auto _ : state) benchmark::DoNotOptimize(calls.add(1.5, 2.5));
}

void LimitedHop(benchmark::State& state) {
  struct Calls {
    nh::Method<double(double, double)> add;
  };
  const Calls calls = Node().Import<Calls>("./calls.mjs?limited");
  const auto limited = calls.add.With({.timeout = std::chrono::hours(1)});
  for (auto _ : state) benchmark::DoNotOptimize(limited(1.5, 2.5));
}

}  // namespace

void RegisterTasks() {
  Node().Run([](nh::Js& js) {
    js.Eval(R"js(
      globalThis.benchLater = async (n) => n;
      globalThis.benchPending = async (n) => { await undefined; return n; };
    )js");
    DefineV8Task(js);
    js.Global().Set("benchTask", [](double n) -> nh::Task<double> { co_return n; });
  });
  const auto add = [](const char* name, auto body) {
    benchmark::RegisterBenchmark(name, body)->UseRealTime();
  };
  add("promise/await_js/nodehost", [](benchmark::State& state) { AwaitJs(state, "benchLater"); });
  add("promise/await_js/v8", [](benchmark::State& state) { AwaitJsByV8(state, kAwaits); });
  add("promise/await_js/js", [](benchmark::State& state) { AwaitInJs(state, "benchLater"); });
  add("promise/await_pending/nodehost",
      [](benchmark::State& state) { AwaitJs(state, "benchPending"); });
  add("promise/await_pending/js",
      [](benchmark::State& state) { AwaitInJs(state, "benchPending"); });
  add("promise/await_cpp/nodehost", [](benchmark::State& state) { AwaitInJs(state, "benchTask"); });
  add("promise/await_cpp/v8", [](benchmark::State& state) { AwaitInJs(state, "benchTaskV8"); });
  add("promise/await_cpp/js", [](benchmark::State& state) { AwaitInJs(state, "benchLater"); });
  add("task/hop/nodehost", TaskHop);
  add("task/hop/method", MethodHop);
  add("task/hop/limited", LimitedHop);
}

}  // namespace bench
