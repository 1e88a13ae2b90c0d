// Life: the phases of an environment, what moves it from one to the next, and who waits for that.
#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <exception>
#include <future>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "thread/life.hpp"

namespace nh = nodehost;
namespace nd = nodehost::detail;

using std::chrono_literals::operator""ms;
using nd::Phase;

namespace {

// What was caught while it lives, in place of an abort.
class IllegalTransitions {
 public:
  IllegalTransitions() {
    caught_ = 0;
    before_ = nd::SetIllegalTransitionHandler([](Phase, Phase) { ++caught_; });
  }
  ~IllegalTransitions() { nd::SetIllegalTransitionHandler(before_); }
  IllegalTransitions(const IllegalTransitions&) = delete;
  IllegalTransitions& operator=(const IllegalTransitions&) = delete;

  int caught() const { return caught_; }

 private:
  static inline std::atomic<int> caught_ = 0;
  nd::IllegalTransitionHandler before_;
};

// Brings a new life to a phase.
void BringTo(nd::Life& life, Phase phase) {
  switch (phase) {
    case Phase::kStarting:
      return;
    case Phase::kRunning:
      life.SetReady();
      return;
    case Phase::kStopping:
      life.SetReady();
      life.RequestStop();
      return;
    case Phase::kTerminated:
      life.EndJavaScript({.reason = nh::EndReason::kFinished, .exit_code = 0});
      return;
    case Phase::kEnded:
      life.EndJavaScript({.reason = nh::EndReason::kFinished, .exit_code = 0});
      life.SetEnded();
      return;
    case Phase::kParked:
      life.SetParked("parked");
      return;
  }
}

constexpr Phase kPhases[] = {Phase::kStarting,   Phase::kRunning, Phase::kStopping,
                             Phase::kTerminated, Phase::kEnded,   Phase::kParked};

bool IsLegal(Phase from, Phase to) {
  return nd::kTransitions[static_cast<std::size_t>(from)][static_cast<std::size_t>(to)];
}

}  // namespace

TEST_CASE("life: the ordinary course") {
  nd::Life life;
  int stops = 0;
  CHECK(life.phase() == Phase::kStarting);
  CHECK_FALSE(life.CanTerminate());
  life.Attach([&] { ++stops; });
  CHECK(life.CanTerminate());
  CHECK(life.SetReady());
  CHECK(life.phase() == Phase::kRunning);
  CHECK(life.start().Wait() == nullptr);
  life.RequestStop();
  CHECK(life.phase() == Phase::kStopping);
  CHECK_FALSE(life.over());
  CHECK(life.EndJavaScript({.reason = nh::EndReason::kFinished, .exit_code = 3}));
  CHECK(life.over());
  CHECK(stops == 1);
  life.Detach();
  CHECK_FALSE(life.Result().ended);
  CHECK(life.Result().still_alive ==
        std::vector<std::string>{"The environment's clean-up was running"});
  life.SetEnded();
  CHECK(life.WaitUntilEnded());
  const nh::StopResult result = life.Result();
  CHECK(result.ended);
  CHECK(result.clean);
  CHECK(result.reason == nh::EndReason::kFinished);
  CHECK(result.exit_code == 3);
  CHECK(result.still_alive.empty());
}

TEST_CASE("life: transitions that the table allows are made, and no others") {
  const IllegalTransitions illegal;
  int expected = 0;
  for (const Phase from : kPhases) {
    // Of the verbs, these ask for one phase whatever the present one is.
    const auto check = [&](Phase to, void (*go)(nd::Life&)) {
      CAPTURE(static_cast<int>(from));
      CAPTURE(static_cast<int>(to));
      nd::Life life;
      BringTo(life, from);
      go(life);
      CHECK(life.phase() == (IsLegal(from, to) ? to : from));
      if (!IsLegal(from, to)) ++expected;
    };
    check(Phase::kEnded, [](nd::Life& life) { life.SetEnded(); });
    check(Phase::kParked, [](nd::Life& life) { life.SetParked("parked"); });
  }
  if (nd::kReportsIllegalTransitions) CHECK(illegal.caught() == expected);
}

TEST_CASE("life: a start that succeeds twice is illegal") {
  const IllegalTransitions illegal;
  nd::Life life;
  life.SetReady();
  life.SetReady();
  CHECK(life.phase() == Phase::kRunning);
  if (nd::kReportsIllegalTransitions) CHECK(illegal.caught() == 1);
}

