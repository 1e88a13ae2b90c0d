// JobQueue: order, wake-ups, and what becomes of jobs when it closes.
#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "thread/job_queue.hpp"

namespace nd = nodehost::detail;

namespace {

class NumberedJob final : public nd::Job {
 public:
  explicit NumberedJob(int its_number) : number(its_number) {}
  void Run(nodehost::Js&) noexcept override {}
  void Cancel(const std::exception_ptr&) noexcept override {}

  const int number;
};

class Callback final : public nd::CallbackJob {
 public:
  void Run(nodehost::Js&) noexcept override {}
  void Cancel(const std::exception_ptr&) noexcept override {}
};

// The numbers of a batch, oldest first; the jobs are finished.
std::vector<int> Numbers(nd::Job* list) {
  std::vector<int> numbers;
  while (list) {
    nd::Job* const job = std::exchange(list, list->next);
    numbers.push_back(static_cast<NumberedJob*>(job)->number);
    job->Finish();
  }
  return numbers;
}

bool Push(nd::JobQueue& queue, int number) {
  auto job = std::make_unique<NumberedJob>(number);
  if (!queue.Push(*job)) return false;
  static_cast<void>(job.release());  // Finish() deletes it.
  return true;
}

// Takes and finishes what a test leaves behind.
class Queue : public nd::JobQueue {
 public:
  ~Queue() { Numbers(Close()); }

  // The numbers of what waits, taken one by one as the JS thread does.
  std::vector<int> TakeBatch() {
    std::vector<int> numbers;
    StartBatch();
    while (nd::Job* const job = TakeNext()) {
      numbers.push_back(Numbers(job).front());
    }
    return numbers;
  }
};

}  // namespace

TEST_CASE("a batch is taken whole and oldest first") {
  Queue queue;
  for (int i = 0; i < 5; ++i) CHECK(Push(queue, i));
  CHECK(queue.TakeBatch() == std::vector{0, 1, 2, 3, 4});
  CHECK(queue.TakeBatch().empty());
}

TEST_CASE("a queue takes jobs again after its batch was taken") {
  Queue queue;
  CHECK(Push(queue, 1));
  CHECK(queue.TakeBatch() == std::vector{1});
  CHECK(Push(queue, 2));
  CHECK(Push(queue, 3));
  CHECK(queue.TakeBatch() == std::vector{2, 3});
}

TEST_CASE("a batch wakes the thread once") {
  Queue queue;
  int wakes = 0;
  queue.Open([&] { ++wakes; });
  for (int i = 0; i < 100; ++i) Push(queue, i);
  CHECK(wakes == 1);
  queue.TakeBatch();
  CHECK(wakes == 1);
  Push(queue, 100);
  CHECK(wakes == 2);
}

TEST_CASE("jobs pushed before the queue is open wake the thread when it opens") {
  Queue queue;
  Push(queue, 1);
  int wakes = 0;
  queue.Open([&] { ++wakes; });
  CHECK(wakes == 1);
  CHECK(queue.TakeBatch() == std::vector{1});
}

TEST_CASE("a queue that was empty when it opened wakes nobody") {
  Queue queue;
  int wakes = 0;
  queue.Open([&] { ++wakes; });
  CHECK(wakes == 0);
}

TEST_CASE("a sealed queue refuses jobs, keeps those that wait and wakes the thread") {
  Queue queue;
  int wakes = 0;
  queue.Open([&] { ++wakes; });
  Push(queue, 1);
  queue.Seal();
  CHECK(wakes == 2);
  CHECK(queue.closed());
  CHECK_FALSE(Push(queue, 2));
  CHECK_FALSE(queue.drained());
  CHECK(queue.TakeBatch() == std::vector{1});
  CHECK(queue.drained());
}

TEST_CASE("an open queue is never drained") {
  Queue queue;
  CHECK_FALSE(queue.drained());
}

