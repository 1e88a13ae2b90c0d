// What it costs to get to the JS thread from another one, and to start and stop an environment.
// These run on the program's main thread and are measured in real time.
#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>

#include "bench.hpp"
#include "nodehost/batch.hpp"

#if defined(__linux__)
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>
#endif

namespace bench {

namespace {

#if defined(__linux__)
// The least that any handing over of a job to another thread and waiting for it costs here: a futex
// each way, and nothing done.
class FutexPair {
 public:
  FutexPair() : thread_([this] { Serve(); }) {}
  ~FutexPair() {
    last_ = true;
    Call();
    thread_.join();
  }
  FutexPair(const FutexPair&) = delete;
  FutexPair& operator=(const FutexPair&) = delete;

  void Call() {
    Set(asked_);
    WaitAndClear(answered_);
  }

 private:
  using Futex = std::atomic<int>;

  static void Set(Futex& futex) {
    futex.store(1, std::memory_order_release);
    syscall(SYS_futex, reinterpret_cast<int*>(&futex), FUTEX_WAKE_PRIVATE, 1, nullptr, nullptr, 0);
  }
  static void WaitAndClear(Futex& futex) {
    while (futex.exchange(0, std::memory_order_acquire) == 0) {
      syscall(SYS_futex, reinterpret_cast<int*>(&futex), FUTEX_WAIT_PRIVATE, 0, nullptr, nullptr,
              0);
    }
  }

  void Serve() {
    bool last = false;
    while (!last) {
      WaitAndClear(asked_);
      last = last_;
      Set(answered_);
    }
  }

  Futex asked_{0};
  Futex answered_{0};
  bool last_ = false;
  std::thread thread_;
};

void FutexFloor(benchmark::State& state) {
  FutexPair pair;
  for (auto _ : state) pair.Call();
}
#endif

// What one writes without thinking of futexes: one mutex, one condition variable each way.
class CondvarPair {
 public:
  CondvarPair() : thread_([this] { Serve(); }) {}
  ~CondvarPair() {
    Call(true);
    thread_.join();
  }
  CondvarPair(const CondvarPair&) = delete;
  CondvarPair& operator=(const CondvarPair&) = delete;

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
  CondvarPair pair;
  for (auto _ : state) pair.Call();
}

struct Calls {
  nh::Method<double(double, double)> add;
};

void MethodHop(benchmark::State& state) {
  const Calls calls = Node().Import<Calls>("./calls.mjs?hop");
  for (auto _ : state) benchmark::DoNotOptimize(calls.add(1.5, 2.5));
}

constexpr int kBatch = 1000;

// kBatch calls of a method in one hop.
void MethodBatch(benchmark::State& state) {
  const Calls calls = Node().Import<Calls>("./calls.mjs?batch");
  for (auto _ : state) {
    nh::Batch batch(Node());
    for (int i = 0; i < kBatch; ++i) batch.Call(calls.add, 1.5, 2.5);
    batch.Run();
  }
  state.SetItemsProcessed(state.iterations() * kBatch);
}

// A thread with a list of jobs, as one writes it by hand: a node a job, one mutex, the list taken
// whole.
class List {
 public:
  List() : thread_([this] { Serve(); }) {}
  ~List() {
    Post([this] { last_ = true; });
    thread_.join();
  }
  List(const List&) = delete;
  List& operator=(const List&) = delete;

  template <class F>
  void Post(F function) {
    auto node = std::make_unique<NodeOf<F>>(std::move(function));
    const std::lock_guard lock(mutex_);
    const bool first = !first_;
    *end_ = node.release();
    end_ = &(*end_)->next;
    if (first) changed_.notify_one();
  }

 private:
  struct Job {
    virtual ~Job() = default;
    virtual void Run() = 0;
    Job* next = nullptr;
  };
  template <class F>
  struct NodeOf final : Job {
    explicit NodeOf(F its_function) : function(std::move(its_function)) {}
    void Run() override { function(); }
    F function;
  };

  void Serve() {
    while (!last_) {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [this] { return first_ != nullptr; });
      Job* job = std::exchange(first_, nullptr);
      end_ = &first_;
      lock.unlock();
      while (job) {
        const std::unique_ptr<Job> done(std::exchange(job, job->next));
        done->Run();
      }
    }
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  Job* first_ = nullptr;
  Job** end_ = &first_;
  bool last_ = false;  // the thread's own
  std::thread thread_;
};

// kBatch jobs that do nothing are posted, and then the last one waited for.
void Post(benchmark::State& state) {
  for (auto _ : state) {
    for (int i = 0; i < kBatch; ++i) Node().Post([](nh::Js&) {});
    Node().Run([](nh::Js&) {});
  }
  state.SetItemsProcessed(state.iterations() * kBatch);
}

void PostToList(benchmark::State& state) {
  List list;
  for (auto _ : state) {
    std::atomic<int> done = 0;
    for (int i = 1; i < kBatch; ++i) list.Post([] {});
    list.Post([&done] {
      done = 1;
      done.notify_one();
    });
    done.wait(0);
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
  add("task/hop/condvar_floor", CondvarFloor);
  add("hop/method/nodehost", MethodHop);
  add("hop/method/condvar_floor", CondvarFloor);
#if defined(__linux__)
  add("hop/run/futex_floor", FutexFloor);
  add("hop/method/futex_floor", FutexFloor);
#endif
  add("hop/post/nodehost", Post);
  add("hop/post/list", PostToList);
  add("hop/batch/nodehost", MethodBatch);
  add("start/environment/nodehost", StartEnvironment)->Unit(benchmark::kMillisecond)->Iterations(1);
  add("stop/environment/nodehost", StopEnvironment)->Unit(benchmark::kMillisecond)->Iterations(1);
}

}  // namespace bench
