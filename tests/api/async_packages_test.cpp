// Packages of npm's whose work is asynchronous, and fetch, through typed interfaces.
#include <doctest/doctest.h>

#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <future>
#include <map>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <tuple>
#include <vector>

#include "support/host.hpp"

using namespace std::chrono_literals;

using test::ErrorOf;

namespace {

nh::Environment NewEnvironment() {
  return test::Platform().CreateEnvironment({.base_dir = NODEHOST_TEST_PACKAGES});
}

struct PrettierOptions {
  std::string parser;
  std::optional<bool> semi = {};
};
struct Prettier {
  nh::Method<nh::Task<std::string>(std::string, PrettierOptions)> format;
  nh::Method<nh::Task<bool>(std::string, PrettierOptions)> check;
};

// A server that never answers.
struct Server {
  nh::Method<int()> port;
  nh::Method<int()> requests;
  nh::Method<nh::Task<void>()> closed;
};
Server NewServer(nh::Environment& node) {
  return node
      .RunAsync([](nh::Js& js) -> nh::Task<Server> {
        const nh::Value server = co_await js.Eval(R"(new Promise((resolve) => {
      let requests = 0;
      let onClosed;
      const closed = new Promise((done) => { onClosed = done; });
      const server = require('http').createServer((request) => {
        requests += 1;
        request.on('close', onClosed);
      }).listen(0, '127.0.0.1', () => resolve({
        port: () => server.address().port,
        requests: () => requests,
        closed: () => closed,
      }));
    }))");
        co_return server.As<Server>();
      })
      .Get();
}

struct FetchOptions {
  std::string method = "GET";
  nh::AbortSignal signal;
};
struct Response {
  nh::Property<int> status;
  nh::Method<nh::Task<std::string>()> text;
};
struct Web {
  nh::Method<nh::Task<Response>(std::string, FetchOptions)> fetch;
};

// Express, as far as it is used here.
struct Request {
  nh::Property<std::map<std::string, std::string>> params;
};
struct Reply {
  nh::Method<void(std::string)> send;
};
struct Listening {
  nh::Method<nh::Posted()> close;
};
struct Application {
  nh::Method<void(std::string, std::function<nh::Task<void>(Request, Reply)>)> get;
  nh::Method<Listening(int, std::string)> listen;
};

}  // namespace

TEST_CASE("prettier formats, asynchronously") {
  nh::Environment node = NewEnvironment();
  const auto prettier = node.Import<Prettier>("prettier");
  const PrettierOptions options{.parser = "babel"};
  CHECK(prettier.format("a  =  1", options).Get() == "a = 1;\n");
  CHECK(prettier.format("a", {.parser = "babel", .semi = false}).Get() == "a\n");
  CHECK_FALSE(prettier.check("a  =  1", options).Get());
  CHECK(ErrorOf([&] { prettier.format("a = (", options).Get(); }).name() == "SyntaxError");
  std::vector<nh::Task<std::string>> many;
  for (int i = 0; i < 20; ++i) many.push_back(prettier.format("{ a : 1 }", {.parser = "json"}));
  for (const std::string& text : nh::All(many).Get()) CHECK(text == "{ \"a\": 1 }\n");
  CHECK(prettier.format.With({.timeout = 60s})("a", options).Get() == "a;\n");
}

TEST_CASE("what prettier returns is no text before it is awaited") {
  nh::Environment node = NewEnvironment();
  struct Wrong {
    nh::Method<std::string(std::string, PrettierOptions)> format;
  };
  const auto wrong = node.Import<Wrong>("prettier");
  const std::string text = ErrorOf([&] { wrong.format("a", {.parser = "babel"}); }).message();
  CHECK(
      text.ends_with(": expected string, got object Promise; declare its result as Task<string>"));
}

TEST_CASE("fetch is aborted by a time-out and by a token, and the server sees it") {
  nh::Environment node = NewEnvironment();
  const Server server = NewServer(node);
  const auto web = node.Import<Web>("globalThis");
  const std::string url = "http://127.0.0.1:" + std::to_string(server.port());
  std::stop_source source;
  const auto fetched = web.fetch.With({.stop = source.get_token()})(url, {});
  while (server.requests() == 0) std::this_thread::sleep_for(1ms);
  source.request_stop();
  CHECK_THROWS_AS(fetched.Get(), nh::Cancelled);
  server.closed().Get();  // the connection was given up
  CHECK_THROWS_AS(web.fetch.With({.timeout = 200ms})(url, {}).Get(), nh::DeadlineExceeded);
  // A signal that the program has put there itself is JavaScript's to deal with.
  nh::AbortController controller;
  controller.Abort(std::runtime_error("no longer"));
  CHECK_THROWS_WITH(web.fetch(url, {.signal = controller.signal()}).Get(), "no longer");
}

TEST_CASE("chokidar's events reach C++, until the subscription ends") {
  std::string folder = (std::filesystem::temp_directory_path() / "nodehost_XXXXXX").string();
  REQUIRE(mkdtemp(folder.data()));
  {
    nh::Environment node = NewEnvironment();
    struct Watcher {
      nh::Method<nh::Task<void>()> close;
    };
    struct Chokidar {
      nh::Method<Watcher(std::string)> watch;
    };
    const auto chokidar = node.Import<Chokidar>("chokidar");
    const Watcher watcher = chokidar.watch(folder);
    const nh::Task<void> ready = nh::Once<>(watcher, "ready");
    std::promise<std::tuple<std::string, std::string>> first;
    const auto subscription = nh::On<std::string, std::string>(
        watcher, "all", [&, told = false](const std::string& event, std::string path) mutable {
          if (event == "add" && !std::exchange(told, true)) first.set_value({event, path});
        });
    ready.Get();
    const std::string file = folder + "/a.txt";
    std::ofstream(file) << "text";
    CHECK(first.get_future().get() == std::tuple(std::string("add"), file));
    watcher.close().Get();
  }
  std::filesystem::remove_all(folder);
}

TEST_CASE("an Express server whose handlers are coroutines of C++'s") {
  nh::Environment node = NewEnvironment();
  const auto express = node.Import<nh::Method<Application()>>("express", "default");
  const auto web = node.Import<Web>("globalThis");
  const Application app = express();
  const nh::PromiseSource<std::string> answer;
  app.get("/hello/:name", [](Request request, Reply reply) -> nh::Task<void> {
    const auto params = request.params.Get();
    reply.send("hello " + params.at("name"));
    co_return;
  });
  app.get("/slow", [&](Request, Reply reply) -> nh::Task<void> {
    reply.send(co_await answer.task());  // whenever another thread knows
  });
  const Listening listening = app.listen(0, "127.0.0.1");
  struct Address {
    int port;
  };
  struct Bound {
    nh::Method<Address()> address;
  };
  const auto port = node.Run(
      [&](nh::Js& js) { return nh::Value::From(js, listening).As<Bound>().address().port; });
  const std::string url = "http://127.0.0.1:" + std::to_string(port);
  const auto slow = web.fetch(url + "/slow", {});
  CHECK(web.fetch(url + "/hello/you", {}).Get().text().Get() == "hello you");
  CHECK(answer.Resolve("at last"));
  CHECK(slow.Get().text().Get() == "at last");
  listening.close();
}
