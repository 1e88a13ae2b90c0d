// What a call gives, and how it fails, whatever the hosting model.
#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <limits>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <type_traits>
#include <vector>

#include "all_models.hpp"
#include "nodehost/shared.hpp"

using namespace test;

namespace {

struct Numbered {
  int number = 0;
};

}  // namespace

TEST_CASE_TEMPLATE("a module's function is called by path", Model, MODELS) {
  nh::NodeServices services(Platform(), Options<Model>());
  CHECK(services.InvokeAsync<int>("./add", 1, 2).Get() == 3);
  CHECK(services.InvokeAsync<std::string>("./add", "a", "b").Get() == "ab");
  CHECK(services.InvokeAsync<std::string>("./module.mjs", "you").Get() == "hello you");
  CHECK(services.InvokeExportAsync<int>("./module.mjs", "twice", 21).Get() == 42);
  CHECK(services.InvokeExportAsync<std::string>("./waits.mjs", "ready").Get() == "ready");
  CHECK(services.InvokeExportAsync<std::string>("node:path", "basename", "/a/b.txt").Get() ==
        "b.txt");
}

TEST_CASE_TEMPLATE("a result is returned, promised or given to a callback", Model, MODELS) {
  nh::NodeServices services(Platform(), Options<Model>());
  for (const char* const style : {"returns", "promises", "calls", "callsAtOnce"}) {
    CAPTURE(style);
    CHECK(services.InvokeExportAsync<int>("./styles", style, 2, 3).Get() == 5);
  }
  CHECK(services.InvokeExportAsync<bool>("./styles", "self").Get());
}

TEST_CASE_TEMPLATE("data arrives as what it was", Model, MODELS) {
  nh::NodeServices services(Platform(), Options<Model>());
  const auto echo = [&]<class T>(const T& value) {
    return services.InvokeExportAsync<T>("./values", "echo", value).Get();
  };
  const auto kind = [&](const auto& value) {
    return services.InvokeExportAsync<std::string>("./values", "kind", value).Get();
  };
  CHECK(echo(std::string("zwölf \xF0\x9F\x8E\xB6")) == "zwölf \xF0\x9F\x8E\xB6");
  CHECK(echo(std::numeric_limits<double>::infinity()) == std::numeric_limits<double>::infinity());
  CHECK(echo(std::vector<int>{1, 2, 3}) == std::vector<int>{1, 2, 3});
  CHECK(echo(std::optional<int>()) == std::nullopt);
  CHECK(echo(std::map<int, std::string>{{1, "a"}}) == std::map<int, std::string>{{1, "a"}});
  const auto now =
      std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now());
  CHECK(echo(now) == now);
  CHECK(kind(now) == "[object Date]");
  CHECK(kind(nh::Bytes::CopyOf("abc")) == "[object Uint8Array]");
  CHECK(services.InvokeExportAsync<std::int64_t>("./values", "big").Get() == std::int64_t{1} << 62);
  CHECK(services.InvokeExportAsync<nh::Bytes>("./values", "bytes", 5).Get().text() == "\7\7\7\7\7");
  CHECK(services.InvokeExportAsync<std::optional<int>>("./values", "undefined").Get() ==
        std::nullopt);
  using Counts = std::map<std::string, int>;
  CHECK(services.InvokeExportAsync<Counts>("./values", "map").Get() == Counts{{"a", 1}, {"b", 2}});
  CHECK(services.InvokeExportAsync<std::string>("./values", "large", 20'000'000).Get().size() ==
        20'000'000);
  services.InvokeExportAsync<void>("./values", "cyclic").Get();
}

TEST_CASE_TEMPLATE("large texts go there and back, several at a time, each its own", Model,
                   MODELS) {
  nh::NodeServices services(Platform(), Options<Model>());
  constexpr std::size_t kSize = 20'000'000;
  std::vector<std::string> texts;
  for (const char letter : {'a', 'b', 'c'}) {
    texts.emplace_back(kSize, letter);
    for (std::size_t i = 0; i < kSize; i += 997) texts.back()[i] = static_cast<char>('0' + i % 10);
  }
  std::vector<nh::Task<std::string>> calls;
  for (const std::string& text : texts) {
    calls.push_back(services.InvokeExportAsync<std::string>("./values", "echo", text));
  }
  CHECK(services.InvokeAsync<int>("./add", 1, 2).Get(20s) == 3);  // beside them
  for (std::size_t i = 0; i < texts.size(); ++i) {
    const bool same = calls[i].Get(50s) == texts[i];  // no message could show them
    CHECK(same);
  }
}

