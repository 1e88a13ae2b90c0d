// AbortSignals, from JavaScript and to it.
#include <doctest/doctest.h>

#include <chrono>
#include <optional>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <thread>

#include "support/host.hpp"

using namespace std::chrono_literals;

using test::ErrorOf;
using test::NewEnvironment;

namespace {

struct Signals {
  nh::Method<std::string(nh::AbortSignal)> kindOf;
  nh::Method<std::string(nh::AbortSignal)> stateOf;
  nh::Method<std::string(nh::AbortSignal)> reasonOf;
  nh::Method<nh::AbortSignal()> signal;
  nh::Method<void(nh::JsError)> abort;
  nh::Method<void()> abortPlain;
  nh::Method<nh::AbortSignal()> aborted;
  nh::Method<bool(nh::AbortSignal)> isMine;
  nh::Method<void(nh::AbortSignal)> keep;
  nh::Method<bool(nh::AbortSignal)> isKept;
  nh::Method<nh::Task<std::string>(nh::AbortSignal)> onAbort;
};

Signals ImportSignals(nh::Environment& node) { return node.Import<Signals>("./limits.mjs"); }

struct Mine : std::runtime_error {
  using std::runtime_error::runtime_error;
};

}  // namespace

TEST_CASE("a C++ signal is an AbortSignal in JavaScript, and is aborted with its reason") {
  nh::Environment node = NewEnvironment();
  const Signals signals = ImportSignals(node);
  nh::AbortController controller;
  CHECK(signals.kindOf(controller.signal()) == "AbortSignal");
  const auto heard = signals.onAbort(controller.signal());
  node.Run([](nh::Js&) {});
  CHECK(controller.Abort(Mine("enough")));
  CHECK(heard.Get() == "enough");
  CHECK_FALSE(controller.Abort());
  CHECK_THROWS_AS(controller.signal().ThrowIfAborted(), Mine);
}

TEST_CASE("a std::stop_token is one, too, and an empty one is undefined") {
  nh::Environment node = NewEnvironment();
  const Signals signals = ImportSignals(node);
  CHECK(signals.kindOf({}) == "undefined");
  std::stop_source source;
  CHECK(signals.kindOf(source.get_token()) == "AbortSignal");
  const auto heard = signals.onAbort(source.get_token());
  node.Run([](nh::Js&) {});
  source.request_stop();
  CHECK(heard.Get() == "This operation was aborted");
  CHECK(signals.stateOf(source.get_token()) == "true AbortError");
}

TEST_CASE("a JavaScript signal is a token in C++, aborted with its reason") {
  nh::Environment node = NewEnvironment();
  const Signals signals = ImportSignals(node);
  const nh::AbortSignal signal = signals.signal();
  CHECK_FALSE(signal.aborted());
  CHECK(signal.reason() == nullptr);
  bool called = false;
  const std::stop_callback callback(signal.token(), [&] { called = true; });
  signals.abort(nh::JsError(nh::JsErrorData{.name = "RangeError", .message = "far"}));
  CHECK(called);
  const nh::JsError error = ErrorOf([&] { signal.ThrowIfAborted(); });
  CHECK(error.name() == "RangeError");
  CHECK(error.message() == "far");
}

TEST_CASE("a signal that is aborted already is so on the other side") {
  nh::Environment node = NewEnvironment();
  const Signals signals = ImportSignals(node);
  const nh::AbortSignal before = signals.aborted();
  CHECK(before.aborted());
  CHECK(ErrorOf([&] { before.ThrowIfAborted(); }).message() == "before");
  nh::AbortController controller;
  controller.Abort(Mine("early"));
  CHECK(signals.reasonOf(controller.signal()) == "early");
}

TEST_CASE("one signal is one object, and comes back as what it was") {
  nh::Environment node = NewEnvironment();
  const Signals signals = ImportSignals(node);
  const nh::AbortController controller;
  signals.keep(controller.signal());
  CHECK(signals.isKept(controller.signal()));
  CHECK(signals.isMine(signals.signal()));
  CHECK(signals.signal().token() == signals.signal().token());
}

TEST_CASE("what is no signal is refused") {
  nh::Environment node = NewEnvironment();
  CHECK(ErrorOf([&] {
          node.Run([](nh::Js& js) { static_cast<void>(js.Eval("42").As<nh::AbortSignal>()); });
        }).message() == "value: expected AbortSignal, got number 42");
  CHECK_FALSE(node.Run([](nh::Js& js) { return js.Eval("null").As<nh::AbortSignal>(); })
                  .token()
                  .stop_possible());
}

TEST_CASE("a signal may be aborted after its environment, and while it ends") {
  nh::AbortController controller;
  std::optional<nh::Environment> node = NewEnvironment();
  const Signals signals = ImportSignals(*node);
  signals.keep(controller.signal());
  const nh::AbortSignal theirs = signals.signal();
  std::thread aborting([&] { controller.Abort(); });
  node.reset();
  aborting.join();
  CHECK(controller.signal().aborted());
  CHECK_FALSE(theirs.aborted());
}