TEST_CASE("a job that is pushed while the thread is awake wakes nobody, and is not forgotten") {
  Queue queue;
  int wakes = 0;
  queue.Open([&] { ++wakes; });
  queue.StartBatch(Queue::Pushes::kAwake);
  CHECK_FALSE(queue.SpinForPush());
  Push(queue, 1);
  CHECK(wakes == 0);
  CHECK(queue.SpinForPush());
  CHECK(queue.FallAsleep());
  CHECK_FALSE(queue.FallAsleep());
  CHECK(queue.TakeBatch() == std::vector{1});
  Push(queue, 2);
  CHECK(wakes == 1);
  CHECK_FALSE(queue.FallAsleep());  // it has been woken
}

TEST_CASE("a batch in a batch, of a job that turns the loop, wakes the thread anew") {
  Queue queue;
  int wakes = 0;
  queue.Open([&] { ++wakes; });
  queue.StartBatch(Queue::Pushes::kAwake);
  queue.StartBatch();
  Push(queue, 1);
  CHECK(wakes == 1);
}

// A job that did neither would be waited for here until the test's time is up.
TEST_CASE("a job that is pushed while the thread falls asleep is seen by it, or wakes it") {
  Queue queue;
  std::atomic<int> wakes = 0;
  queue.Open([&] { ++wakes; });
  constexpr int kJobs = 20000;
  std::atomic<int> asked = 0;
  std::thread pusher([&] {
    for (int i = 1; i <= kJobs; ++i) {
      while (asked < i) std::this_thread::yield();
      Push(queue, i);
    }
  });
  int seen = 0;
  for (int i = 1; i <= kJobs; ++i) {
    const int before = wakes;
    queue.StartBatch(Queue::Pushes::kAwake);
    asked = i;
    if (queue.SpinForPush() || queue.FallAsleep()) {
      ++seen;
    } else {
      while (wakes == before) std::this_thread::yield();
    }
    CHECK(queue.TakeBatch() == std::vector{i});
  }
  pusher.join();
  CHECK(seen + wakes == kJobs);
}

TEST_CASE("closing returns the jobs that wait and wakes nobody from then on") {
  Queue queue;
  int wakes = 0;
  queue.Open([&] { ++wakes; });
  Push(queue, 1);
  Push(queue, 2);
  CHECK(Numbers(queue.Close()) == std::vector{1, 2});
  CHECK(queue.closed());
  CHECK_FALSE(Push(queue, 3));
  queue.Seal();
  CHECK(queue.Close() == nullptr);
  CHECK(wakes == 1);
}

TEST_CASE("a batch is what waited when it was begun") {
  Queue queue;
  Push(queue, 1);
  queue.StartBatch();
  Push(queue, 2);
  nd::Job* const first = queue.TakeNext();
  CHECK(Numbers(first) == std::vector{1});
  CHECK(queue.TakeNext() == nullptr);
  CHECK(queue.TakeBatch() == std::vector{2});
}

TEST_CASE("a batch begun before the last one is done goes behind it") {
  Queue queue;
  Push(queue, 1);
  Push(queue, 2);
  queue.StartBatch();
  Push(queue, 3);
  CHECK(queue.TakeBatch() == std::vector{1, 2, 3});
}

TEST_CASE("closing reaches what is left of a batch, and what waits behind it") {
  Queue queue;
  for (int i = 1; i <= 3; ++i) Push(queue, i);
  queue.StartBatch();
  nd::Job* const first = queue.TakeNext();
  Push(queue, 4);
  CHECK(Numbers(queue.Close()) == std::vector{2, 3, 4});
  CHECK(queue.TakeNext() == nullptr);
  first->Finish();
}

TEST_CASE("eight threads push and close: each job is either taken or refused") {
  Queue queue;
  constexpr int kThreads = 8;
  constexpr int kJobs = 2000;
  std::atomic<int> wakes = 0;
  std::atomic<int> refused = 0;
  queue.Open([&] { ++wakes; });
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < kJobs; ++i) refused += Push(queue, i) ? 0 : 1;
    });
  }
  std::size_t taken = 0;
  int batches = 0;
  while (taken < kThreads * kJobs / 2) {
    const std::size_t batch = queue.TakeBatch().size();
    taken += batch;
    batches += batch == 0 ? 0 : 1;
  }
  taken += Numbers(queue.Close()).size();
  for (std::thread& thread : threads) thread.join();
  CHECK(static_cast<int>(taken) + refused == kThreads * kJobs);
  CHECK(wakes >= batches);
  CHECK(wakes <= batches + 1);
}

