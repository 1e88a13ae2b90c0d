// Tasks without an engine: coroutines, sources, executors, several as one; on many threads. And
// when the queue of a stream tells its consumer.
#include "nodehost/task.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <deque>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "nodehost/detail/stream_state.hpp"
#include "nodehost/executor.hpp"
#include "nodehost/future.hpp"
#include "nodehost/task_combinators.hpp"
#include "thread/js_thread.hpp"

namespace nh = nodehost;
namespace nd = nodehost::detail;

using namespace std::chrono_literals;

namespace {

// A thread with a queue, as a program has them.
class Worker {
 public:
  Worker() : thread_([this] { Run(); }) {}
  ~Worker() {
    Post({});
    thread_.join();
  }
  void Post(std::function<void()> work) {
    const std::lock_guard lock(mutex_);
    queue_.push_back(std::move(work));
    changed_.notify_one();
  }
  std::thread::id id() const { return thread_.get_id(); }

 private:
  void Run() {
    for (;;) {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [this] { return !queue_.empty(); });
      const auto work = std::move(queue_.front());
      queue_.pop_front();
      lock.unlock();
      if (!work) return;
      work();
    }
  }
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> queue_;
  std::thread thread_;
};

nh::Task<int> Answer() { co_return 42; }

nh::Task<int> Add(nh::Task<int> a, nh::Task<int> b) { co_return co_await a + co_await b; }

nh::Task<void> Throw(std::string text) {
  throw std::runtime_error(text);
  co_return;
}

template <class F>
std::string TextOf(F&& function) {
  try {
    function();
  } catch (const std::exception& error) {
    return error.what();
  }
  return "nothing was thrown";
}

// A coroutine type that is not the library's, and whose frame its owner destroys.
struct Foreign {
  struct promise_type {
    Foreign get_return_object() {
      return {std::coroutine_handle<promise_type>::from_promise(*this)};
    }
    std::suspend_never initial_suspend() { return {}; }
    std::suspend_always final_suspend() noexcept { return {}; }
    void unhandled_exception() {}
    void return_void() {}
  };
  std::coroutine_handle<promise_type> handle;
};

Foreign AwaitInForeign(nh::Task<int> task, std::atomic<int>& result) { result = co_await task; }

// A JS thread that the calling thread runs, as it does a PumpedEnvironment's.
class OwnedThread final : public nd::JsThread {
 public:
  OwnedThread() : JsThread("owned") {}
  bool IsOwnedHere() const noexcept override { return true; }
  bool SpinUntil(bool (*)(void*), void*, OtherJobs) override { return false; }
};

using Ints = nd::StreamState<int>;

// A stream whose consumer was woken a moment ago, has taken the chunk, and waits again.
std::shared_ptr<Ints> JustWoken(nd::StreamListener woken) {
  auto state = std::make_shared<Ints>(1000);
  state->consumer().Listen(std::move(woken));
  state->Push(1, nullptr);
  state->TryPop();
  static_cast<void>(state->consumer().Find());
  return state;
}

}  // namespace

TEST_CASE("a coroutine runs from the start, and gives its result or its exception") {
  CHECK(Answer().done());
  CHECK(Answer().Get() == 42);
  CHECK(Add(Answer(), Answer()).Get() == 84);
  CHECK(TextOf([] { Throw("broken").Get(); }) == "broken");
  CHECK(TextOf([] { nh::Task<int>().Get(); }).starts_with("An empty Task was used."));
}

TEST_CASE("a PromiseSource settles its Task from another thread, once") {
  const nh::PromiseSource<std::string> source;
  const nh::Task<std::string> task = source.task();
  CHECK_THROWS_AS(task.Get(1ms), nh::DeadlineExceeded);
  std::thread([source] { CHECK(source.Resolve("done")); }).join();
  CHECK_FALSE(source.Resolve("again"));
  CHECK_FALSE(source.Reject(std::runtime_error("late")));
  CHECK(task.Get() == "done");
  CHECK(task.Get() == "done");
}

TEST_CASE("a PromiseSource that is dropped fails its Task with a sentence") {
  std::optional<nh::PromiseSource<>> source(std::in_place);
  const nh::Task<> task = source->task();
  source.reset();
  CHECK(TextOf([&] { task.Get(); }).starts_with("The PromiseSource of a Task was destroyed"));
  CHECK_THROWS_AS(task.Get(), nh::HostError);
}

TEST_CASE("a result that cannot be copied is taken once") {
  const nh::PromiseSource<std::unique_ptr<int>> source;
  source.Resolve(std::make_unique<int>(7));
  CHECK(*source.task().Get() == 7);
  CHECK_THROWS_AS(source.task().Get(), nh::HostError);
}