TEST_CASE_TEMPLATE("views of memory arrive as what they were, with their own bytes", Model,
                   MODELS) {
  nh::NodeServices services(Platform(), Options<Model>());
  const auto name = [&](const auto& value) {
    return services.InvokeExportAsync<std::string>("./values", "className", value).Get();
  };
  CHECK(name(nh::Bytes::CopyOf("abc")) == "Buffer");
  CHECK(name(nh::Bytes()) == "Buffer");
  CHECK(name(nh::Shared<double>(3)) == "Float64Array");
  using Rows = std::vector<std::vector<double>>;
  CHECK(services.InvokeExportAsync<Rows>("./values", "views").Get() == Rows{{0.5, 2}, {8, 9}, {}});
}

TEST_CASE_TEMPLATE("an error says what JavaScript threw, in which file and which instance", Model,
                   MODELS) {
  nh::NodeServices services(Platform(), Options<Model>());
  const auto failure = [&](const char* name) {
    return FailureOf<nh::JsError>(services.InvokeExportAsync<int>("./fails", name));
  };
  const nh::JsError error = failure("throws");
  CHECK(error.name() == "TypeError");
  CHECK(error.message() == "no such account");
  CHECK(error.code() == "EACCOUNT");
  CHECK(error.property("account") == "7");
  CHECK(error.cause()->message() == "closed");
  CHECK(error.stack().find("services/fails.js:") != std::string::npos);
  CHECK(error.stack().find("./fails#throws") != std::string::npos);
  CHECK(error.property("module") == "./fails");
  CHECK(!error.property("instance")->empty());

  CHECK(failure("rejects").name() == "RangeError");
  CHECK(failure("own").name() == "PaymentError");
  CHECK(failure("callbackError").message() == "by callback");
  CHECK_FALSE(failure("nonError").is_error());
  CHECK(failure("nonError").message() == "42");
  CHECK(services.InvokeExportAsync<int>("./fails", "callsTwice").Get() == 1);
}

TEST_CASE_TEMPLATE("what cannot be called says so", Model, MODELS) {
  nh::NodeServices services(Platform(), Options<Model>());
  const auto failure = [&](const char* module, const char* name = "") {
    return FailureOf<nh::JsError>(services.InvokeExportAsync<int>(module, name));
  };
  CHECK(failure("./absent").code() == "ERR_MODULE_NOT_FOUND");
  CHECK(failure("./broken").name() == "SyntaxError");
  CHECK(failure("./throws_at_load").message() == "at load");
  CHECK(failure("./styles").message() ==
        "./styles is no function and exports none by default; it exports returns, promises, calls, "
        "callsAtOnce, method, self, later");
  CHECK(failure("./add", "sub").code() == "ERR_NO_SUCH_FUNCTION");
}

TEST_CASE_TEMPLATE("a result of another type is the caller's error", Model, MODELS) {
  nh::NodeServices services(Platform(), Options<Model>());
  const auto error = FailureOf<nh::JsError>(
      services.InvokeExportAsync<int>("./values", "echo", std::string("text")));
  CHECK(error.message().find("expected number") != std::string::npos);
  CHECK(services.InvokeAsync<int>("./add", 1, 2).Get() == 3);
}

