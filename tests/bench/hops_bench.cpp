// What it costs to get to the JS thread from another one, and to start and stop an environment.
// These run on the program's main thread and are measured in real time.
#include <condition_variable>
#include <mutex>
#include <thread>

#include "bench.hpp"

namespace bench {

namespace {

// The least that any handing over of a job to another thread and waiting for it costs here: one
// mutex, one condition variable each way, and nothing done.
class Floor {
 public:
  Floor() : thread_([this] { Serve(); }) {}
  ~Floor() {
    Call(true);
    thread_.join();
  }
  Floor(const Floor&) = delete;
  Floor& operator=(const Floor&) = delete;

  void Call(bool last = false) {
    std::unique_lock lock(mutex_);
    asked_ = true;
    last_ = last;
    ask_.notify_one();
    answer_.wait(lock, [this] { return !asked_; });
  }

 private:
  void Serve() {
    std::unique_lock lock(mutex_);
    do {
      ask_.wait(lock, [this] { return asked_; });
      asked_ = false;
      answer_.notify_one();
    } while (!last_);
  }

  std::mutex mutex_;
  std::condition_variable ask_;
  std::condition_variable answer_;
  bool asked_ = false;
  bool last_ = false;
  std::thread thread_;
};

void RunHop(benchmark::State& state) {
  for (auto _ : state) Node().Run([](nh::Js&) {});
}

void CondvarFloor(benchmark::State& state) {
  Floor floor;
  for (auto _ : state) floor.Call();
}

struct Calls {
  nh::Method<double(double, double)> add;
};

void MethodHop(benchmark::State& state) {
  const Calls calls = Node().Import<Calls>("./calls.mjs?hop");
  for (auto _ : state) benchmark::DoNotOptimize(calls.add(1.5, 2.5));
}

// A batch is kBatch jobs posted and then waited for.
void PostBatch(benchmark::State& state) {
  constexpr int kBatch = 1000;
  for (auto _ : state) {
    for (int i = 0; i < kBatch; ++i) Node().Post([](nh::Js&) {});
    Node().Run([](nh::Js&) {});
  }
  state.SetItemsProcessed(state.iterations() * kBatch);
}

void StartEnvironment(benchmark::State& state) {
  for (auto _ : state) {
    nh::Environment started = Platform().CreateEnvironment();
    state.PauseTiming();
    started.Stop();
    state.ResumeTiming();
  }
}

void StopEnvironment(benchmark::State& state) {
  for (auto _ : state) {
    state.PauseTiming();
    nh::Environment started = Platform().CreateEnvironment();
    state.ResumeTiming();
    started.Stop();
  }
}

}  // namespace

void RegisterHops() {
  const auto add = [](const char* name, void (*body)(benchmark::State&)) {
    return benchmark::RegisterBenchmark(name, body)->UseRealTime();
  };
  add("hop/run/nodehost", RunHop);
  add("hop/run/condvar_floor", CondvarFloor);
  add("hop/method/nodehost", MethodHop);
  add("post/batch/nodehost", PostBatch);
  add("start/environment/nodehost", StartEnvironment)->Unit(benchmark::kMillisecond)->Iterations(1);
  add("stop/environment/nodehost", StopEnvironment)->Unit(benchmark::kMillisecond)->Iterations(1);
}

}  // namespace bench
