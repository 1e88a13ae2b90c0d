// Streams of C++'s in JavaScript: sources, sinks, Duplex, Transform, web streams, generators.
#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "support/host.hpp"

using namespace std::chrono_literals;

using test::ErrorOf;
using test::NewEnvironment;

namespace {

using Texts = std::vector<std::string>;
using Later = nh::Task<std::string>;

struct Streams {
  nh::Method<Later(nh::ReadStream<>)> readAll;
  nh::Method<Later(nh::Web<nh::ReadStream<>>)> readWeb;
  nh::Method<nh::Task<>(nh::ReadStream<>, nh::WriteStream<>)> copy;
  nh::Method<nh::Task<>(nh::WriteStream<>, Texts)> writeAll;
  nh::Method<Later(nh::Web<nh::WriteStream<>>, Texts)> writeWeb;
  nh::Method<Later(nh::Transform<>, Texts)> throughPipeline;
  nh::Method<Later(nh::Web<nh::Transform<>>, Texts)> throughWeb;
  nh::Method<Later(nh::ReadStream<>, std::optional<std::string>)> destroyAfterFirst;
  nh::Method<Later(nh::ReadStream<>)> outcome;
};

nh::Bytes B(std::string_view text) { return nh::Bytes::CopyOf(text); }

nh::ReadStream<> Source(Texts texts) {
  return nh::ReadFrom([texts](nh::WriteStream<> out) -> nh::Task<> {
    for (const std::string& text : texts) co_await out.Write(B(text));
  });
}

nh::ReadStream<> Broken(std::string message) {
  return nh::ReadFrom([message](nh::WriteStream<> out) -> nh::Task<> {
    co_await out.Write(B("ab"));
    throw std::runtime_error(message);
  });
}

nh::Transform<> Upper() {
  return nh::Through([](nh::ReadStream<> in, nh::WriteStream<> out) -> nh::Task<> {
    while (std::optional<nh::Bytes> chunk = co_await in.Read()) {
      std::string text(chunk->text());
      for (char& c : text) c = static_cast<char>(std::toupper(c));
      co_await out.Write(B(text));
    }
    co_await out.Write(B("."));
  });
}

}  // namespace

TEST_CASE("a C++ source is a Readable with Buffers, or a web stream") {
  nh::Environment node = NewEnvironment();
  const auto streams = node.Import<Streams>("./streams.mjs");
  CHECK(streams.readAll(Source({"ab", "", "cd"})).Get() == "abcd");
  CHECK(streams.readWeb({Source({"ab", "cd"})}).Get() == "abcd");
}

TEST_CASE("JavaScript's classes know their kind") {
  nh::Environment node = NewEnvironment();
  struct Kinds {
    nh::Method<std::string(nh::ReadStream<>)> kinds;
  };
  struct Sinks {
    nh::Method<std::string(nh::WriteStream<>)> kinds;
  };
  struct Pairs {
    nh::Method<std::string(nh::Duplex<>)> kinds;
  };
  struct Transforms {
    nh::Method<std::string(nh::Transform<>)> kinds;
  };
  CHECK(node.Import<Kinds>("./streams.mjs").kinds(nh::NewPipe().readable) == "1000");
  CHECK(node.Import<Sinks>("./streams.mjs").kinds(nh::NewPipe().writable) == "0100");
  CHECK(
      node.Import<Pairs>("./streams.mjs").kinds({nh::NewPipe().readable, nh::NewPipe().writable}) ==
      "1110");
  CHECK(node.Import<Transforms>("./streams.mjs").kinds(Upper()) == "1111");
}

TEST_CASE("what the source throws is the error of the Readable") {
  nh::Environment node = NewEnvironment();
  const auto streams = node.Import<Streams>("./streams.mjs");
  CHECK_THROWS_WITH(streams.readAll(Broken("no more")).Get(), "no more");
  CHECK_THROWS_WITH(streams.readWeb({Broken("no more")}).Get(), "no more");
}

