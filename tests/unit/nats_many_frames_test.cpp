// Frames of several calls in one message.
#include <doctest/doctest.h>

#include <map>
#include <string>

#include "nodehost/errors.hpp"
#include "services/nats/many_frames.hpp"

using nodehost::services::nats::FrameReader;
using nodehost::services::nats::Kind;
using nodehost::services::nats::ManyFrames;

namespace {

std::map<std::uint64_t, std::string> Read(std::string_view message) {
  std::map<std::uint64_t, std::string> read;
  FrameReader reader(message);
  CHECK(reader.ReadKind() == Kind::kMany);
  ManyFrames::ForEach(reader, [&](std::uint64_t id, std::string_view frame) { read[id] = frame; });
  return read;
}

}  // namespace

TEST_CASE("frames of several calls come out as they went in, and one goes as it is") {
  ManyFrames frames;
  frames.Add(7, "C of 7");
  CHECK(frames.first() == 7);
  CHECK(frames.Take() == "C of 7");
  CHECK(frames.empty());
  frames.Add(8, "");
  frames.Add(9, std::string("a\0b", 3));
  CHECK(frames.first() == 8);
  CHECK(Read(frames.Take()) ==
        std::map<std::uint64_t, std::string>{{8, ""}, {9, std::string("a\0b", 3)}});
}

TEST_CASE("a message of frames stays within its size, but for a frame that is larger alone") {
  constexpr std::size_t kHead = 16;  // of each
  ManyFrames frames;
  CHECK(frames.HasRoom(std::string(2 * ManyFrames::kMost, 'x'), 100));
  frames.Add(1, std::string(50, 'x'));
  const std::string largest(ManyFrames::kMost - 50 - 2 * kHead, 'x');
  CHECK(frames.HasRoom(largest, 2 * ManyFrames::kMost));
  CHECK_FALSE(frames.HasRoom(largest + 'x', 2 * ManyFrames::kMost));
  CHECK_FALSE(frames.HasRoom(std::string(19, 'x'), 100));
}

TEST_CASE("a message of frames that is cut off is an error") {
  ManyFrames frames;
  frames.Add(1, "abc");
  frames.Add(2, "def");
  const std::string message = frames.Take();
  for (std::size_t size = 2; size < message.size(); ++size) {
    if (size == 1 + 16 + 3) continue;  // behind the first frame
    CHECK_THROWS_AS(Read(message.substr(0, size)), nodehost::HostError);
  }
}
