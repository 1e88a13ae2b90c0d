// Streams as results and arguments of calls, and calls that are given up.
#include <doctest/doctest.h>
#include <sys/resource.h>

#include <csignal>
#include <map>
#include <stop_token>
#include <string>
#include <vector>

#include "all_models.hpp"
#include "nodehost/stream_functions.hpp"
#include "nodehost/streams.hpp"
#include "support/quarantine.hpp"

using namespace test;

namespace {

template <class T>
nh::ReadStream<T> StreamOf(nh::NodeServices& services, const char* name) {
  return services.InvokeExportAsync<nh::ReadStream<T>>("./streams", name).Get(20s);
}

nh::ReadStream<> Source(std::size_t size, int count) {
  return nh::ReadFrom([size, count](nh::WriteStream<> out) -> nh::Task<> {
    for (int i = 0; i < count; ++i) {
      co_await out.Write(nh::Bytes::CopyOf(std::string(size, static_cast<char>('a' + i % 26))));
    }
  });
}

constexpr std::size_t kLarge = std::size_t{64} << 10;

// That this process has had.
int MostMemoryMiB() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<int>(usage.ru_maxrss / 1024);
}

// Whether its reader goes, soon.
bool IsClosed(const nh::WriteStream<>& stream) {
  return Eventually([&] {
    try {
      stream.Write(nh::Bytes::CopyOf(std::string(1000, 'x'))).Get(100ms);
    } catch (const nh::DeadlineExceeded&) {  // it is full
    } catch (const nh::JsError&) {
      return true;
    }
    return false;
  });
}

}  // namespace