TEST_CASE_TEMPLATE(
    "a function in a result is no data: passed over in process, else an error of the call", Model,
    MODELS) {
  constexpr bool kInProcess = std::is_same_v<Model, InProcess>;
  nh::NodeServices services(Platform(), Options<Model>());
  const auto error =
      FailureOf<nh::JsError>(services.InvokeExportAsync<int>("./values", "aFunction"));
  CHECK(error.name() == (kInProcess ? "TypeError" : "DataCloneError"));
  const auto held = services.InvokeExportAsync<std::map<std::string, int>>("./values", "hasMethod");
  if constexpr (kInProcess) {
    CHECK(FailureOf<nh::JsError>(held).message() ==
          R"(value["method"]: expected number, got function)");
  } else {
    CHECK(FailureOf<nh::JsError>(held).name() == "DataCloneError");
  }
  const auto some = services.InvokeExportAsync<Numbered>("./values", "hasMethod");
  if constexpr (kInProcess) {
    CHECK(some.Get().number == 7);
  } else {
    CHECK(FailureOf<nh::JsError>(some).name() == "DataCloneError");
  }
  CHECK(services.InvokeAsync<int>("./add", 1, 2).Get() == 3);
}

TEST_CASE_TEMPLATE("a call that takes too long fails, and its instance is freed", Model, MODELS) {
  nh::NodeServices services(Platform(), Options<Model>());
  for (const char* const name : {"never", "spins", "spinsLater"}) {
    CAPTURE(name);
    const auto started = std::chrono::steady_clock::now();
    FailureOf<nh::DeadlineExceeded>(
        services.With({.timeout = 200ms}).InvokeExportAsync<int>("./fails", name));
    CHECK(std::chrono::steady_clock::now() - started < 5s);
    CHECK(services.With({.timeout = 10s}).InvokeAsync<int>("./add", 1, 2).Get() == 3);
  }
}

TEST_CASE_TEMPLATE("an instance that ends takes along what it had begun, and is replaced", Model,
                   MODELS) {
  nh::NodeServices services(Platform(), Options<Model>());
  for (const char* const name : {"exits", "exitsLater"}) {
    CAPTURE(name);
    const auto error =
        FailureOf<nh::InstanceEnded>(services.InvokeExportAsync<int>("./fails", name, 3));
    CHECK(error.started());
    CHECK(services.With({.timeout = 10s}).InvokeAsync<int>("./add", 1, 2).Get() == 3);
  }
}

