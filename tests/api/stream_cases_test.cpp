// Streams where it gets hard: much data, pumped environments, two environments, std::istream.
#include <doctest/doctest.h>

#include <cstdio>
#include <fstream>
#include <optional>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "nodehost/stream_io.hpp"
#include "support/host.hpp"
#include "support/quarantine.hpp"

using test::NewEnvironment;

namespace {

constexpr std::size_t kChunk = std::size_t{64} * 1024;

// Of this process, now.
std::size_t ResidentMiB() {
  std::ifstream file("/proc/self/statm");
  std::size_t total = 0;
  std::size_t resident = 0;
  file >> total >> resident;
  return resident * 4 / 1024;
}

nh::ReadStream<> Zeros(std::size_t chunks) {
  return nh::ReadFrom([chunks](nh::WriteStream<> out) -> nh::Task<> {
    for (std::size_t i = 0; i < chunks; ++i) co_await out.Write(nh::Bytes(kChunk));
  });
}

struct Streams {
  nh::Method<nh::ReadStream<>(int)> endless;
  nh::Method<nh::ReadStream<>()> letters;
  nh::Method<nh::WriteStream<>()> sink;
  nh::Method<std::string()> getCame;
  nh::Method<nh::Task<>(nh::ReadStream<>, nh::WriteStream<>)> copy;
  nh::Method<nh::Task<std::string>(nh::ReadStream<>)> readAll;
};

}  // namespace

TEST_CASE("a GiB goes through JavaScript in flat memory") {
  nh::Environment node = NewEnvironment();
  const auto streams = node.Import<Streams>("./streams.mjs");
  constexpr std::size_t kChunks = std::size_t{16} * 1024;
  const nh::Pipe<> pipe = nh::NewPipe();
  const nh::Task<> copied = streams.copy(Zeros(kChunks), pipe.writable);
  std::size_t bytes = 0;
  std::size_t most = 0;
  const std::size_t before = ResidentMiB();
  std::size_t chunks = 0;
  for (const nh::Bytes& chunk : pipe.readable) {
    bytes += chunk.size();
    if (++chunks % 256 == 0) most = std::max(most, ResidentMiB());
  }
  copied.Get();
  CHECK(bytes == kChunks * kChunk);
  // V8 frees Buffers when it collects garbage, every 32 to 64 MiB of them.
  constexpr std::size_t kRoom = 300;
  CHECK(most < before + kRoom + test::kQuarantineMiB);
}

TEST_CASE("std::istream and std::ostream on streams") {
  nh::Environment node = NewEnvironment();
  const auto streams = node.Import<Streams>("./streams.mjs");
  nh::InputStream in(streams.letters());
  std::string text;
  in >> text;
  CHECK(text == "abcd");
  CHECK(in.eof());
  nh::OutputStream out(streams.sink(), 3);
  out << "ab" << 12 << std::flush << "cd";
  out.End();
  CHECK(streams.getCame() == "ab12cd.");
}

TEST_CASE("a stream goes from one environment to another") {
  nh::Environment node = NewEnvironment();
  nh::Environment other = test::Platform().CreateEnvironment({.base_dir = test::kModules});
  const auto from = node.Import<Streams>("./streams.mjs");
  const auto to = other.Import<Streams>("./streams.mjs");
  CHECK(to.readAll(from.letters()).Get() == "abcd");
}

TEST_CASE("the other side learns when one of two environments ends in the middle") {
  std::optional<nh::Environment> node = NewEnvironment();
  nh::Environment other = test::Platform().CreateEnvironment({.base_dir = test::kModules});
  const auto to = other.Import<Streams>("./streams.mjs");
  const nh::Task<std::string> read =
      to.readAll(node->Import<Streams>("./streams.mjs").endless(1024));
  node.reset();
  CHECK_THROWS_AS(read.Get(), nh::EnvironmentStopped);
}

TEST_CASE("streams in a pumped environment are driven by who waits for them") {
  nh::PumpedEnvironment node =
      test::Platform().CreatePumpedEnvironment({.base_dir = test::kModules});
  const auto streams = node.Import<Streams>("./streams.mjs");
  const nh::ReadStream<> letters = streams.letters();
  std::string text;
  for (const nh::Bytes& chunk : letters) text += chunk.text();
  CHECK(text == "abcd");
  const nh::WriteStream<> sink = streams.sink();
  for (int i = 0; i < 100; ++i) sink.Write(nh::Bytes::CopyOf("x")).Get();
  sink.End().Get();
  CHECK(streams.getCame() == std::string(100, 'x') + ".");
}

TEST_CASE("text of other encodings, split in the middle of a character") {
  nh::TextDecoder utf16(nh::TextEncoding::kUtf16Le);
  const std::string bytes("a\0\xAC\x20\x3D\xD8\x00\xDE", 8);  // "a€😀"
  std::string text;
  for (const char c : bytes) text += utf16.Decode({&c, 1});
  CHECK(text + utf16.Flush() == "a€😀");
  nh::TextDecoder latin1(nh::TextEncoding::kLatin1);
  CHECK(latin1.Decode("\xE4") == "ä");
  nh::TextDecoder utf8;
  CHECK(utf8.Decode("\xF0\x9F").empty());
  CHECK(utf8.Decode("\x98\x80") == "😀");
  CHECK(utf8.Decode("\xE2\x82").empty());
  CHECK(utf8.Decode("a") ==
        "\uFFFD"
        "a");
  CHECK(utf8.Decode("\xC0\xAF\xED\xA0\x80") == "\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD");
}