TEST_CASE_TEMPLATE("what a function writes to callback.stream, and a stream that it returns", Model,
                   MODELS) {
  nh::NodeServices services(Platform(), Options<Model>());
  std::string text;
  for (const std::string& part :
       services.InvokeExportAsync<nh::ReadStream<std::string>>("./streams", "lines", 3).Get(20s)) {
    text += part;
  }
  CHECK(text == "line 0\nline 1\nline 2\nend\n");
  using Number = std::map<std::string, int>;
  int next = 0;
  for (const Number& one :
       services.InvokeExportAsync<nh::ReadStream<Number>>("./streams", "objects", 100).Get(20s)) {
    CHECK(one.at("number") == next++);
  }
  CHECK(next == 100);
  text.clear();
  for (const std::string& part : StreamOf<std::string>(services, "web")) text += part;
  CHECK(text == "of the web");
  std::size_t size = 0;
  for (const nh::Bytes& part :
       services.InvokeExportAsync<nh::ReadStream<>>("./streams", "bytes", 100'000, 300).Get(20s)) {
    size += part.size();
  }
  CHECK(size == 30'000'000);
}

TEST_CASE_TEMPLATE("a GiB goes through a function in flat memory", Model, MODELS) {
  nh::NodeServices services(Platform(), Options<Model>());
  const auto through = [&](int chunks) {
    std::size_t size = 0;
    bool whole = true;
    const auto stream = services.With({.timeout = 50s})
                            .template InvokeExportAsync<nh::ReadStream<>>("./streams", "through",
                                                                          Source(kLarge, chunks));
    for (const nh::Bytes& part : stream.Get(20s)) {
      whole = whole && part.text().front() == static_cast<char>('a' + size / kLarge % 26);
      size += part.size();
    }
    CHECK(whole);
    CHECK(size == static_cast<std::size_t>(chunks) * kLarge);
  };
  const auto function_memory = [&] {
    return services.InvokeExportAsync<int>("./streams", "mostMemory").Get(20s);
  };
  through(1024);  // 64 MiB
  const int before = MostMemoryMiB();
  const int before_there = function_memory();
  through(16 * 1024);
  // V8 frees Buffers when it collects garbage, every 32 to 64 MiB of them.
  constexpr int kRoom = 200 + static_cast<int>(test::kQuarantineMiB);
  CHECK(MostMemoryMiB() - before < kRoom);
  CHECK(function_memory() - before_there < kRoom);
}

TEST_CASE_TEMPLATE("bytes arrive whole, whatever class they are of", Model, MODELS) {
  nh::NodeServices services(Platform(), Options<Model>());
  std::string text;
  for (const nh::Bytes& part : StreamOf<nh::Bytes>(services, "kinds")) text += part.text();
  CHECK(text == "a Buffer, a Uint8Array, a, " + std::string(300'000, 'x'));
  const auto kind = [&](std::size_t size) {
    return services.InvokeExportAsync<std::string>("./streams", "kindOf", Source(size, 1)).Get(20s);
  };
  CHECK(kind(3) == "Buffer of 3");
  CHECK(kind(300'000) == "Buffer of 300000");
}

TEST_CASE_TEMPLATE("a result whose getter writes to a stream arrives, and so does the chunk", Model,
                   MODELS) {
  nh::NodeServices services(Platform(), Options<Model>());
  const auto stream = StreamOf<std::string>(services, "open");
  const auto chunk = stream.Read();
  std::this_thread::sleep_for(50ms);  // the stream flows
  using Texts = std::map<std::string, std::string>;
  CHECK(services.InvokeExportAsync<Texts>("./streams", "pushInGetter").Get(20s) ==
        Texts{{"text", "result"}});
  CHECK(chunk.Get(10s) == "chunk");
}

TEST_CASE_TEMPLATE("a stream that breaks ends with its error, behind what came before", Model,
                   MODELS) {
  nh::NodeServices services(Platform(), Options<Model>());
  const auto stream = StreamOf<std::string>(services, "breaks");
  CHECK(stream.Read().Get(10s) == "before");
  services.InvokeExportAsync<void>("./streams", "breakNow").Get(10s);
  const auto error = FailureOf<nh::JsError>(stream.Read());
  CHECK(error.name() == "RangeError");
  CHECK(error.message() == "broken");
}

TEST_CASE_TEMPLATE("a stream is made no faster than it is read, and ends when its reader goes",
                   Model, MODELS) {
  nh::NodeServices services(Platform(), Options<Model>());
  auto stream = StreamOf<nh::Bytes>(services, "endless");
  for (int i = 0; i < 10; ++i) CHECK(stream.Read().Get(10s)->size() >= 1000);
  std::this_thread::sleep_for(100ms);
  CHECK(services.InvokeExportAsync<int>("./streams", "given").Get(10s) < 2000);
  stream = {};
  CHECK(Eventually(
      [&] { return services.InvokeExportAsync<int>("./streams", "closed").Get(10s) == 1; }));
  FailureOf<nh::JsError>(services.InvokeExportAsync<int>("./streams", "endless"));  // no number
}

TEST_CASE_TEMPLATE("an argument may be a stream", Model, MODELS) {
  nh::NodeServices services(Platform(), Options<Model>());
  CHECK(services.InvokeExportAsync<int>("./streams", "total", Source(100'000, 50), 7).Get(20s) ==
        5'000'007);
  const auto upper =
      services.InvokeExportAsync<nh::ReadStream<std::string>>("./streams", "upper", Source(3, 2));
  std::string text;
  for (const std::string& part : upper.Get(20s)) text += part;
  CHECK(text == "AAABBB");
  CHECK(services.InvokeExportAsync<std::string>("./streams", "stops", Source(3, 1000))
            .Get(20s)
            .rfind("aaa", 0) == 0);
  CHECK(services.InvokeAsync<int>("./add", 1, 2).Get(10s) == 3);
}

TEST_CASE_TEMPLATE("a function may begin to read its argument late", Model, MODELS) {
  nh::NodeServices services(Platform(), Options<Model>());
  CHECK(services.InvokeExportAsync<int>("./streams", "late", Source(3, 2), 1500).Get(20s) == 6);
}

TEST_CASE_TEMPLATE("an argument that a function has left unread takes no more", Model,
                   REMOTE_MODELS) {
  nh::NodeServices services(Platform(), Options<Model>());
  const nh::Pipe<> ignored = nh::NewPipe<>();
  CHECK(services.InvokeExportAsync<int>("./streams", "ignores", ignored.readable).Get(20s) == 1);
  CHECK(IsClosed(ignored.writable));
  const nh::Pipe<> refused = nh::NewPipe<>();
  CHECK_THROWS_AS(
      services.InvokeExportAsync<int>("./streams", "refuses", refused.readable).Get(20s),
      nh::JsError);
  CHECK(IsClosed(refused.writable));
}

TEST_CASE_TEMPLATE("an argument of a call that nobody waits for takes no more", Model,
                   REMOTE_MODELS) {
  nh::NodeServices services(Platform(), Options<Model>());
  const nh::Pipe<> pipe = nh::NewPipe<>();
  const auto waits = services.With({.timeout = 300ms})
                         .template InvokeExportAsync<int>("./streams", "waits", pipe.readable);
  CHECK_THROWS_AS(waits.Get(20s), nh::DeadlineExceeded);
  CHECK(IsClosed(pipe.writable));
}

TEST_CASE_TEMPLATE("a restart lets a stream end where it has begun", Model, MODELS) {
  nh::NodeServices services(Platform(), Options<Model>());
  const auto stream =
      services.InvokeExportAsync<nh::ReadStream<>>("./streams", "bytes", 10'000, 300).Get(20s);
  std::size_t size = stream.Read().Get(10s)->size();
  services.Restart();
  CHECK(services.InvokeAsync<int>("./add", 1, 2).Get(10s) == 3);
  std::this_thread::sleep_for(200ms);
  for (const nh::Bytes& part : stream) size += part.size();
  CHECK(size == 3'000'000);
}

TEST_CASE_TEMPLATE("what a stream has sent is read to its end, though a restart came", Model,
                   MODELS) {
  nh::NodeServices services(Platform(), Options<Model>());
  const auto stream =
      services.InvokeExportAsync<nh::ReadStream<>>("./streams", "bytes", 10, 3).Get(20s);
  std::this_thread::sleep_for(50ms);  // all has been sent
  services.Restart();
  CHECK(services.InvokeAsync<int>("./add", 1, 2).Get(10s) == 3);
  std::this_thread::sleep_for(50ms);  // the old instance has ended
  std::size_t size = 0;
  for (const nh::Bytes& part : stream) size += part.size();
  CHECK(size == 30);
}

TEST_CASE("a worker that wants more of a stream than it may is killed") {
  nh::NodeServices services(Platform(), Options<ChildProcess>());
  const auto fails = [&](const auto& count) {
    const auto error = FailureOf<nh::InstanceEnded>(
        services.InvokeExportAsync<int>("./past_the_wire", "wants", count, Source(3, 1000)));
    CHECK(std::string(error.what()).find("a reader wants more than it may") != std::string::npos);
    CHECK(services.InvokeAsync<int>("./add", 1, 2).Get(20s) == 3);
  };
  fails("x");
  fails(1e9);
  fails(-1);
  fails(65);
}

TEST_CASE("kill -9 of a worker breaks the streams that it sends and reads") {
  nh::NodeServices services(Platform(), Options<ChildProcess>());
  const int pid = services.InvokeExportAsync<int>("./fails", "pid").Get(10s);
  const auto stream = StreamOf<nh::Bytes>(services, "endless");
  static_cast<void>(stream.Read().Get(10s));
  const nh::Pipe<> pipe = nh::NewPipe<>();
  const auto total = services.InvokeExportAsync<int>("./streams", "total", pipe.readable, 0);
  CHECK(services.InvokeAsync<int>("./add", 1, 2).Get(10s) == 3);
  kill(pid, SIGKILL);
  CHECK_THROWS_WITH_AS(
      [&] {
        while (stream.Read().Get(10s)) {
        }
      }(),
      doctest::Contains("was ended by SIGKILL while it sent or read a stream"), nh::JsError);
  FailureOf<nh::InstanceEnded>(total);
  CHECK(services.InvokeAsync<int>("./add", 1, 2).Get(10s) == 3);
}

TEST_CASE_TEMPLATE("a call is given up when its stop_token says so, and its instance is freed",
                   Model, MODELS) {
  nh::NodeServices services(Platform(), Options<Model>());
  CHECK(services.InvokeAsync<int>("./add", 1, 2).Get(20s) == 3);
  for (const char* const name : {"never", "spins"}) {
    CAPTURE(name);
    std::stop_source stop;
    const auto task =
        services.With({.stop = stop.get_token()}).InvokeExportAsync<int>("./fails", name);
    std::this_thread::sleep_for(200ms);
    stop.request_stop();
    const auto cancelled = FailureOf<nh::Cancelled>(task);
    CHECK(cancelled.started());
    CHECK(std::string(cancelled.what()).find("was given up; it runs in ") != std::string::npos);
    CHECK(services.With({.timeout = 10s}).InvokeAsync<int>("./add", 1, 2).Get() == 3);
  }
  std::stop_source early;
  early.request_stop();
  CHECK_FALSE(FailureOf<nh::Cancelled>(
                  services.With({.stop = early.get_token()}).InvokeAsync<int>("./add", 1, 2))
                  .started());
  std::stop_source late;
  CHECK(services.With({.stop = late.get_token()}).InvokeAsync<int>("./add", 1, 2).Get() == 3);
  late.request_stop();
}

TEST_CASE_TEMPLATE("a result may have 200 MB", Model, MODELS) {
  nh::NodeServices services(Platform(), Options<Model>());
  const auto bytes =
      services.InvokeExportAsync<nh::Bytes>("./values", "bytes", 200'000'000).Get(50s);
  CHECK(bytes.size() == 200'000'000);
  CHECK(bytes[199'999'999] == 7);
}
