// Hostile values of all kinds, with prototypes polluted at random, converted to all kinds of types,
// with timeouts, Stop and process.exit in the middle: whatever comes of it, the process lives,
// every call returns, and the next environment works.
#include <doctest/doctest.h>

#include <chrono>
#include <cstdint>
#include <exception>
#include <functional>
#include <future>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <tuple>
#include <unordered_map>
#include <variant>
#include <vector>

#include "fuzz/fuzz.hpp"
#include "support/host.hpp"
#include "support/leaks.hpp"

using namespace std::chrono_literals;

namespace {

struct Point {
  double x = 0;
  double y = 0;
  NODEHOST_FIELDS(Point, x, y)
};
struct Track {
  std::string name;
  std::vector<Point> points;
  std::optional<std::string> note;
  NODEHOST_FIELDS(Track, name, points, note)
};
struct Thing {
  nh::Method<double(double)> parse;
  nh::Property<std::string> name;
  NODEHOST_FIELDS(Thing, parse, name)
};

template <class T>
void Convert(const nh::Value& value) {
  static_cast<void>(value.As<T>());
}

using Converter = void (*)(const nh::Value&);
constexpr Converter kConverters[] = {
    &Convert<bool>,
    &Convert<double>,
    &Convert<std::int32_t>,
    &Convert<std::uint64_t>,
    &Convert<std::string>,
    &Convert<std::u16string>,
    &Convert<std::vector<double>>,
    &Convert<std::vector<std::uint8_t>>,
    &Convert<std::vector<std::string>>,
    &Convert<std::vector<std::optional<int>>>,
    &Convert<std::set<std::string>>,
    &Convert<std::map<std::string, double>>,
    &Convert<std::map<double, std::string>>,
    &Convert<std::unordered_map<std::string, std::vector<Point>>>,
    &Convert<std::tuple<int, std::string>>,
    &Convert<std::optional<Point>>,
    &Convert<std::variant<double, std::string, Point, std::vector<Point>>>,
    &Convert<std::vector<std::variant<Point, Track, std::string>>>,
    &Convert<Point>,
    &Convert<Track>,
    &Convert<Thing>,
    &Convert<std::function<std::string(std::string)>>,
    &Convert<nh::Bytes>,
    &Convert<std::chrono::system_clock::time_point>,
    &Convert<std::exception_ptr>,
    &Convert<std::error_code>,
    &Convert<nh::JsError>,
};

struct Outcome {
  int converted = 0;
  int refused = 0;
  int ended = 0;
};

// Some hundred values in one environment, or until it ends.
template <class Environment>
void Torture(Environment& node, std::mt19937& random, Outcome& outcome) {
  node.Run([](nh::Js& js) {
    js.Eval("globalThis.fuzz = require(" + ("\"" + std::string(test::kHostileValues) + "\"") + ")");
  });
  for (int i = 0; i < 200; ++i) {
    const auto seed = static_cast<double>(random());
    const bool pollutes = random() % 8 == 0;
    const Converter convert = kConverters[random() % std::size(kConverters)];
    try {
      node.Run(
          [&](nh::Js& js) {
            const nh::Object fuzz = js.Global()["fuzz"].As<nh::Object>();
            if (pollutes) fuzz.Call("pollute", seed);
            convert(fuzz.Call("hostile", seed));
          },
          {.timeout = 20ms});
      ++outcome.converted;
    } catch (const nh::EnvironmentStopped&) {
      ++outcome.ended;
      return;
    } catch (const std::exception&) {  // anything but an end is what such values deserve
      ++outcome.refused;
    }
  }
}

// What nothing catches ends half of the environments.
nh::EnvironmentOptions Options(std::mt19937& random) {
  nh::EnvironmentOptions options;
  options.on_log = [](std::string_view) {};
  if (random() % 2 == 0) {
    options.on_uncaught = [](const nh::JsError&) { return nh::UncaughtAction::kContinue; };
  }
  return options;
}

// What a timeout has stopped may have left callbacks that loop, which Poll runs without one.
void PollForAWhile(nh::PumpedEnvironment& node, std::mt19937& random) {
  std::promise<void> done;
  std::thread stopper([&node, over = done.get_future()] {
    if (over.wait_for(200ms) == std::future_status::timeout) static_cast<void>(node.Stop(10ms));
  });
  while (random() % 4 != 0 && node.Poll()) {
  }
  done.set_value();
  stopper.join();
}

void TorturePumped(std::mt19937& random, Outcome& outcome) {
  nh::PumpedEnvironment node = test::Platform().CreatePumpedEnvironment(Options(random));
  try {
    Torture(node, random, outcome);
  } catch (const nh::EnvironmentStopped&) {
  }
  PollForAWhile(node, random);
  static_cast<void>(node.Stop(100ms));
}

void TortureThreaded(std::mt19937& random, Outcome& outcome) {
  nh::Environment node = test::Platform().CreateEnvironment(Options(random));
  std::thread stopper;
  if (random() % 2 == 0) {
    stopper = std::thread([&node, after = random() % 200] {
      std::this_thread::sleep_for(std::chrono::milliseconds(after));
      static_cast<void>(node.Stop(10ms));
    });
  }
  try {
    Torture(node, random, outcome);
  } catch (const nh::EnvironmentStopped&) {
  }
  if (stopper.joinable()) stopper.join();
  static_cast<void>(node.Stop(100ms));
}

}  // namespace

TEST_CASE("hostile values, whatever they are converted to, leave the process alive") {
  test::ExpectLeaks();
  const std::uint32_t seed = test::FuzzSeed();
  CAPTURE(seed);
  std::mt19937 random(seed);
  Outcome outcome;
  const auto end = test::FuzzEnd();
  do {
    if (random() % 3 == 0) {
      TorturePumped(random, outcome);
    } else {
      TortureThreaded(random, outcome);
    }
  } while (std::chrono::steady_clock::now() < end);
  MESSAGE(outcome.converted << " values converted, " << outcome.refused << " refused, "
                            << outcome.ended << " environments ended");
  CHECK(outcome.converted > 0);
  CHECK(outcome.refused > 0);
  nh::Environment next = test::NewEnvironment();
  CHECK(next.Run([](nh::Js& js) { return js.Eval("6 * 7").As<int>(); }) == 42);
}
