// JsThread: how jobs get to a JS thread and what becomes of them, without Node.
#include <doctest/doctest.h>

#include <atomic>
#include <condition_variable>
#include <future>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "nodehost/errors.hpp"
#include "nodehost/future.hpp"
#include "thread/js_thread.hpp"

namespace nh = nodehost;
namespace nd = nodehost::detail;

namespace {

// A JS thread without JavaScript: it waits for jobs and runs them until it is ended.
class PlainThread final : public nd::JsThread {
 public:
  explicit PlainThread(std::string name) : JsThread(std::move(name)) {
    queue().Open([this] { Wake(); });
    thread_ = std::thread([this] { Main(); });
  }
  ~PlainThread() override { End(); }

  // Takes no more jobs, runs those that wait, and joins.
  void End() {
    queue().Seal();
    Wake();  // A queue that Refuse has closed wakes nobody.
    if (thread_.joinable()) thread_.join();
  }

  void Seal() { queue().Seal(); }

  // As Environment::Run does it off the JS thread.
  template <class F>
  auto Run(F&& function) {
    nd::RunJob<std::remove_reference_t<F>> job(function);
    RunBlocking(job);
    return job.Take();
  }
  template <class F>
  auto RunAsync(F function) {
    auto job = std::make_unique<nd::AsyncJob<F>>(std::move(function));
    auto future = job->GetFuture();
    Enqueue(std::move(job), false);
    return future;
  }

  bool SpinUntil(bool (*)(void*), void*, OtherJobs) override { return false; }

 private:
  void Wake() {
    const std::lock_guard lock(mutex_);
    woken_ = true;
    signal_.notify_one();
  }

  void Main() {
    const CurrentScope current(*this);
    while (true) {
      const bool last = queue().closed();
      queue().StartBatch();
      bool idle = true;
      while (nd::Job* const job = queue().TakeNext()) {
        idle = false;
        job->Run(js());
        job->Finish();
      }
      if (idle && last) break;
      if (idle) {
        std::unique_lock lock(mutex_);
        signal_.wait(lock, [this] { return std::exchange(woken_, false); });
      }
    }
  }

  std::mutex mutex_;
  std::condition_variable signal_;
  bool woken_ = false;
  std::thread thread_;
};

// Keeps a thread busy until it is let go.
class Hold {
 public:
  explicit Hold(PlainThread& thread) {
    std::promise<void> started;
    done_ = thread.RunAsync([&started, until = release_.get_future().share()](nh::Js&) {
      started.set_value();
      until.wait();
    });
    started.get_future().wait();
  }
  void Release() {
    release_.set_value();
    done_.get();
  }

 private:
  std::promise<void> release_;
  std::future<void> done_;
};

}  // namespace

TEST_CASE("a JS thread knows itself") {
  PlainThread thread("one");
  CHECK(nd::JsThread::Current() == nullptr);
  CHECK_FALSE(thread.IsCurrent());
  CHECK(thread.Run([&](nh::Js&) { return nd::JsThread::Current() == &thread; }));
  CHECK_NOTHROW(thread.Run([&](nh::Js&) { thread.CheckCurrent(); }));
}

TEST_CASE("CheckCurrent on another thread throws WrongThread and names the environment") {
  PlainThread thread("one");
  CHECK_THROWS_AS(thread.CheckCurrent(), nh::WrongThread);
  try {
    thread.CheckCurrent();
  } catch (const nh::WrongThread& error) {
    CHECK(std::string(error.what()).find("\"one\"") != std::string::npos);
  }
}

TEST_CASE("exceptions of any type come out of a blocking job") {
  PlainThread thread("one");
  CHECK_THROWS_AS(thread.Run([](nh::Js&) { throw 42; }), int);
  CHECK(thread.Run([](nh::Js&) { return 1; }) == 1);
}

TEST_CASE("a sealed thread still runs the jobs that wait") {
  PlainThread thread("one");
  Hold hold(thread);
  auto waiting = thread.RunAsync([](nh::Js&) { return 7; });
  std::thread end([&] { thread.End(); });
  hold.Release();
  CHECK(waiting.get() == 7);
  end.join();
}

TEST_CASE("Refuse cancels the jobs that wait with EnvironmentStopped") {
  PlainThread thread("one");
  Hold hold(thread);
  auto waiting = thread.RunAsync([](nh::Js&) { return 7; });
  std::future<void> blocked = std::async(std::launch::async, [&] {
    CHECK_THROWS_AS(thread.Run([](nh::Js&) {}), nh::EnvironmentStopped);
  });
  thread.Refuse();
  CHECK_THROWS_AS(waiting.get(), nh::EnvironmentStopped);
  blocked.get();
  hold.Release();
}

TEST_CASE("a refused job is cancelled: a blocking one throws, a future fails") {
  PlainThread thread("one");
  thread.Refuse();
  CHECK_THROWS_AS(thread.Run([](nh::Js&) {}), nh::EnvironmentStopped);
  CHECK_THROWS_AS(thread.RunAsync([](nh::Js&) {}).get(), nh::EnvironmentStopped);
}

