// C++'s streams as web streams: how the end, an error and back-pressure get from each side to the
// other.
#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "support/host.hpp"

using namespace std::chrono_literals;

using test::ErrorOf;
using test::NewEnvironment;

namespace {

using Readable = nh::Web<nh::ReadStream<int>>;
using Writable = nh::Web<nh::WriteStream<int>>;
using Later = nh::Task<std::string>;

// Each tells what came of it as a text.
struct Streams {
  nh::Method<Later(Readable, std::optional<std::string>)> cancelAfterFirst;
  nh::Method<Later(Readable)> cancelWhileItWaits;
  nh::Method<Later(Readable)> readAll;
  nh::Method<void(Readable)> hold;
  nh::Method<Later(int)> readHeld;
  nh::Method<Later(std::string)> cancelHeld;
  nh::Method<void(Writable)> open;
  nh::Method<Later(int)> fill;
  nh::Method<int()> getStarted;
  nh::Method<Later(int)> write;
  nh::Method<Later(std::string)> writeText;
  nh::Method<Later()> close;
  nh::Method<Later()> closed;
  nh::Method<Later(std::optional<std::string>)> abort;
};

constexpr const char* kStreams = R"js(globalThis.streams = (() => {
  const told = async (doing) => {
    try {
      return `done ${(await doing()) ?? ''}`.trim();
    } catch (error) {
      return `${error.name}: ${error.message}`;
    }
  };
  let reader, writer, started = 0;
  return {
    cancelAfterFirst: (stream, why) => told(async () => {
      const { value } = await (reader = stream.getReader()).read();
      await reader.cancel(why === undefined ? undefined : new RangeError(why));
      return value;
    }),
    cancelWhileItWaits: (stream) => told(async () => {
      reader = stream.getReader();
      const waits = reader.read();
      await new Promise(setImmediate);
      await reader.cancel(new RangeError('enough'));
      return (await waits).done;
    }),
    readAll: (stream) => told(async () => {
      const all = [];
      for await (const chunk of stream) all.push(chunk);
      return all.join();
    }),
    hold(stream) { reader = stream.getReader(); },
    readHeld: (count) => told(async () => {
      let last;
      for (let i = 0; i < count; ++i) last = await reader.read();
      return last.value;
    }),
    cancelHeld: (why) => told(() => reader.cancel(new RangeError(why))),
    open(stream) { writer = stream.getWriter(); },
    // Begins so many writes, each when there is room for it, then closes the stream.
    fill: (count) => told(async () => {
      for (started = 0; started < count; ++started) {
        await writer.ready;
        writer.write(started).catch(() => {});
      }
      await writer.close();
    }),
    getStarted: () => started,
    write: (chunk) => told(() => writer.write(chunk)),
    writeText: (chunk) => told(() => writer.write(chunk)),
    close: () => told(() => writer.close()),
    closed: () => told(() => writer.closed),
    abort: (why) => told(() => writer.abort(why === undefined ? undefined : new RangeError(why))),
  };
})();)js";

struct Host {
  nh::Environment node = NewEnvironment();
  Streams streams = node.Run([](nh::Js& js) { return js.Eval(kStreams).As<Streams>(); });
};

// A stream with room for `room` chunks, whose writing end is JavaScript's.
nh::ReadStream<int> OpenSink(const Host& host, std::size_t room = 16) {
  const nh::Pipe<int> pipe = nh::NewPipe<int>(room);
  host.streams.open({pipe.writable});
  return pipe.readable;
}

// One with a write under way, for which there was no room.
nh::ReadStream<int> OpenFullSink(const Host& host, Later& write) {
  nh::ReadStream<int> sink = OpenSink(host, 1);
  write = host.streams.write(1);
  CHECK_THROWS_AS(write.Get(20ms), nh::DeadlineExceeded);
  return sink;
}

nh::ReadStream<int> Count(std::atomic<int>& asked, std::size_t high_water_mark) {
  return nh::ReadFrom<int>(
      [&asked](nh::WriteStream<int> out) -> nh::Task<> {
        while (true) {
          ++asked;
          co_await out.Write(asked);
        }
      },
      high_water_mark);
}