TEST_CASE("a Readable that is destroyed ends its source") {
  nh::Environment node = NewEnvironment();
  const auto streams = node.Import<Streams>("./streams.mjs");
  nh::PromiseSource<std::string> ended;
  const auto endless = [&] {
    return nh::ReadFrom([ended](nh::WriteStream<> out) -> nh::Task<> {
      try {
        while (true) co_await out.Write(B("ab"));
      } catch (const nh::JsError& error) {
        ended.Resolve(error.message());
        throw;
      }
    });
  };
  CHECK(streams.destroyAfterFirst(endless(), "enough").Get().starts_with("ab"));
  CHECK(ended.task().Get() == "enough");
  ended = {};
  CHECK(streams.destroyAfterFirst(endless(), std::nullopt).Get().starts_with("ab"));
  CHECK(ended.task().Get() == "Premature close");
}

TEST_CASE("a consumer that throws ends its source") {
  nh::Environment node = NewEnvironment();
  nh::PromiseSource<std::string> ended;
  auto endless = nh::ReadFrom([ended](nh::WriteStream<> out) -> nh::Task<> {
    try {
      while (true) co_await out.Write(B("ab"));
    } catch (const nh::JsError& error) {
      ended.Resolve(error.message());
      throw;
    }
  });
  const auto read = node.Run([](nh::Js& js) {
    return js.Eval("async (s) => { for await (const c of s) throw new RangeError('full'); }")
        .As<std::function<nh::Task<>(nh::ReadStream<>)>>();
  });
  CHECK(ErrorOf([&] { read(endless).Get(); }).message() == "full");
  CHECK(ended.task().Get(10s) == "The operation was aborted");
}

TEST_CASE("a C++ sink is a Writable, and a pipeline waits for it") {
  nh::Environment node = NewEnvironment();
  const auto streams = node.Import<Streams>("./streams.mjs");
  std::string text;
  const auto sink = [&] {
    text.clear();
    return nh::WriteTo([&text](nh::ReadStream<> in) -> nh::Task<> {
      while (std::optional<nh::Bytes> chunk = co_await in.Read()) text += chunk->text();
      text += '.';
    });
  };
  streams.writeAll(sink(), {"ab", "cd"}).Get();
  CHECK(text == "abcd.");
  CHECK(streams.writeWeb({sink()}, {"ab", "cd"}).Get() == "closed");
  CHECK(text == "abcd.");
  streams.copy(Source({"ef"}), sink()).Get();
  CHECK(text == "ef.");
}