TEST_CASE("a refused job that must be accepted throws") {
  PlainThread thread("one");
  thread.Refuse();
  const auto nothing = [](nh::Js&) {};
  auto job = std::make_unique<nd::AsyncJob<decltype(nothing)>>(nothing);
  auto future = job->GetFuture();
  CHECK_THROWS_AS(thread.Enqueue(std::move(job), true), nh::EnvironmentStopped);
  CHECK_THROWS_AS(future.get(), nh::EnvironmentStopped);
}

TEST_CASE("the exit code is part of the error, once there is one") {
  PlainThread thread("one");
  thread.Refuse();
  try {
    thread.Run([](nh::Js&) {});
  } catch (const nh::EnvironmentStopped& error) {
    CHECK_FALSE(error.exit_code().has_value());
  }
  thread.life().Note({.exit_code = 3});
  try {
    thread.Run([](nh::Js&) {});
    FAIL("nothing was thrown");
  } catch (const nh::EnvironmentStopped& error) {
    CHECK(error.exit_code() == 3);
    CHECK(std::string(error.what()).find("exit code 3") != std::string::npos);
  }
}

TEST_CASE("a JS thread may wait for another one") {
  PlainThread one("one");
  PlainThread two("two");
  CHECK(one.Run([&](nh::Js&) { return two.Run([](nh::Js&) { return 2; }); }) == 2);
}

TEST_CASE("two JS threads that would wait for each other: the second one throws") {
  PlainThread one("one");
  PlainThread two("two");
  CHECK_THROWS_AS(one.Run([&](nh::Js&) { two.Run([&](nh::Js&) { one.Run([](nh::Js&) {}); }); }),
                  nh::HostError);
  CHECK(one.Run([&](nh::Js&) { return two.Run([](nh::Js&) { return 1; }); }) == 1);
}

TEST_CASE("three JS threads in a ring: the last one throws and names both ends") {
  PlainThread one("one");
  PlainThread two("two");
  PlainThread three("three");
  std::string text;
  one.Run([&](nh::Js&) {
    two.Run([&](nh::Js&) {
      three.Run([&](nh::Js&) {
        try {
          one.Run([](nh::Js&) {});
        } catch (const nh::HostError& error) {
          text = error.what();
        }
      });
    });
  });
  CHECK(text.find("\"one\"") != std::string::npos);
  CHECK(text.find("\"three\"") != std::string::npos);
}

TEST_CASE("two JS threads that wait for each other at the same time never hang") {
  PlainThread one("one");
  PlainThread two("two");
  std::atomic<int> thrown = 0;
  const auto call = [&](PlainThread& other) {
    try {
      other.Run([](nh::Js&) {});
    } catch (const nh::HostError&) {
      ++thrown;
    }
  };
  int rounds = 0;
  for (; rounds < 500; ++rounds) {
    auto first = one.RunAsync([&](nh::Js&) { call(two); });
    auto second = two.RunAsync([&](nh::Js&) { call(one); });
    first.get();
    second.get();
  }
  CHECK(thrown <= rounds);  // never both of a pair
}

TEST_CASE("eight threads hammer one that ends: every future completes") {
  PlainThread thread("one");
  constexpr int kThreads = 8;
  constexpr int kJobs = 500;
  std::atomic<int> ran = 0;
  std::atomic<int> completed = 0;
  std::atomic<int> stopped = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < kJobs; ++i) {
        try {
          if (i % 2 == 0) {
            thread.Run([&](nh::Js&) { ++ran; });
          } else {
            thread.RunAsync([&](nh::Js&) { ++ran; }).get();
          }
          ++completed;
        } catch (const nh::EnvironmentStopped&) {
          ++stopped;
        }
      }
    });
  }
  while (ran < 100) std::this_thread::yield();
  thread.End();
  for (std::thread& one : threads) one.join();
  CHECK(completed == ran);
  CHECK(completed + stopped == kThreads * kJobs);
}

TEST_CASE("a thousand rounds: calls of every kind race with the end, and all of them end") {
  constexpr int kRounds = 1000;
  constexpr int kThreads = 8;
  std::atomic<int> called = 0;
  std::atomic<int> answered = 0;
  for (int round = 0; round < kRounds; ++round) {
    const auto thread = std::make_shared<PlainThread>("one");
    std::atomic<bool> go = false;
    std::vector<std::thread> threads;
    for (int t = 0; t < kThreads; ++t) {
      threads.emplace_back([&, t] {
        while (!go) std::this_thread::yield();
        const auto nothing = [](nh::Js&) {};
        ++called;
        try {
          if (t % 4 == 0) thread->Run(nothing);
          if (t % 4 == 1) thread->RunAsync(nothing).get();
          if (t % 4 == 2) {
            thread->Enqueue(std::make_unique<nd::AsyncJob<decltype(nothing)>>(nothing), true);
          }
          if (t % 4 == 3) (t == 3 ? thread->Refuse() : thread->Seal());
        } catch (const nh::EnvironmentStopped&) {
          // A refusal is an answer, too.
        }
        ++answered;
      });
    }
    go = true;
    if (round % 2 == 0) thread->End();
    for (std::thread& one : threads) one.join();
  }
  CHECK(called == kRounds * kThreads);
  CHECK(answered == called);
}