// Of a stream's other end: "name: message" of what its next operation fails with.
template <class F>
std::string FailureOf(F&& operation) {
  const nh::JsError error = ErrorOf(operation);
  return std::string(error.name()) + ": " + std::string(error.message());
}

std::exception_ptr Full() { return std::make_exception_ptr(std::runtime_error("disk full")); }

template <class F>
void WaitUntil(F&& condition) {
  while (!condition()) std::this_thread::sleep_for(1ms);
}

}  // namespace

// ---- A source of C++'s ----

TEST_CASE("web: the reason of reader.cancel reaches the C++ source") {
  const Host host;
  nh::PromiseSource<std::string> ended;
  const auto endless = [&] {
    ended = {};
    return nh::ReadFrom<int>([ended](nh::WriteStream<int> out) -> nh::Task<> {
      try {
        for (int i = 7;; ++i) co_await out.Write(i);
      } catch (const nh::JsError& error) {
        ended.Resolve(std::string(error.name()) + ": " + std::string(error.message()));
        throw;
      }
    });
  };
  CHECK(host.streams.cancelAfterFirst({endless()}, "enough").Get() == "done 7");
  CHECK(ended.task().Get(10s) == "RangeError: enough");
  CHECK(host.streams.cancelAfterFirst({endless()}, std::nullopt).Get() == "done 7");
  CHECK(ended.task().Get(10s) == "Error: Premature close");
}

TEST_CASE("web: a read that waits for the C++ source is ended by reader.cancel") {
  const Host host;
  const nh::Pipe<int> pipe = nh::NewPipe<int>();
  CHECK(host.streams.cancelWhileItWaits({pipe.readable}).Get(10s) == "done true");
  CHECK(FailureOf([&] { pipe.writable.Write(1).Get(); }) == "RangeError: enough");
}

TEST_CASE("web: the error of a C++ source comes behind its chunks, to a read that waits too") {
  const Host host;
  nh::Pipe<int> pipe = nh::NewPipe<int>();
  pipe.writable.Write(1).Get();
  pipe.writable.Destroy(Full());
  host.streams.hold({pipe.readable});
  CHECK(host.streams.readHeld(1).Get(10s) == "done 1");
  CHECK(host.streams.readHeld(1).Get(10s) == "Error: disk full");
  pipe = nh::NewPipe<int>();
  const Later waits = host.streams.readAll({pipe.readable});
  CHECK_THROWS_AS(waits.Get(20ms), nh::DeadlineExceeded);
  pipe.writable.Destroy(Full());
  CHECK(waits.Get(10s) == "Error: disk full");
  pipe = nh::NewPipe<int>();
  const Later silent = host.streams.readAll({pipe.readable});
  pipe.writable = {};  // its last copy
  CHECK(silent.Get(10s) == "Error: Premature close");
}

TEST_CASE("web: a C++ source is asked for no more than a slow reader has room for") {
  const Host host;
  std::atomic<int> asked = 0;
  host.streams.hold({Count(asked, 4)});
  WaitUntil([&] { return asked >= 4; });
  std::this_thread::sleep_for(20ms);
  CHECK(asked == 4);  // as many as are queued here: the web stream reads none ahead
  CHECK(host.streams.readHeld(100).Get(10s) == "done 100");
  std::this_thread::sleep_for(20ms);
  CHECK(asked >= 100);
  CHECK(asked <= 104);
}