TEST_CASE("a sink that throws fails the pipeline") {
  nh::Environment node = NewEnvironment();
  const auto streams = node.Import<Streams>("./streams.mjs");
  auto full = nh::WriteTo([](nh::ReadStream<> in) -> nh::Task<> {
    co_await in.Read();
    throw std::runtime_error("disk full");
  });
  CHECK_THROWS_WITH(streams.copy(Source(Texts(100, std::string(100'000, 'x'))), full).Get(),
                    "disk full");
}

TEST_CASE("a source that fails fails the sink behind it") {
  nh::Environment node = NewEnvironment();
  const auto streams = node.Import<Streams>("./streams.mjs");
  const nh::Pipe<> pipe = nh::NewPipe();
  const nh::Task<> copied = streams.copy(Broken("no more"), pipe.writable);
  CHECK_THROWS_WITH(copied.Get(), "no more");
  CHECK_THROWS_WITH(
      [&] {
        while (pipe.readable.Read().Get()) {
        }
      }(),
      "no more");
}

TEST_CASE("a C++ transform stands in a pipeline") {
  nh::Environment node = NewEnvironment();
  const auto streams = node.Import<Streams>("./streams.mjs");
  CHECK(streams.throughPipeline(Upper(), {"ab", "cd"}).Get() == "ABCD.");
  CHECK(streams.throughWeb({Upper()}, {"ab", "cd"}).Get() == "ABCD.");
  auto broken = nh::Through([](nh::ReadStream<> in, nh::WriteStream<>) -> nh::Task<> {
    co_await in.Read();
    throw std::runtime_error("not text");
  });
  CHECK_THROWS_WITH(streams.throughPipeline(broken, {"ab"}).Get(), "not text");
}

TEST_CASE("objects and text cross as such") {
  nh::Environment node = NewEnvironment();
  struct Objects {
    nh::Method<nh::Task<int>(nh::ReadStream<int>)> sum;
  };
  struct Lines {
    nh::Method<Later(nh::ReadStream<std::string>)> join;
  };
  const nh::Pipe<int> numbers = nh::NewPipe<int>();
  const nh::Task<int> sum = node.Import<Objects>("./streams.mjs").sum(numbers.readable);
  for (int i = 1; i <= 100; ++i) numbers.writable.Write(i).Get();
  numbers.writable.End().Get();
  CHECK(sum.Get() == 5050);
  const nh::Pipe<std::string> text = nh::NewPipe<std::string>();
  const Later joined = node.Import<Lines>("./streams.mjs").join(text.readable);
  text.writable.Write("a€").Get();
  text.writable.End().Get();
  CHECK(joined.Get() == "string:a€;");
}

TEST_CASE("a stream is handed to JavaScript once, and is no longer C++'s") {
  nh::Environment node = NewEnvironment();
  const auto streams = node.Import<Streams>("./streams.mjs");
  const nh::ReadStream<> source = Source({"ab"});
  CHECK(streams.readAll(source).Get() == "ab");
  CHECK(ErrorOf([&] { streams.readAll(source).Get(); }).message() ==
        "This ReadStream was handed to JavaScript before");
  CHECK_THROWS_AS(static_cast<void>(source.Read()), nh::HostError);
}

TEST_CASE("stream.finished sees the end and the error of C++'s streams") {
  nh::Environment node = NewEnvironment();
  const auto outcome = node.Import<Streams>("./streams.mjs").outcome;
  CHECK(outcome(Source({"ab"})).Get() == "finished");
  CHECK(outcome(Broken("no more")).Get().find("no more") != std::string::npos);
  nh::Pipe<> pipe = nh::NewPipe();
  const Later closed = outcome(pipe.readable);
  pipe.writable.Destroy();
  CHECK(closed.Get() == "Error: Premature close ERR_STREAM_PREMATURE_CLOSE");
  struct Sinks {
    nh::Method<Later(nh::WriteStream<>, std::string)> endAndOutcome;
    nh::Method<Later(nh::WriteStream<>, std::string)> tear;
  };
  struct Pairs {
    nh::Method<Later(nh::Duplex<>, std::string)> endAndOutcome;
  };
  struct Transforms {
    nh::Method<Later(nh::Transform<>, std::string)> endAndOutcome;
  };
  std::string text;
  const auto sink = [&] {
    return nh::WriteTo([&](nh::ReadStream<> in) -> nh::Task<> {
      while (std::optional<nh::Bytes> chunk = co_await in.Read()) text += chunk->text();
    });
  };
  const auto sinks = node.Import<Sinks>("./streams.mjs");
  CHECK(sinks.endAndOutcome(sink(), "ab").Get() == "finished");
  CHECK(text == "ab");
  auto full = nh::WriteTo([](nh::ReadStream<> in) -> nh::Task<> {
    co_await in.Read();
    throw std::runtime_error("disk full");
  });
  CHECK(sinks.endAndOutcome(full, "ab").Get().find("disk full") != std::string::npos);
  CHECK(node.Import<Pairs>("./streams.mjs").endAndOutcome({Source({"x"}), sink()}, "cd").Get() ==
        "finished");
  CHECK(text == "abcd");
  CHECK(node.Import<Transforms>("./streams.mjs").endAndOutcome(Upper(), "ab").Get() == "finished");
  // Destroyed by JavaScript with chunks on their way: they come first, then the error.
  pipe = nh::NewPipe();
  const Later torn = sinks.tear(pipe.writable, "torn");
  CHECK(pipe.readable.Read().Get()->text() == "ab");
  CHECK(pipe.readable.Read().Get()->text() == "cd");
  CHECK(ErrorOf([&] { pipe.readable.Read().Get(); }).message() == "torn");
  CHECK(torn.Get() == "RangeError: torn ");
}

TEST_CASE("a chunk arrives although JavaScript blocks its thread behind it") {
  nh::Environment node = NewEnvironment();
  struct Module {
    nh::Method<int(nh::WriteStream<>, nh::SharedMemory)> writeAndBlock;
  };
  const auto module = node.Import<Module>("./streams.mjs");
  const nh::Pipe<> pipe = nh::NewPipe();
  const nh::SharedMemory memory(64);
  std::string text;
  std::thread reader([&] {
    while (text.size() < 4) text += pipe.readable.Read().Get()->text();
    std::atomic_ref<std::int32_t>(memory.As<std::int32_t>()[0]).store(1);
  });
  CHECK(module.writeAndBlock(pipe.writable, memory) == 1);
  reader.join();
  CHECK(text == "abcd");
}

TEST_CASE("several who read at once get the chunks in their order, then the end") {
  const nh::Pipe<> pipe = nh::NewPipe();
  std::vector<nh::Task<std::optional<nh::Bytes>>> reads;
  for (int i = 0; i < 4; ++i) reads.push_back(pipe.readable.Read());
  pipe.writable.Write(B("a")).Get();
  pipe.writable.Write(nh::Bytes()).Get();
  pipe.writable.Write(B("c")).Get();
  const nh::Task<> end = pipe.writable.End();
  CHECK(reads[0].Get()->text() == "a");
  CHECK(reads[1].Get()->empty());
  CHECK(reads[2].Get()->text() == "c");
  CHECK(reads[3].Get() == std::nullopt);
  end.Get();
}

TEST_CASE("a slow consumer in C++ keeps JavaScript's memory bounded") {
  nh::Environment node = NewEnvironment();
  const auto streams = node.Import<Streams>("./streams.mjs");
  const nh::Pipe<> pipe = nh::NewPipe();
  int made = 0;
  auto source = nh::ReadFrom([&made](nh::WriteStream<> out) -> nh::Task<> {
    for (made = 0; made < 1000; ++made) co_await out.Write(nh::Bytes(65536));
  });
  const nh::Task<> copied = streams.copy(source, pipe.writable);
  std::size_t read = pipe.readable.Read().Get()->size();
  std::this_thread::sleep_for(30ms);
  CHECK(made < 60);  // two queues of sixteen and the Readable's and the Writable's own
  for (const nh::Bytes& chunk : pipe.readable) read += chunk.size();
  copied.Get();
  CHECK(read == 1000 * 65536);
}

TEST_CASE("JavaScript's generators and C++'s") {
  nh::Environment node = NewEnvironment();
  struct Module {
    nh::Method<nh::Task<int>(nh::Generator<int>)> sum;
  };
  struct Later2 {
    nh::Method<nh::Task<int>(nh::AsyncGenerator<int>)> sum;
  };
  struct First {
    nh::Method<nh::Task<std::string>(nh::Generator<int>)> breakOff;
  };
  const auto count = [](int most) -> nh::Generator<int> {
    for (int i = 1; i <= most; ++i) co_yield i;
  };
  CHECK(node.Import<Module>("./streams.mjs").sum(count(10)).Get() == 55);
  CHECK(node.Import<First>("./streams.mjs").breakOff(count(1'000'000'000)).Get() == "1");
  const auto broken = []() -> nh::Generator<int> {
    co_yield 1;
    throw std::runtime_error("no more");
  };
  CHECK_THROWS_WITH(node.Import<Module>("./streams.mjs").sum(broken()).Get(), "no more");
  int sum = 0;
  for (const int i : count(10)) sum += i;
  CHECK(sum == 55);
  const auto slowly = [](nh::Task<int> first) -> nh::AsyncGenerator<int> {
    co_yield co_await first;
    co_yield 2;
  };
  nh::PromiseSource<int> source;
  const auto later = node.Import<Later2>("./streams.mjs").sum(slowly(source.task()));
  source.Resolve(40);
  CHECK(later.Get() == 42);
}