TEST_CASE("life: verbs that come late are told so, or change nothing") {
  const IllegalTransitions illegal;
  for (const Phase phase : {Phase::kTerminated, Phase::kEnded, Phase::kParked}) {
    nd::Life life;
    BringTo(life, phase);
    life.RequestStop();
    CHECK_FALSE(life.EndJavaScript({.reason = nh::EndReason::kOutOfMemory, .exit_code = 134}));
    CHECK_FALSE(life.IfAlive([] {}));
    CHECK_FALSE(life.Terminate({"something"}));
    CHECK(life.phase() == phase);
  }
  CHECK(illegal.caught() == 0);
}

TEST_CASE("life: the first reason and the first exit code stay") {
  nd::Life life;
  life.Attach([] {});
  life.SetReady();
  CHECK(life.EndJavaScript({.exit_code = 7}));  // process.exit
  life.Note({.reason = nh::EndReason::kOutOfMemory, .text = "first", .exit_code = 134});
  life.Note({.reason = nh::EndReason::kFinished, .text = "second", .exit_code = 0});
  CHECK(life.end().reason == nh::EndReason::kOutOfMemory);
  CHECK(life.end().text == "first");
  CHECK(life.end().exit_code == 7);
}

TEST_CASE("life: a start that fails hands its error to who waits, and later ones are ignored") {
  nd::Life life;
  auto waiter = std::async(std::launch::async, [&] { return life.start().Wait(); });
  life.start().Fail(std::make_exception_ptr(std::runtime_error("first")));
  life.start().Fail(std::make_exception_ptr(std::runtime_error("second")));
  CHECK_THROWS_WITH(std::rethrow_exception(waiter.get()), "first");
  life.SetEnded();
  CHECK(life.WaitUntilEnded());
}

TEST_CASE("life: the error of a start is not kept once it has been taken") {
  nd::Life life;
  auto held = std::make_shared<int>();
  const std::weak_ptr<int> watched = held;
  life.start().Fail(std::make_exception_ptr(std::exchange(held, nullptr)));
  CHECK(life.start().Wait() != nullptr);
  CHECK(watched.expired());
  CHECK_FALSE(life.start().TimeOut());  // it is settled all the same
}

TEST_CASE("life: a start is timed out or ready, never both") {
  nd::Life ready;
  ready.SetReady();
  CHECK_FALSE(ready.start().TimeOut());
  CHECK_FALSE(ready.start().timed_out());
  nd::Life late;
  CHECK(late.start().TimeOut());
  CHECK_FALSE(late.SetReady());
  CHECK(late.start().timed_out());
  CHECK(late.phase() == Phase::kStarting);
}

TEST_CASE("life: a start whose JavaScript is over already succeeds all the same") {
  nd::Life life;
  life.EndJavaScript({.exit_code = 2});
  CHECK(life.SetReady());
  CHECK(life.phase() == Phase::kTerminated);
  CHECK(life.start().Wait() == nullptr);
}

TEST_CASE("life: Terminate ends JavaScript once, with what was alive") {
  nd::Life life;
  int stops = 0;
  CHECK_FALSE(life.Terminate({"nothing there"}));
  life.Attach([&] { ++stops; });
  life.SetReady();
  CHECK(life.Terminate({"Timeout"}));
  CHECK_FALSE(life.Terminate({"later"}));
  CHECK(stops == 1);
  life.Note({.exit_code = 1});
  life.Detach();
  life.SetEnded();
  const nh::StopResult result = life.Result();
  CHECK(result.ended);
  CHECK_FALSE(result.clean);
  CHECK(result.reason == nh::EndReason::kTerminated);
  CHECK(result.still_alive == std::vector<std::string>{"Timeout"});
}

TEST_CASE("life: JavaScript that is over by itself may still have to be terminated") {
  nd::Life life;
  int stops = 0;
  life.Attach([&] { ++stops; });
  life.SetReady();
  life.EndJavaScript({.exit_code = 7});
  CHECK(life.CanTerminate());
  CHECK(life.Terminate({"Native code was running"}));
  CHECK(stops == 2);
  CHECK(life.end().reason == nh::EndReason::kTerminated);
  CHECK(life.end().exit_code == 7);
}