TEST_CASE("web: a chunk that JavaScript cannot be given is an error for both sides") {
  const Host host;
  // A Method of one environment is refused by another.
  const nh::Environment other = NewEnvironment();
  using Function = nh::Method<void()>;
  const auto foreign = other.Run([](nh::Js& js) { return js.Eval("() => {}").As<Function>(); });
  const auto read = host.node.Run([](nh::Js& js) {
    return js.Eval("async (stream) => { for await (const chunk of stream); }")
        .As<nh::Method<nh::Task<>(nh::Web<nh::ReadStream<Function>>)>>();
  });
  const auto refused = [&](bool waits) {
    const nh::Pipe<Function> pipe = nh::NewPipe<Function>();
    if (!waits) pipe.writable.Write(foreign).Get();
    const nh::Task<> all = read({pipe.readable});
    if (waits) {
      CHECK_THROWS_AS(all.Get(20ms), nh::DeadlineExceeded);
      pipe.writable.Write(foreign).Get();
    }
    CHECK_THROWS_AS(all.Get(10s), nh::WrongThread);
    CHECK_THROWS_AS(pipe.writable.End().Get(10s), nh::WrongThread);
  };
  refused(false);
  refused(true);
}

// ---- A sink of C++'s ----

TEST_CASE("web: the reason of writer.abort reaches the C++ sink behind the chunks") {
  const Host host;
  nh::ReadStream<int> sink = OpenSink(host);
  CHECK(host.streams.write(1).Get(10s) == "done");
  CHECK(host.streams.abort("enough").Get(10s) == "done");
  CHECK(sink.Read().Get(10s) == 1);
  CHECK(FailureOf([&] { sink.Read().Get(10s); }) == "RangeError: enough");
  sink = OpenSink(host);
  CHECK(host.streams.abort(std::nullopt).Get(10s) == "done");
  CHECK(FailureOf([&] { sink.Read().Get(10s); }) == "Error: Premature close");
}

TEST_CASE("web: writer.abort does not wait for a C++ sink that has no room") {
  const Host host;
  Later write;
  const nh::ReadStream<int> sink = OpenFullSink(host, write);
  CHECK(host.streams.abort("enough").Get(10s) == "done");
  CHECK(write.Get(10s) == "RangeError: enough");
  CHECK(sink.Read().Get(10s) == 1);
  CHECK(FailureOf([&] { sink.Read().Get(10s); }) == "RangeError: enough");
}

TEST_CASE("web: writer.abort ends a close that waits for the C++ sink") {
  const Host host;
  const nh::ReadStream<int> sink = OpenSink(host);
  const Later close = host.streams.close();
  CHECK_THROWS_AS(close.Get(20ms), nh::DeadlineExceeded);
  host.streams.abort("enough").Get(10s);
  CHECK(close.Get(10s) == "RangeError: enough");
  CHECK(FailureOf([&] { sink.Read().Get(10s); }) == "RangeError: enough");
}

TEST_CASE("web: the error of a C++ sink fails the writes and the close, under way and to come") {
  const Host host;
  SUBCASE("while nothing is under way") {
    const nh::ReadStream<int> sink = OpenSink(host);
    sink.Destroy(Full());
    CHECK(host.streams.closed().Get(10s) == "Error: disk full");
  }
  SUBCASE("while a write waits for room") {
    Later write;
    const nh::ReadStream<int> sink = OpenFullSink(host, write);
    sink.Destroy(Full());
    CHECK(write.Get(10s) == "Error: disk full");
  }
  SUBCASE("while the close waits") {
    const nh::ReadStream<int> sink = OpenSink(host);
    const Later close = host.streams.close();
    CHECK_THROWS_AS(close.Get(20ms), nh::DeadlineExceeded);
    sink.Destroy(Full());
    CHECK(close.Get(10s) == "Error: disk full");
  }
  SUBCASE("before JavaScript had the stream") {
    const nh::Pipe<int> pipe = nh::NewPipe<int>();
    pipe.readable.Destroy(Full());
    host.streams.open({pipe.writable});
  }
  SUBCASE("of a coroutine that threw") {
    host.streams.open({nh::WriteTo<int>([](nh::ReadStream<int> in) -> nh::Task<> {
      co_await in.Read();
      std::rethrow_exception(Full());
    })});
    CHECK(host.streams.write(1).Get(10s) == "done");
  }
  CHECK(host.streams.closed().Get(10s) == "Error: disk full");
  CHECK(host.streams.write(1).Get(10s) == "Error: disk full");
}

