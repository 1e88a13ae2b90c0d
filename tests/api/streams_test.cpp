// ReadStream and WriteStream: streams of JavaScript's for C++.
#include <doctest/doctest.h>

#include <chrono>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "support/host.hpp"

using namespace std::chrono_literals;

using test::ErrorOf;
using test::NewEnvironment;

namespace {

struct Point {
  int x, y;
};

using Numbers = nh::ReadStream<int>;

struct Streams {
  nh::Method<nh::ReadStream<>()> letters;
  nh::Method<nh::ReadStream<>()> web;
  nh::Method<nh::ReadStream<>()> strings;
  nh::Method<nh::ReadStream<Point>()> objects;
  nh::Method<Numbers()> list;
  nh::Method<Numbers()> later;
  nh::Method<Numbers()> broken;
  nh::Method<nh::ReadStream<std::string>()> splitText;
  nh::Method<nh::ReadStream<>(int)> endless;
  nh::Method<int()> getProduced;
  nh::Method<std::string()> getDestroyedWith;
  nh::Method<nh::ReadStream<std::string>()> failing;
  nh::Method<std::string()> getCame;
  nh::Method<nh::WriteStream<>()> sink;
  nh::Method<nh::WriteStream<>()> brokenSink;
  nh::Method<nh::WriteStream<>()> webSink;
  nh::Method<nh::WriteStream<>()> stuckSink;
  nh::Method<nh::WriteStream<>()> brittleSink;
  nh::Method<nh::Duplex<>()> echo;
  nh::Method<nh::Duplex<>()> webEcho;
};

std::string All(const nh::ReadStream<>& stream) {
  std::string text;
  for (const nh::Bytes& chunk : stream) text += chunk.text();
  return text;
}

template <class T>
std::vector<T> Items(const nh::ReadStream<T>& stream) {
  std::vector<T> items;
  for (const T& item : stream) items.push_back(item);
  return items;
}

nh::Bytes B(std::string_view text) { return nh::Bytes::CopyOf(text); }

}  // namespace

TEST_CASE("C++ reads a Readable, a web stream, and what is iterable") {
  nh::Environment node = NewEnvironment();
  const auto streams = node.Import<Streams>("./streams.mjs");
  CHECK(All(streams.letters()) == "abcd");
  CHECK(All(streams.web()) == "abcd");
  CHECK(All(streams.strings()) == "abcd");
  CHECK(Items(streams.list()) == std::vector{1, 2, 3});
  CHECK(Items(streams.later()) == std::vector{1, 2});
  const std::vector<Point> points = Items(streams.objects());
  REQUIRE(points.size() == 2);
  CHECK(points[1].y == 4);
}

TEST_CASE("a coroutine reads chunk by chunk, on the JS thread too") {
  nh::Environment node = NewEnvironment();
  const auto streams = node.Import<Streams>("./streams.mjs");
  const auto read = [](nh::ReadStream<> stream) -> nh::Task<std::string> {
    std::string text;
    while (std::optional<nh::Bytes> chunk = co_await stream.Read()) text += chunk->text();
    co_return text;
  };
  CHECK(read(streams.letters()).Get() == "abcd");
  CHECK(node.Run([&](nh::Js&) { return read(streams.letters()); }) == "abcd");
}

TEST_CASE("text is whole characters, however its bytes are split") {
  nh::Environment node = NewEnvironment();
  const auto streams = node.Import<Streams>("./streams.mjs");
  std::string text;
  for (const std::string& part : streams.splitText()) text += part;
  CHECK(text == "a€b\uFFFD");
}

