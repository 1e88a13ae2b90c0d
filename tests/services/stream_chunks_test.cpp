// Chunks of results that are streams: their boundaries, their order, and how many are under way.
#include <doctest/doctest.h>

#include <optional>
#include <string>
#include <vector>

#include "all_models.hpp"
#include "nodehost/await_value.hpp"
#include "nodehost/streams.hpp"

using namespace test;

namespace {

/// All chunks of a stream, read by JavaScript in the environment that called.
struct ReadByJs {
  nh::Task<std::vector<std::string>> chunks;
};

}  // namespace

template <>
struct nodehost::Convert<ReadByJs> {
  static constexpr std::string_view kTypeScript = "Readable";
  static nh::Value ToJs(nh::Js&, const ReadByJs&) { return {}; }
  static std::optional<ReadByJs> FromJs(nh::Js& js, const nh::Value& value) {
    const nh::Value read = js.Global()["eval"](
        "(async (stream) => {"
        "  const chunks = [];"
        "  for await (const chunk of stream) chunks.push(`${typeof chunk} ${chunk.length}`);"
        "  return chunks;"
        "})");
    return ReadByJs{read(value).As<nh::Task<std::vector<std::string>>>()};
  }
};

TEST_CASE_TEMPLATE("chunks keep their boundaries and their order, however many go at once", Model,
                   MODELS) {
  nh::NodeServices services(Platform(), Options<Model>());
  std::vector<int> sizes;
  for (int i = 0; i < 3000; ++i) sizes.push_back(i % 500 == 499 ? 400'000 : i * 7919 % 3000);
  const auto stream =
      services.InvokeExportAsync<nh::ReadStream<>>("./streams", "chunks", sizes).Get(20s);
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    const auto chunk = stream.Read().Get(20s);
    REQUIRE(chunk);
    REQUIRE(chunk->size() == static_cast<std::size_t>(sizes[i]));
    for (const std::uint8_t byte : *chunk) {
      if (byte != i % 256) REQUIRE(byte == i % 256);
    }
  }
  CHECK_FALSE(stream.Read().Get(20s));
}

TEST_CASE_TEMPLATE("text that is split between chunks is whole", Model, MODELS) {
  nh::NodeServices services(Platform(), Options<Model>());
  std::string text;
  for (const std::string& part :
       services.InvokeExportAsync<nh::ReadStream<std::string>>("./streams", "halves").Get(20s)) {
    text += part;
  }
  CHECK(text == "h\u00e4lf \u20ac \U0001F600 \uFFFD");
}

TEST_CASE_TEMPLATE("JavaScript that is handed a result reads its chunks as they were", Model,
                   MODELS) {
  nh::NodeServices services(Platform(), Options<Model>());
  const auto read =
      services.InvokeExportAsync<ReadByJs>("./streams", "kinds").Get(20s).chunks.Get(20s);
  CHECK(read == std::vector<std::string>{"object 10", "object 14", "object 3", "object 300000"});
  const auto many = services.InvokeExportAsync<ReadByJs>("./streams", "bytes", 50'000, 100)
                        .Get(20s)
                        .chunks.Get(20s);
  CHECK(many == std::vector<std::string>(100, "object 50000"));
}

TEST_CASE_TEMPLATE("an error between chunks that go together comes behind those before it", Model,
                   MODELS) {
  nh::NodeServices services(Platform(), Options<Model>());
  const auto stream =
      services.InvokeExportAsync<nh::ReadStream<>>("./streams", "failsAfter", 5, 1000).Get(20s);
  for (int i = 0; i < 5; ++i) {
    const auto chunk = stream.Read().Get(20s);
    REQUIRE(chunk);
    CHECK(chunk->size() == 1000);
  }
  CHECK(FailureOf<nh::JsError>(stream.Read()).message() == "no more");
}

TEST_CASE_TEMPLATE("a chunk without a clone between others is the error of the stream", Model,
                   REMOTE_MODELS) {
  nh::NodeServices services(Platform(), Options<Model>());
  const auto stream =
      services.InvokeExportAsync<nh::ReadStream<int>>("./streams", "unclonable").Get(20s);
  CHECK(stream.Read().Get(20s) == 1);
  CHECK(stream.Read().Get(20s) == 2);
  CHECK(FailureOf<nh::JsError>(stream.Read()).name() == "DataCloneError");
}

TEST_CASE_TEMPLATE("a chunk that C++ does not take is the error of the stream, which is closed",
                   Model, MODELS) {
  nh::NodeServices services(Platform(), Options<Model>());
  const auto stream =
      services.InvokeExportAsync<nh::ReadStream<int>>("./streams", "endless").Get(20s);
  const auto error = FailureOf<nh::JsError>(stream.Read());
  CHECK(error.name() == "TypeError");
  CHECK(error.message().rfind("chunk: expected", 0) == 0);
  CHECK(Eventually(
      [&] { return services.InvokeExportAsync<int>("./streams", "closed").Get(10s) == 1; }));
}

TEST_CASE_TEMPLATE("large chunks are made no faster than they are read", Model, ChildProcess) {
  nh::NodeServices services(Platform(), Options<Model>());
  const auto stream =
      services.InvokeExportAsync<nh::ReadStream<>>("./streams", "large", 1 << 20).Get(20s);
  CHECK(stream.Read().Get(20s)->size() == 1 << 20);
  std::this_thread::sleep_for(200ms);
  CHECK(services.InvokeExportAsync<int>("./streams", "given").Get(10s) <= 8);
  for (int i = 0; i < 100; ++i) CHECK(stream.Read().Get(20s)->size() == 1 << 20);
}

TEST_CASE("a worker that sends more of a stream than it may is killed") {
  nh::NodeServices services(Platform(), Options<ChildProcess>());
  const auto stream =
      services.InvokeExportAsync<nh::ReadStream<int>>("./past_the_wire", "floods").Get(20s);
  CHECK_THROWS_WITH_AS(
      [&] {
        while (stream.Read().Get(10s)) {
        }
      }(),
      doctest::Contains("sent what is no message (more of a stream than it may) and was killed"),
      nh::JsError);
  CHECK(services.InvokeAsync<int>("./add", 1, 2).Get(20s) == 3);
}