TEST_CASE("web: a C++ sink that goes without a reason is a premature close for all who wait") {
  const Host host;
  SUBCASE("a write that waits for room") {
    Later write;
    nh::ReadStream<int> sink = OpenFullSink(host, write);
    sink = {};  // its last copy
    CHECK(write.Get(10s) == "Error: Premature close");
  }
  SUBCASE("a close that waits") {
    const nh::ReadStream<int> sink = OpenSink(host);
    const Later close = host.streams.close();
    CHECK_THROWS_AS(close.Get(20ms), nh::DeadlineExceeded);
    sink.Destroy();
    CHECK(close.Get(10s) == "Error: Premature close");
  }
  SUBCASE("a write that comes after it") {
    const nh::Pipe<int> pipe = nh::NewPipe<int>();
    pipe.readable.Destroy();
    host.streams.open({pipe.writable});
    CHECK(host.streams.write(1).Get(10s) == "Error: Premature close");
  }
  CHECK(host.streams.closed().Get(10s) == "Error: Premature close");
}

TEST_CASE("web: writer.ready lets no more through than a slow C++ sink has room for") {
  const Host host;
  const nh::ReadStream<int> sink = OpenSink(host, 4);
  const Later filled = host.streams.fill(1000);
  WaitUntil([&] { return host.streams.getStarted() >= 4; });
  std::this_thread::sleep_for(20ms);
  CHECK(host.streams.getStarted() == 4);
  for (int i = 0; i < 500; ++i) CHECK(sink.Read().Get(10s) == i);
  std::this_thread::sleep_for(20ms);
  CHECK(host.streams.getStarted() <= 504);
  for (int i = 500; i < 1000; ++i) CHECK(sink.Read().Get(10s) == i);
  CHECK(sink.Read().Get(10s) == std::nullopt);
  CHECK(filled.Get(10s) == "done");
}

TEST_CASE("web: a chunk that does not fit the C++ sink is an error for both sides") {
  const Host host;
  const nh::ReadStream<int> sink = OpenSink(host);
  const nh::Task<std::optional<int>> read = sink.Read();
  const std::string refused = "TypeError: chunk: expected number, got string \"x\"";
  CHECK(host.streams.writeText("x").Get(10s) == refused);
  CHECK(FailureOf([&] { read.Get(10s); }) == refused);
  CHECK(host.streams.closed().Get(10s) == refused);
}

// ---- A transform of C++'s ----

TEST_CASE("web: what ends one side of a C++ transform ends the other") {
  const Host host;
  struct Pairs {
    nh::Method<void(nh::Web<nh::Transform<int>>)> openPair;
  };
  const auto pairs = host.node.Run([](nh::Js& js) {
    const nh::Value streams = js.Global()["streams"];
    return js
        .Eval(
            "(streams) => ({ openPair({ readable, writable }) {"
            "  streams.hold(readable); streams.open(writable); } })")(streams)
        .As<Pairs>();
  });
  const auto open = [&] {
    pairs.openPair(
        {nh::Through<int>([](nh::ReadStream<int> in, nh::WriteStream<int> out) -> nh::Task<> {
          while (std::optional<int> chunk = co_await in.Read()) {
            if (*chunk < 0) throw std::out_of_range("below zero");
            co_await out.Write(2 * *chunk);
          }
        })});
  };
  open();
  CHECK(host.streams.write(1).Get(10s) == "done");
  CHECK(host.streams.readHeld(1).Get(10s) == "done 2");
  CHECK(host.streams.abort("enough").Get(10s) == "done");
  CHECK(host.streams.readHeld(1).Get(10s) == "RangeError: enough");
  open();
  CHECK(host.streams.cancelHeld("enough").Get(10s) == "done");
  CHECK(host.streams.write(1).Get(10s) == "done");  // it is read, and cannot be written on
  CHECK(host.streams.closed().Get(10s) == "RangeError: enough");
  open();
  CHECK(host.streams.write(-1).Get(10s) == "done");
  CHECK(host.streams.readHeld(1).Get(10s) == "RangeError: below zero");
  CHECK(host.streams.closed().Get(10s) == "RangeError: below zero");
}