TEST_CASE("text of other encodings, split in the middle of a character, is read and written") {
  nh::Environment node = NewEnvironment();
  static constexpr nh::StreamOptions kUtf16{.encoding = nh::TextEncoding::kUtf16Le};
  static constexpr nh::StreamOptions kLatin1{.encoding = nh::TextEncoding::kLatin1};
  using Text = nh::ReadStream<std::string>;
  const auto text_of = [](const Text& stream) {
    std::string text;
    for (const std::string& part : stream) text += part;
    return text;
  };
  struct Module {
    nh::Method<Text(std::string, std::string)> encoded;
    nh::Method<Text(std::string, std::string)> decoded;
    nh::Method<nh::WriteStream<std::string>(std::optional<std::string>)> hexSink;
    nh::Method<std::string()> getCame;
  };
  struct Utf16 {
    nh::Method<nh::StreamWith<Text, kUtf16>(std::string, std::string)> encoded;
    nh::Method<nh::StreamWith<nh::WriteStream<std::string>, kUtf16>()> hexSink;
  };
  struct Latin1 {
    nh::Method<nh::StreamWith<Text, kLatin1>(std::string, std::string)> encoded;
    nh::Method<nh::StreamWith<nh::WriteStream<std::string>, kLatin1>()> hexSink;
  };
  const auto module = node.Import<Module>("./streams.mjs");
  const auto utf16 = node.Import<Utf16>("./streams.mjs");
  const auto latin1 = node.Import<Latin1>("./streams.mjs");
  CHECK(text_of(module.encoded("aä€😀", "utf8")) == "aä€😀");
  CHECK(text_of(utf16.encoded("aä€😀", "utf16le").stream) == "aä€😀");
  CHECK(text_of(latin1.encoded("aäÿ", "latin1").stream) == "aäÿ");
  // Where JavaScript has decoded it, strings cross.
  for (const char* encoding : {"utf8", "utf16le"}) {
    CHECK(text_of(module.decoded("aä€😀", encoding)) == "aä€😀");
  }
  CHECK(text_of(module.decoded("aä", "latin1")) == "aä");
  const auto written = [&](const nh::WriteStream<std::string>& sink) {
    sink.Write("a").Get();
    sink.Write("ä").Get();
    sink.End().Get();
    return module.getCame();
  };
  CHECK(written(module.hexSink({})) == "61c3a4");
  CHECK(written(module.hexSink("latin1")) == "61e4");  // its own default
  CHECK(written(utf16.hexSink().stream) == "6100e400");
  CHECK(written(latin1.hexSink().stream) == "61e4");
}

TEST_CASE("characters of a text that is split between two strings are whole") {
  nh::Environment node = NewEnvironment();
  const auto text = node.Run([](nh::Js& js) {
    return js.Eval(R"(['€', '\ud83d', '\ude00', 'a\ud83d', '', '\ude00b', 'ä\ud83d'])")
        .As<nh::ReadStream<std::string>>();
  });
  CHECK(Items(text) == std::vector<std::string>{"€", "", "😀", "a", "", "😀b", "ä", "\uFFFD"});
}

TEST_CASE("the high-water mark of JavaScript's stream is an option") {
  nh::Environment node = NewEnvironment();
  static constexpr nh::StreamOptions kLittle{.high_water_mark = 2 * 1024};
  struct Little {
    nh::Method<nh::StreamWith<nh::ReadStream<>, kLittle>(int)> endless;
    nh::Method<int()> getProduced;
    nh::Method<nh::StreamWith<nh::WriteStream<>, kLittle>()> stuckSink;
  };
  const auto little = node.Import<Little>("./streams.mjs");
  const nh::ReadStream<> stream = little.endless(1024).stream;
  CHECK(stream.Read().Get()->size() == 1024);
  std::this_thread::sleep_for(20ms);
  CHECK(little.getProduced() <= 6);  // two here, and what the Readable reads ahead
  const nh::WriteStream<> sink = little.stuckSink().stream;
  int written = 0;
  nh::Task<> last;
  for (; written < 100; ++written) {
    last = sink.Write(nh::Bytes(1024));
    if (!last.done()) break;
    std::this_thread::sleep_for(1ms);
  }
  CHECK(written <= 4);
  sink.Destroy();
  CHECK(ErrorOf([&] { last.Get(); }).code() == "ERR_STREAM_PREMATURE_CLOSE");
}

TEST_CASE("a high-water mark of the largest number is no limit") {
  nh::Environment node = NewEnvironment();
  static constexpr nh::StreamOptions kNoLimit{.high_water_mark = static_cast<std::size_t>(-1)};
  struct Unlimited {
    nh::Method<nh::StreamWith<nh::WriteStream<>, kNoLimit>()> stuckSink;
  };
  const nh::WriteStream<> sink = node.Import<Unlimited>("./streams.mjs").stuckSink().stream;
  bool done = true;
  for (int i = 0; i < 32; ++i) done = done && sink.Write(nh::Bytes(65536)).done();  // 2 MiB
  CHECK(done);
  sink.Destroy();
}