// A target that must not be used after Close(): TSan and ASan tell.
TEST_CASE("closing waits for a wake-up that is under way") {
  nd::JobQueue queue;
  std::atomic<bool> in_wake = false;
  std::atomic<bool> go_on = false;
  std::atomic<bool> closed = false;
  auto woken = std::make_unique<int>(0);
  queue.Open([&] {
    in_wake = true;
    while (!go_on) std::this_thread::yield();
    CHECK_FALSE(closed);
    ++*woken;
  });
  std::thread pusher([&] { Push(queue, 1); });
  while (!in_wake) std::this_thread::yield();
  std::thread closer([&] {
    Numbers(queue.Close());
    closed = true;
    woken.reset();
  });
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  CHECK_FALSE(closed);
  go_on = true;
  pusher.join();
  closer.join();
  CHECK(closed);
}

TEST_CASE("the thread takes what was pushed while its wake-up is under way") {
  Queue queue;
  std::atomic<bool> in_wake = false;
  std::atomic<bool> go_on = false;
  queue.Open([&] {
    in_wake = true;
    while (!go_on) std::this_thread::yield();
  });
  std::thread pusher([&] { Push(queue, 1); });
  while (!in_wake) std::this_thread::yield();
  CHECK(queue.TakeBatch() == std::vector{1});  // under the lock this waited for the wake-up
  go_on = true;
  pusher.join();
}

TEST_CASE("threads push while the queue and what it wakes are freed") {
  for (int round = 0; round < 50; ++round) {
    auto queue = std::make_shared<nd::JobQueue>();
    auto wakes = std::make_unique<int>(0);
    std::mutex mutex;
    queue->Open([&] {
      const std::lock_guard lock(mutex);
      ++*wakes;
    });
    std::vector<std::thread> threads;
    for (int t = 0; t < 3; ++t) {
      threads.emplace_back([queue] {
        for (int i = 0; Push(*queue, i); ++i) std::this_thread::yield();
      });
    }
    for (int i = 0; i < 10; ++i) {
      queue->StartBatch();
      while (nd::Job* const job = queue->TakeNext()) job->Finish();
    }
    Numbers(queue->Close());
    wakes.reset();
    for (std::thread& thread : threads) thread.join();
    CHECK(queue->Close() == nullptr);
  }
}

TEST_CASE("callbacks are taken from between the jobs, which keep their order") {
  Queue queue;
  for (int i = 1; i <= 2; ++i) {
    Push(queue, i);
    REQUIRE(queue.Push(*new Callback));  // Finish() deletes it
  }
  CHECK(queue.TakeNextCallback() == nullptr);  // they are no batch yet
  queue.StartBatch();
  for (int i = 0; i < 2; ++i) {
    nd::Job* const job = queue.TakeNextCallback();
    REQUIRE(job);
    job->Finish();
  }
  CHECK(queue.TakeNextCallback() == nullptr);
  CHECK(queue.size() == 2);
  Push(queue, 3);
  CHECK(queue.TakeBatch() == std::vector{1, 2, 3});
}

TEST_CASE("callbacks that come later are found, whatever was taken meanwhile") {
  Queue queue;
  const auto push_callback = [&] { REQUIRE(queue.Push(*new Callback)); };
  const auto take = [](nd::Job* job) {
    REQUIRE(job);
    job->Finish();
  };
  for (int i = 1; i <= 3; ++i) Push(queue, i);
  queue.StartBatch();
  CHECK(queue.TakeNextCallback() == nullptr);
  CHECK(Numbers(queue.TakeNext()) == std::vector{1});  // before the link that was looked at
  push_callback();
  Push(queue, 4);
  queue.StartBatch();
  take(queue.TakeNextCallback());
  push_callback();
  queue.StartBatch();
  take(queue.TakeNextCallback());
  CHECK(queue.TakeBatch() == std::vector{2, 3, 4});  // past it
  push_callback();
  queue.StartBatch();
  take(queue.TakeNextCallback());
  CHECK(queue.size() == 0);
}