TEST_CASE("a coroutine goes on where its text says") {
  Worker first;
  Worker second;
  const nh::PromiseSource<int> source;
  const auto main = std::this_thread::get_id();
  const auto run = [&]() -> nh::Task<bool> {
    const bool began_here = std::this_thread::get_id() == main;
    co_await nh::SwitchTo(first);
    const bool switched = std::this_thread::get_id() == first.id();
    co_await source.task();
    const bool came_back = std::this_thread::get_id() == first.id();
    co_await source.task().On(second);
    co_return began_here&& switched&& came_back&& std::this_thread::get_id() == second.id();
  };
  const nh::Task<bool> task = run();
  std::this_thread::sleep_for(5ms);
  source.Resolve(1);
  CHECK(task.Get());
}

TEST_CASE("a coroutine that runs nowhere goes on on the task thread, where nothing may block") {
  const nh::PromiseSource<int> source;
  const nh::PromiseSource<int> never;
  const auto run = [&]() -> nh::Task<std::string> {
    co_await source.task();
    co_return TextOf([&] { never.task().Get(); });
  };
  const nh::Task<std::string> task = run();
  source.Resolve(1);
  CHECK(task.Get().starts_with("Task::Get was called in a coroutine on the library's task thread"));
}

TEST_CASE("an executor that refuses does not leave a coroutine waiting") {
  const nh::Executor closed = [](const std::function<void()>&) {
    throw std::runtime_error("the pool is closed");
  };
  const nh::PromiseSource<int> source;
  const auto switching = [&]() -> nh::Task<void> { co_await nh::SwitchTo(closed); };
  const auto awaiting = [&]() -> nh::Task<int> { co_return co_await source.task().On(closed); };
  const nh::Task<int> task = awaiting();
  source.Resolve(1);
  CHECK(TextOf([&] { switching().Get(); }) == "the pool is closed");
  CHECK(TextOf([&] { task.Get(); }) == "the pool is closed");
}

TEST_CASE("the locals of a coroutine are gone when its result is there") {
  bool destroyed = false;
  struct Local {
    bool& destroyed;
    ~Local() { destroyed = true; }
  };
  const nh::PromiseSource<int> source;
  const auto run = [&]() -> nh::Task<int> {
    const Local local{destroyed};
    co_return co_await source.task();
  };
  const nh::Task<int> task = run();
  source.Resolve(3);
  CHECK(task.Get() == 3);
  CHECK(destroyed);
}

TEST_CASE("Then calls a function with the result, follows a Task, and lets failures pass") {
  CHECK(Answer().Then([](int n) { return n + 1; }).Get() == 43);
  CHECK(Answer().Then([](int) { return Answer(); }).Get() == 42);
  CHECK(Answer().Then([](int) {}).Then([] { return 1; }).Get() == 1);
  bool called = false;
  const auto task = Throw("broken").Then([&] { called = true; });
  CHECK(TextOf([&] { task.Get(); }) == "broken");
  CHECK_FALSE(called);
}

TEST_CASE("a Task as a std::future") {
  CHECK(Answer().ToFuture().get() == 42);
  CHECK(TextOf([] { Throw("broken").ToFuture().get(); }) == "broken");
}

TEST_CASE("a coroutine of another type awaits a Task, and may be destroyed while it waits") {
  const nh::PromiseSource<int> source;
  std::atomic<int> result = 0;
  const Foreign waiting = AwaitInForeign(source.task(), result);
  const Foreign dropped = AwaitInForeign(source.task(), result);
  std::thread([&] { dropped.handle.destroy(); }).join();
  source.Resolve(5);
  while (result != 5) std::this_thread::yield();
  while (!waiting.handle.done()) std::this_thread::yield();
  waiting.handle.destroy();
}

TEST_CASE("All gives all results, or the first failure") {
  CHECK(nh::All(std::vector{Answer(), Answer()}).Get() == std::vector{42, 42});
  CHECK(nh::All(std::vector<nh::Task<int>>()).Get().empty());
  const auto [number, nothing] = nh::All(Answer(), Answer().Then([](int) {})).Get();
  CHECK(number == 42);
  const nh::PromiseSource<> pending;
  CHECK(TextOf([&] { nh::All(std::vector{pending.task(), Throw("one")}).Get(); }) == "one");
}