TEST_CASE("what the stream fails with comes behind its chunks") {
  nh::Environment node = NewEnvironment();
  const auto streams = node.Import<Streams>("./streams.mjs");
  const Numbers numbers = streams.broken();
  CHECK(numbers.Read().Get() == 1);
  CHECK(ErrorOf([&] { numbers.Read().Get(); }).message() == "no more");
  CHECK(ErrorOf([&] { numbers.Read().Get(); }).message() == "no more");
  const nh::ReadStream<std::string> text = streams.failing();
  CHECK(text.Read().Get() == "ab");
  CHECK(ErrorOf([&] { text.Read().Get(); }).message() == "broken pipe");
}

TEST_CASE("a chunk of another type is an error for both sides") {
  nh::Environment node = NewEnvironment();
  struct Wrong {
    nh::Method<nh::ReadStream<std::string>()> list;
    nh::Method<nh::ReadStream<>()> number;
  };
  const auto wrong = node.Import<Wrong>("./streams.mjs");
  CHECK(ErrorOf([&] { wrong.list().Read().Get(); }).message() ==
        "chunk: expected string, got number 1");
  CHECK(ErrorOf([&] { wrong.number(); }).message() ==
        "number: expected Readable, ReadableStream or iterable, got number 42");
}

TEST_CASE("JavaScript's stream is paused while nobody reads, and destroyed when the reader goes") {
  nh::Environment node = NewEnvironment();
  const auto streams = node.Import<Streams>("./streams.mjs");
  {
    const nh::ReadStream<> stream = streams.endless(65536);
    CHECK(stream.Read().Get()->size() == 65536);
    std::this_thread::sleep_for(20ms);
    // What is queued: sixteen chunks here and a few in the Readable.
    const int produced = streams.getProduced();
    CHECK(produced < 24);
    std::this_thread::sleep_for(20ms);
    CHECK(streams.getProduced() == produced);
  }
  while (streams.getDestroyedWith() != "no error") std::this_thread::sleep_for(1ms);
}

TEST_CASE("who destroys says why") {
  nh::Environment node = NewEnvironment();
  const auto streams = node.Import<Streams>("./streams.mjs");
  const nh::ReadStream<> stream = streams.endless(1024);
  stream.Destroy(std::make_exception_ptr(std::runtime_error("enough")));
  while (streams.getDestroyedWith() != "enough") std::this_thread::sleep_for(1ms);
  CHECK_THROWS_WITH(stream.Read().Get(), "enough");
}

TEST_CASE("chunks are the memory of JavaScript's Buffers") {
  nh::Environment node = NewEnvironment();
  const auto [stream, buffer] = node.Run([](nh::Js& js) {
    const nh::Value made = js.Eval("globalThis.memory = Buffer.alloc(1000, 1)");
    return std::pair(js.Eval("[memory]").As<nh::ReadStream<>>(), made.As<nh::Bytes>());
  });
  const std::optional<nh::Bytes> chunk = stream.Read().Get();
  CHECK(chunk->data() == buffer.data());
}

TEST_CASE("C++ writes to a Writable and a web stream, and waits for their end") {
  nh::Environment node = NewEnvironment();
  const auto streams = node.Import<Streams>("./streams.mjs");
  for (const auto& make : {streams.sink, streams.webSink}) {
    const nh::WriteStream<> sink = make();
    sink.Write(B("ab")).Get();
    sink.Write(nh::Bytes()).Get();
    sink.Write(B("cd")).Get();
    sink.End().Get();
    CHECK(streams.getCame() == "abcd.");
    CHECK(ErrorOf([&] { sink.Write(B("x")).Get(); }).code() == "ERR_STREAM_WRITE_AFTER_END");
  }
}