TEST_CASE("life: a parked one never ends, and those who wait for its end go on") {
  nd::Life life;
  life.SetReady();
  auto waiter = std::async(std::launch::async, [&] { return life.WaitUntilEnded(); });
  life.EndJavaScript({.reason = nh::EndReason::kFatalError, .exit_code = 134});
  life.SetParked("The JS thread");
  CHECK_FALSE(waiter.get());
  const nh::StopResult result = life.Result();
  CHECK_FALSE(result.ended);
  CHECK_FALSE(result.clean);
  CHECK(result.reason == nh::EndReason::kFatalError);
  CHECK(result.exit_code == 134);
  CHECK(result.still_alive == std::vector<std::string>{"The JS thread"});
}

TEST_CASE("life: a wait with a limit is over then, or when somebody else terminates") {
  nd::Life life;
  life.Attach([] {});
  life.SetReady();
  CHECK_FALSE(life.WaitUntilEnded(nd::Life::Clock::now() + 1ms));
  auto waiter = std::async(std::launch::async, [&] {
    return life.WaitUntilEnded(nd::Life::Clock::now() + std::chrono::hours(1));
  });
  life.Terminate({});
  CHECK_FALSE(waiter.get());
}

TEST_CASE("life: after a Terminate, the clean-up has its own time") {
  nd::Life held;
  held.Attach([] {});
  held.Terminate({});
  held.WaitAfterTerminate(1ms, std::chrono::hours(1));  // native code holds the thread: no clean-up
  nd::Life cleaning;
  cleaning.Attach([] {});
  cleaning.Terminate({});
  cleaning.Detach();
  auto waiter = std::async(std::launch::async, [&] {
    cleaning.WaitAfterTerminate(0ms, std::chrono::hours(1));
    return cleaning.phase();
  });
  cleaning.SetEnded();
  CHECK(waiter.get() == Phase::kEnded);
}

TEST_CASE("life: nothing ends JavaScript while IfAlive is at it") {
  for (int round = 0; round < 200; ++round) {
    nd::Life life;
    int value = 0;  // no atomic: the lock is what keeps the two apart
    life.Attach([&] { value = -1; });
    life.SetReady();
    std::thread stopper([&] { life.Terminate({}); });
    while (life.IfAlive([&] {
      ++value;
      CHECK(value > 0);
    })) {
    }
    stopper.join();
    CHECK(value == -1);
  }
}

TEST_CASE("life: eight threads race for the end, and one of each kind wins") {
  const IllegalTransitions illegal;
  for (int round = 0; round < 200; ++round) {
    nd::Life life;
    std::atomic<int> stops = 0;
    std::atomic<int> ended = 0;
    std::atomic<int> terminated = 0;
    life.Attach([&] { ++stops; });
    life.SetReady();
    std::vector<std::thread> threads;
    for (int t = 0; t < 8; ++t) {
      threads.emplace_back([&, t] {
        if (t % 4 == 0) life.RequestStop();
        if (t % 4 == 1) ended += life.EndJavaScript({.exit_code = t}) ? 1 : 0;
        if (t % 4 == 2) terminated += life.Terminate({std::to_string(t)}) ? 1 : 0;
        if (t % 4 == 3) CHECK(life.WaitUntilEnded());
      });
    }
    while (ended + terminated == 0) std::this_thread::yield();
    while (terminated == 0) std::this_thread::yield();
    life.Detach();
    life.SetEnded();
    for (std::thread& thread : threads) thread.join();
    CHECK(terminated == 1);
    CHECK(ended <= 1);
    CHECK(stops == ended + terminated);
    CHECK(life.Result().ended);
  }
  CHECK(illegal.caught() == 0);
}

TEST_CASE("JavaScript that is over before it can be stopped is stopped when it can") {
  nd::Life life;
  int stops = 0;
  life.WaitUntilAttached(std::chrono::milliseconds(0));  // returns, though it is not
  life.EndJavaScript({.exit_code = 3});
  life.WaitUntilAttached(std::chrono::hours(1));  // it will not be waited for
  life.Attach([&] { ++stops; });
  CHECK(stops == 1);
}

TEST_CASE("a life that is set up is waited for until there is JavaScript") {
  nd::Life life;
  std::thread setting_up([&] { life.Attach([] {}); });
  life.WaitUntilAttached(std::chrono::hours(1));
  CHECK(life.CanTerminate());
  setting_up.join();
}