TEST_CASE_TEMPLATE("many calls from many threads are answered, each its own", Model, MODELS) {
  auto options = Options<Model>();
  options.instances = 2;
  nh::NodeServices services(Platform(), std::move(options));
  std::vector<std::thread> threads;
  std::atomic<int> right{0};
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      std::vector<nh::Task<int>> tasks;
      for (int i = 0; i < 1000; ++i) {
        tasks.push_back(services.InvokeExportAsync<int>("./styles", "promises", t, i));
      }
      for (int i = 0; i < 1000; ++i) {
        if (tasks[static_cast<std::size_t>(i)].Get() == t + i) ++right;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(right == 4000);
}

TEST_CASE_TEMPLATE("ten thousand calls may be under way at once", Model, MODELS) {
  nh::NodeServices services(Platform(), Options<Model>());
  std::vector<nh::Task<int>> tasks;
  for (int i = 0; i < 10'000; ++i) {
    tasks.push_back(services.InvokeExportAsync<int>("./styles", "calls", i, 1));
  }
  int right = 0;
  for (int i = 0; i < 10'000; ++i) right += tasks[static_cast<std::size_t>(i)].Get() == i + 1;
  CHECK(right == 10'000);
}

TEST_CASE_TEMPLATE("two services of a process do not disturb each other", Model, MODELS) {
  nh::NodeServices one(Platform(), Options<Model>());
  {
    nh::NodeServices other(Platform(), Options<Model>());
    CHECK(one.InvokeExportAsync<int>("./fails", "count").Get() == 1);
    CHECK(other.InvokeExportAsync<int>("./fails", "count").Get() == 1);
  }
  CHECK(one.InvokeExportAsync<int>("./fails", "count").Get() == 2);
}

TEST_CASE_TEMPLATE("environment variables and output are the options'", Model, MODELS) {
  std::mutex mutex;
  std::string printed;
  auto options = Options<Model>();
  options.env = {{"SERVICE_COLOUR", "blue"}};
  options.on_output = [&](std::string_view text) {
    const std::lock_guard lock(mutex);
    printed += text;
  };
  nh::NodeServices services(Platform(), std::move(options));
  CHECK(services.InvokeExportAsync<std::string>("./values", "variable", "SERVICE_COLOUR").Get() ==
        "blue");
  services.InvokeExportAsync<void>("./values", "print", "printed by a function").Get();
  CHECK(Eventually([&] {
    const std::lock_guard lock(mutex);
    return printed == "printed by a function\n";
  }));
}

TEST_CASE_TEMPLATE("a changed file is used by the calls that come after", Model, MODELS) {
  const test::TemporaryFolder project;
  project.Write("value.js", "module.exports = () => 1;");
  project.Write("node_modules/dep/index.js", "module.exports = 1;");
  auto options = Options<Model>();
  options.project_dir = project.path();
  options.watched_extensions = {".js"};
  nh::NodeServices services(Platform(), std::move(options));
  const auto value = [&] { return services.InvokeAsync<int>("./value").Get(); };
  CHECK(value() == 1);

  project.Write("value.js", "module.exports = () => { broken");
  CHECK(Eventually([&] {
    try {
      value();
    } catch (const nh::JsError& error) {
      return error.name() == "SyntaxError";
    }
    return false;
  }));
  project.Write("value.js", "module.exports = () => 2;");
  CHECK(Eventually([&] {
    try {
      return value() == 2;
    } catch (const nh::JsError&) {
      return false;
    }
  }));
  project.Write("lib/three.js", "module.exports = 3;");
  project.Write("value.js", "module.exports = () => require('./lib/three.js');");
  CHECK(Eventually([&] { return value() == 3; }));
  project.Write("lib/three.js", "module.exports = 33;");
  CHECK(Eventually([&] { return value() == 33; }));
}

TEST_CASE_TEMPLATE("a file that changes ten times a second breaks no call", Model, MODELS) {
  const test::TemporaryFolder project;
  project.Write("value.js", "module.exports = () => 0;");
  auto options = Options<Model>();
  options.project_dir = project.path();
  options.watched_extensions = {".js"};
  nh::NodeServices services(Platform(), std::move(options));
  const auto value = [&] { return services.InvokeAsync<int>("./value").Get(); };
  for (int i = 1; i <= 20; ++i) {
    project.Write("next.js", "module.exports = () => " + std::to_string(i) + ";");
    std::filesystem::rename(project.path() + "/next.js", project.path() + "/value.js");
    for (int k = 0; k < 10; ++k) {
      CHECK(value() <= i);
      std::this_thread::sleep_for(10ms);
    }
  }
  CHECK(Eventually([&] { return value() == 20; }));
}

TEST_CASE_TEMPLATE("a restart lets the calls under way end where they are", Model, MODELS) {
  const test::TemporaryFolder project;
  project.Write("slow.js",
                "module.exports = (callback) => setTimeout(callback, 500, null, 'old');");
  auto options = Options<Model>();
  options.project_dir = project.path();
  nh::NodeServices services(Platform(), std::move(options));
  CHECK(services.InvokeAsync<std::string>("./slow").Get() == "old");
  const auto under_way = services.InvokeAsync<std::string>("./slow");
  std::this_thread::sleep_for(100ms);
  project.Write("slow.js", "module.exports = () => 'new';");
  services.Restart();
  CHECK(services.InvokeAsync<std::string>("./slow").Get() == "new");
  CHECK(under_way.Get() == "old");
}

TEST_CASE_TEMPLATE("Stop waits for what is under way, and refuses what comes after", Model,
                   MODELS) {
  nh::NodeServices services(Platform(), Options<Model>());
  CHECK(services.InvokeAsync<int>("./add", 1, 2).Get() == 3);
  const auto done = services.InvokeExportAsync<int>("./styles", "calls", 2, 3);
  services.Stop(5s);
  CHECK(done.Get() == 5);
  int unobserved = 0;
  nh::OnUnobservedFailure([&](const std::exception_ptr&) { ++unobserved; });
  CHECK_THROWS_AS(static_cast<void>(services.InvokeAsync<int>("./add", 1, 2)), nh::InstanceEnded);
  nh::OnUnobservedFailure(nullptr);
  CHECK(unobserved == 0);  // who called has been told
}

TEST_CASE_TEMPLATE("what is under way when the time is up fails", Model, MODELS) {
  nh::NodeServices services(Platform(), Options<Model>());
  const auto never = services.InvokeExportAsync<int>("./fails", "never");
  CHECK(services.InvokeAsync<int>("./add", 1, 2).Get() == 3);
  services.Stop(50ms);
  FailureOf<nh::InstanceEnded>(never);
}

TEST_CASE_TEMPLATE("a timeout may run out while the result is on its way", Model, MODELS) {
  nh::NodeServices services(Platform(), Options<Model>());
  CHECK(services.InvokeAsync<int>("./add", 1, 2).Get() == 3);
  int late = 0;
  bool came = false;
  for (auto timeout = 1ms; !came && timeout <= 5s; timeout *= 2) {
    const auto text = services.With({.timeout = timeout})
                          .template InvokeExportAsync<std::string>("./values", "large", 8'000'000);
    try {
      const std::size_t size = text.Get(20s).size();
      CHECK(size == 8'000'000);
      came = true;
    } catch (const nh::DeadlineExceeded&) {
      ++late;
    }
  }
  CHECK(came);
  CHECK((late > 0 || std::is_same_v<Model, InProcess>));  // a millisecond may do there
  CHECK(services.InvokeAsync<int>("./add", 1, 2).Get() == 3);
}

TEST_CASE_TEMPLATE("Stop under load: each call is answered, or fails with what has happened", Model,
                   MODELS) {
  nh::NodeServices services(Platform(), Options<Model>());
  CHECK(services.InvokeAsync<int>("./add", 1, 2).Get() == 3);
  std::atomic<int> answered{0};
  std::atomic<int> ended{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      try {
        while (services.InvokeExportAsync<int>("./styles", "promises", 2, 3).Get(20s) == 5) {
          ++answered;
        }
      } catch (const nh::InstanceEnded&) {
        ++ended;
      }
    });
  }
  Eventually([&] { return answered > 100; });
  services.Stop(0ms);
  for (std::thread& thread : threads) thread.join();
  CHECK(answered > 100);
  CHECK(ended == 4);
}

TEST_CASE_TEMPLATE("a timeout of nothing, and one beyond all time", Model, MODELS) {
  nh::NodeServices services(Platform(), Options<Model>());
  for (const auto timeout : {0ms, -5ms}) {
    FailureOf<nh::DeadlineExceeded>(
        services.With({.timeout = timeout}).template InvokeExportAsync<int>("./fails", "never"));
  }
  const auto forever = std::chrono::milliseconds::max();
  CHECK(services.With({.timeout = forever}).template InvokeAsync<int>("./add", 1, 2).Get() == 3);
}

TEST_CASE_TEMPLATE("Stop twice, Restart after it, and a timeout that runs out meanwhile", Model,
                   MODELS) {
  nh::NodeServices services(Platform(), Options<Model>());
  std::vector<nh::Task<int>> never;
  for (int i = 1; i <= 50; ++i) {
    never.push_back(
        services.With({.timeout = i * 2ms}).template InvokeExportAsync<int>("./fails", "never"));
  }
  services.Stop(20ms);
  services.Stop(20ms);
  services.Restart();
  for (const nh::Task<int>& task : never) CHECK_THROWS_AS(task.Get(5s), nh::HostError);
}

TEST_CASE_TEMPLATE("a hosting model is one service's", Model, MODELS) {
  const auto options = Options<Model>();
  nh::NodeServices services(Platform(), options);
  CHECK_THROWS_AS(nh::NodeServices(Platform(), options), nh::HostError);
  CHECK(services.InvokeAsync<int>("./add", 1, 2).Get() == 3);
}

TEST_CASE("options that make no sense are refused before anything starts") {
  CHECK_THROWS_WITH_AS(
      nh::NodeServices(Platform(), {.project_dir = "/absent"}),
      "NodeServicesOptions::project_dir is \"/absent\", which is no directory. It must be the one "
      "that the modules are in.",
      nh::HostError);
  CHECK_THROWS_AS(nh::NodeServices(Platform(), {.project_dir = kProject, .instances = 0}),
                  nh::HostError);
}