TEST_CASE("a Writable that fails fails those who write") {
  nh::Environment node = NewEnvironment();
  const auto streams = node.Import<Streams>("./streams.mjs");
  const nh::WriteStream<> sink = streams.brokenSink();
  sink.Write(B("ab")).Get();
  CHECK(ErrorOf([&] { sink.End().Get(); }).message() == "disk full");
  CHECK(ErrorOf([&] { sink.Write(B("ab")).Get(); }).message() == "disk full");
}

TEST_CASE("a Writable that does not go on makes the writer wait") {
  nh::Environment node = NewEnvironment();
  const auto streams = node.Import<Streams>("./streams.mjs");
  const nh::WriteStream<> sink = streams.stuckSink();
  int written = 0;
  nh::Task<> last;
  for (; written < 100; ++written) {
    last = sink.Write(nh::Bytes(65536));
    std::this_thread::sleep_for(1ms);
    if (!last.done()) break;
  }
  CHECK(written >= 15);
  CHECK(written <= 18);  // one is in the Writable
  CHECK_THROWS_AS(last.Get(10ms), nh::DeadlineExceeded);
  sink.Destroy();
  CHECK(ErrorOf([&] { last.Get(); }).code() == "ERR_STREAM_PREMATURE_CLOSE");
}

TEST_CASE("a Writable that is destroyed in the middle of a chunk, from either side") {
  nh::Environment node = NewEnvironment();
  const auto streams = node.Import<Streams>("./streams.mjs");
  const nh::WriteStream<> brittle = streams.brittleSink();
  brittle.Write(B("ab")).Get();
  CHECK(ErrorOf([&] { brittle.End().Get(); }).message() == "torn");
  CHECK(ErrorOf([&] { brittle.Write(B("ab")).Get(); }).message() == "torn");
  const nh::WriteStream<> stuck = streams.stuckSink();
  stuck.Write(B("ab")).Get();
  const nh::Task<> end = stuck.End();
  stuck.Destroy(std::make_exception_ptr(std::runtime_error("enough")));
  CHECK_THROWS_WITH(end.Get(), "enough");
}

TEST_CASE("a writer that goes before the end destroys JavaScript's stream") {
  nh::Environment node = NewEnvironment();
  const auto streams = node.Import<Streams>("./streams.mjs");
  for (const auto& make : {streams.sink, streams.webSink}) {
    const nh::WriteStream<> sink = make();
    sink.Write(B("ab")).Get();
    sink.Destroy(std::make_exception_ptr(std::runtime_error("no more")));
    while (streams.getCame() != "ab!no more") std::this_thread::sleep_for(1ms);
  }
}

TEST_CASE("a Duplex of JavaScript's goes both ways, and so does a pair of web streams") {
  nh::Environment node = NewEnvironment();
  const auto streams = node.Import<Streams>("./streams.mjs");
  for (const nh::Duplex<>& echo : {streams.echo(), streams.webEcho()}) {
    echo.writable.Write(B("there")).Get();
    CHECK(echo.readable.Read().Get()->text() == "there");
    const nh::Task<> end = echo.writable.End();
    CHECK(echo.readable.Read().Get() == std::nullopt);
    end.Get();
  }
}

TEST_CASE("streams end with their environment") {
  std::optional<nh::Environment> node = NewEnvironment();
  const auto streams = node->Import<Streams>("./streams.mjs");
  const auto numbers = streams.stuckSink();
  const auto endless = node->Run([](nh::Js& js) {
    return js.Eval("new (require('stream').Readable)({ read() {} })").As<nh::ReadStream<>>();
  });
  const nh::Task<std::optional<nh::Bytes>> read = endless.Read();
  numbers.Write(B("x")).Get();  // it is never taken in
  const nh::Task<> end = numbers.End();
  node.reset();
  CHECK_THROWS_AS(read.Get(), nh::EnvironmentStopped);
  CHECK_THROWS_AS(endless.Read().Get(), nh::EnvironmentStopped);
  CHECK_THROWS_AS(end.Get(), nh::EnvironmentStopped);
  CHECK_THROWS_AS(numbers.Write(B("x")).Get(), nh::EnvironmentStopped);
}

TEST_CASE("an empty stream says so") {
  CHECK_THROWS_WITH_AS(static_cast<void>(nh::ReadStream<>().Read()),
                       "An empty stream was used. Get one from JavaScript or from NewPipe.",
                       nh::HostError);
}