TEST_CASE("Race gives the first outcome, Any the first result") {
  const nh::PromiseSource<int> slow;
  const nh::Task<int> failed =
      nh::Task<int>::Failed(std::make_exception_ptr(std::runtime_error("failed")));
  CHECK(nh::Race(std::vector{slow.task(), Answer()}).Get() == 42);
  CHECK(TextOf([&] { nh::Race(std::vector{slow.task(), failed}).Get(); }) == "failed");
  CHECK(nh::Any(std::vector{failed, Answer()}).Get() == 42);
  try {
    nh::Any(std::vector{failed, failed}).Get();
    FAIL("nothing was thrown");
  } catch (const nh::JsError& error) {
    CHECK(error.name() == "AggregateError");
    REQUIRE(error.errors().size() == 2);
    CHECK(error.errors()[1].message() == "failed");
  }
}

TEST_CASE("Timeout gives up waiting") {
  const nh::PromiseSource<int> never;
  CHECK_THROWS_AS(nh::Timeout(never.task(), 5ms).Get(), nh::DeadlineExceeded);
  CHECK(nh::Timeout(Answer(), 1h).Get() == 42);
}

TEST_CASE("a failure that nobody looked at is reported, others are not") {
  static std::vector<std::string> reported;
  nh::OnUnobservedFailure([](const std::exception_ptr& error) {
    reported.push_back(TextOf([&] { std::rethrow_exception(error); }));
  });
  static_cast<void>(Throw("dropped"));
  CHECK_THROWS(Throw("seen").Get());
  {
    const nh::Task<> task = Throw("passed on").Then([] {});
    CHECK_THROWS(task.Get());
  }
  nh::OnUnobservedFailure(nullptr);
  CHECK(reported == std::vector<std::string>{"dropped"});
}

TEST_CASE("a thousand coroutines wait for one Task, settled from another thread") {
  const nh::PromiseSource<int> source;
  std::vector<nh::Task<int>> tasks;
  const auto wait = [&]() -> nh::Task<int> { co_return co_await source.task(); };
  std::thread settler;
  for (int i = 0; i < 1000; ++i) {
    tasks.push_back(wait());
    if (i == 500) settler = std::thread([source] { source.Resolve(1); });
  }
  int sum = 0;
  for (const int n : nh::All(tasks).Get()) sum += n;
  CHECK(sum == 1000);
  settler.join();
}

TEST_CASE("sources are settled by several threads at once, and one wins") {
  for (int round = 0; round < 200; ++round) {
    const nh::PromiseSource<int> source;
    std::atomic<int> wins = 0;
    std::vector<std::thread> threads;
    for (int i = 0; i < 3; ++i) {
      threads.emplace_back([&, i] { wins += source.Resolve(i) ? 1 : 0; });
    }
    const int result = source.task().Get();
    for (std::thread& thread : threads) thread.join();
    CHECK(wins == 1);
    CHECK(source.task().Get() == result);
  }
}

TEST_CASE("a Task that is always done keeps no JS thread") {
  auto thread = std::make_shared<OwnedThread>();
  {
    const nd::JsThread::CurrentScope current(*thread);
    CHECK(nd::DoneWait()->settled());
  }
  const std::weak_ptr<OwnedThread> left = thread;
  thread.reset();
  CHECK(left.expired());
}

TEST_CASE(
    "a stream wakes its consumer at the end of a tick, not when a blocked tick would be over") {
  std::string order;
  std::promise<void> over;
  const auto state = JustWoken([&] { order += "woken "; });
  const auto fill = [](void*, void* chunk, void*) {
    *static_cast<int*>(chunk) = 2;
    return true;
  };
  state->PushFilled({fill, nullptr});
  state->producer().Deliver();
  // The task thread calls in the order of the times: the consumer is woken 100 us after the last
  // time at most, which is before this.
  nd::CallAt(std::chrono::steady_clock::now() + 100us, [&] {
    order += "over";
    over.set_value();
  });
  over.get_future().wait();
  CHECK(order == "woken woken over");
}

TEST_CASE("a stream wakes a consumer that the writing thread runs at once, however often") {
  int wakes = 0;
  const auto state = JustWoken([&] { ++wakes; });
  state->consumer().set_origin(std::make_shared<OwnedThread>());
  state->Push(2, nullptr);
  CHECK(wakes == 2);
}

TEST_CASE("a coroutine on the task thread that writes does not hold its own chunk up") {
  int wakes = 0;
  std::promise<int> seen;
  nd::CallAt(std::chrono::steady_clock::now(), [&] {
    const auto state = JustWoken([&] { ++wakes; });
    state->Push(2, nullptr);
    seen.set_value(wakes);
  });
  CHECK(seen.get_future().get() == 2);
}
