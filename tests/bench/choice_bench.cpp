// What a C++ program would use instead, for the same job by the same npm packages: node as a child,
// by pipes or by HTTP, or an engine inside the program. `node` is the job inside node, with no way
// to it. Each row has an environment, a process or an engine for its job alone; those with V8 call
// it before they measure, for V8 to learn what to compile.
#include <chrono>
#include <cstdlib>
#include <exception>
#include <memory>
#include <stdexcept>
#include <thread>
#include <vector>

#include "bench.hpp"
#include "engines/engine.hpp"
#include "nodehost/environment_pool.hpp"
#include "peer.hpp"

namespace bench {

namespace {

struct Jobs {
  nh::Method<std::string(std::string)> small_call;
  nh::Method<std::string(std::string)> render;
  nh::Method<std::string(std::string)> compile;
};

using Job = nh::Method<std::string(std::string)> Jobs::*;

// A page of Markdown: the project's own. Without the last newline, as Duktape does not get past the
// end of a text with one in marked's `/^(?: *(?:\n|$))+/`.
std::string Page() {
  std::string text = TextOf(NODEHOST_BENCH_DIR "/README.md");
  while (text.ends_with('\n')) text.pop_back();
  return text;
}

std::string TypeScriptSource() {
  std::string source;
  for (int i = 0; i < 20; ++i) {
    const std::string name = "Shape" + std::to_string(i);
    source += "export interface " + name + "Options { readonly width: number; height?: number }\n" +
              "export class " + name + "<T extends object> {\n" +
              "  private items: Map<string, T> = new Map();\n" +
              "  constructor(public options: " + name + "Options) {}\n" +
              "  get area(): number { return this.options.width * (this.options.height ?? 1); }\n" +
              "  async add(key: string, item: T): Promise<this> {\n" +
              "    this.items.set(key, item); return this;\n  }\n}\n";
  }
  return source;
}

struct Choice {
  const char* name;
  Job job;
  std::string input;
  int iterations;
  int iterations_of_engines;  // interpreters, which take many times as long
};

// As long as peer.mjs calls before it measures.
constexpr std::chrono::milliseconds kWarmUp{100};

template <class F>
void Measure(benchmark::State& state, F call) {
  const auto end = std::chrono::steady_clock::now() + kWarmUp;
  do {
    benchmark::DoNotOptimize(call());
  } while (std::chrono::steady_clock::now() < end);
  for (auto _ : state) benchmark::DoNotOptimize(call());
}

void InNodehost(benchmark::State& state, const Choice& choice) {
  const Jobs jobs = NodeFor(choice.name).Import<Jobs>("./jobs.cjs");
  Measure(state, [&] { return (jobs.*choice.job)(choice.input); });
}

void InRun(benchmark::State& state, const Choice& choice) {
  nh::Environment& node = NodeFor(choice.name);
  const Jobs jobs = node.Import<Jobs>("./jobs.cjs");
  node.Run([&](nh::Js&) { Measure(state, [&] { return (jobs.*choice.job)(choice.input); }); });
}

void InsideNode(benchmark::State& state, const Choice& choice) {
  static Peer small_call("inside", "small_call");
  static Peer render("inside", "render");
  static Peer compile("inside", "compile");
  Peer& peer = choice.job == &Jobs::small_call ? small_call
               : choice.job == &Jobs::render   ? render
                                               : compile;
  for (auto _ : state) state.SetIterationTime(std::stod(peer.Ask(choice.input)));
}

// With the package loaded, and the job's result seen to be that of the same package in Node.
std::unique_ptr<Engine> EngineFor(const Choice& choice, const EngineKind& kind) {
  const bool compiles = choice.job == &Jobs::compile;
  auto engine = kind.make(compiles ? kind.typescript : kind.marked, choice.name);
  nh::Environment node =
      Platform().CreateEnvironment({.base_dir = NODEHOST_BENCH_DIR, .name = kind.name});
  const Jobs same = node.Import<Jobs>(kind.same_in_node);
  if (engine->Call(choice.input) != (same.*choice.job)(choice.input)) {
    throw std::runtime_error("the result is not that of the same package in Node");
  }
  return engine;
}

void InEngine(benchmark::State& state, const Choice& choice, const EngineKind& kind,
              std::unique_ptr<Engine>& engine) {
  try {
    if (!engine) engine = EngineFor(choice, kind);
    for (auto _ : state) benchmark::DoNotOptimize(engine->Call(choice.input));
  } catch (const std::exception& error) {
    state.SkipWithError(error.what());
  }
}

void RegisterChoice(const Choice& choice) {
  const std::string prefix = std::string("choice/") + choice.name + '/';
  const auto add = [&](const char* who, auto body) {
    return benchmark::RegisterBenchmark((prefix + who).c_str(), body)
        ->Unit(benchmark::kMicrosecond)
        ->Iterations(choice.iterations);
  };
  add("nodehost", [=](benchmark::State& state) { InNodehost(state, choice); })->UseRealTime();
  add("nodehost_in_run", [=](benchmark::State& state) { InRun(state, choice); })->UseRealTime();
  for (const EngineKind& kind : Engines()) {
    add(kind.name, [=, engine = std::make_shared<std::unique_ptr<Engine>>()](
                       benchmark::State& state) { InEngine(state, choice, kind, *engine); })
        ->UseRealTime()
        ->Iterations(choice.iterations_of_engines);
  }
  if (OfficialNode().empty()) return;
  add("node", [=](benchmark::State& state) { InsideNode(state, choice); })
      ->UseManualTime()
      ->Iterations(1);
  add("child_pipe", [choice,
                     peer = std::make_shared<std::unique_ptr<Peer>>()](benchmark::State& state) {
    if (!*peer) *peer = std::make_unique<Peer>("pipe", choice.name);
    Measure(state, [&] { return (*peer)->Ask(choice.input); });
  })->UseRealTime();
  add("child_http", [choice, peer = std::make_shared<std::unique_ptr<HttpPeer>>()](
                        benchmark::State& state) {
    if (!*peer) *peer = std::make_unique<HttpPeer>(choice.name);
    Measure(state, [&] { return (*peer)->Post(choice.input); });
  })->UseRealTime();
}

constexpr int kPages = 40;
constexpr std::size_t kWarmUps = 5;

// kPages pages, by a pool of `size` environments and as many threads that wait for them.
void RenderInPool(benchmark::State& state, std::size_t size) {
  nh::EnvironmentPool pool(Platform(),
                           {.size = size, .environment = {.base_dir = NODEHOST_BENCH_DIR}});
  const auto jobs = pool.Import<Jobs>("./jobs.cjs");
  const std::string page = Page();
  const auto render_all = [&] {
    std::vector<std::thread> threads;
    for (std::size_t i = 0; i < size; ++i) {
      threads.emplace_back([&] {
        for (std::size_t k = 0; k < kPages / size; ++k) jobs->render(page);
      });
    }
    for (std::thread& thread : threads) thread.join();
  };
  for (std::size_t i = 0; i < size * kWarmUps; ++i) render_all();
  for (auto _ : state) render_all();
}

}  // namespace

void SetVariablesOfPackages() {
  setenv("NODEHOST_BENCH_MARKED", NODEHOST_BENCH_MARKED, 1);
  setenv("NODEHOST_BENCH_TYPESCRIPT", NODEHOST_BENCH_TYPESCRIPT, 1);
  setenv("NODEHOST_BENCH_ES5_PACKAGES", Es5Packages().c_str(), 1);
}

void RegisterChoices() {
  RegisterChoice({"small_call", &Jobs::small_call,
                  "# Hi\n\nSixty bytes of *Markdown*, with `code` and a [link](/).", 500, 100});
  RegisterChoice({"render", &Jobs::render, Page(), 10, 1});
  RegisterChoice({"compile", &Jobs::compile, TypeScriptSource(), 5, 1});
  for (const std::size_t size : {1U, 2U, 4U}) {
    benchmark::RegisterBenchmark(("scale/pool/" + std::to_string(size)).c_str(),
                                 [size](benchmark::State& state) { RenderInPool(state, size); })
        ->UseRealTime()
        ->Unit(benchmark::kMillisecond)
        ->Iterations(3);
  }
}

}  // namespace bench
