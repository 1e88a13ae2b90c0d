// The messages of streams on their way by NATS, which go in parts of any size.
#include <doctest/doctest.h>

#include <optional>
#include <string>
#include <vector>

#include "services/nats/transfer.hpp"

using namespace nodehost::services::nats;

namespace {

// What has come of a kData frame.
std::vector<std::string> Take(MessagesIn& in, const std::string& frame) {
  FrameReader reader(frame);
  CHECK(reader.ReadKind() == Kind::kData);
  CHECK(reader.Byte() == kStreams);
  std::vector<std::string> texts;
  for (const nodehost::Bytes& message : in.Take(reader)) texts.emplace_back(message.text());
  return texts;
}

void Acknowledge(MessagesOut& out, const MessagesIn& in) {
  const std::string text = in.Acknowledgement();
  FrameReader reader(text);
  reader.ReadKind();
  reader.Byte();
  out.Acknowledge(reader.Number());
}

}  // namespace

TEST_CASE("messages keep their boundaries, however they are cut") {
  for (const std::size_t chunk : {1U, 7U, 8U, 9U, 1000U, 1U << 20}) {
    CAPTURE(chunk);
    MessagesOut out;
    MessagesIn in;
    std::vector<std::string> sent;
    std::vector<std::string> come;
    for (int i = 0; i < 100; ++i) {
      sent.emplace_back(static_cast<std::size_t>(i * 37 % 50), static_cast<char>('a' + i % 26));
      out.Append(sent.back().substr(0, 3),
                 sent.back().substr(std::min<std::size_t>(3, sent.back().size())));
      if (i % 10 != 9) continue;  // many go together
      while (const auto frame = out.Next(chunk)) {
        for (std::string& text : Take(in, *frame)) come.push_back(std::move(text));
        Acknowledge(out, in);
      }
    }
    CHECK(come == sent);
    CHECK(out.empty());
  }
}

TEST_CASE("what was lost is sent again, and what comes twice is passed over") {
  MessagesOut out;
  MessagesIn in;
  out.Append("one", "");
  out.Append("two", "");
  const auto first = out.Next(11);
  const auto lost = out.Next(11);
  CHECK(Take(in, *first) == std::vector<std::string>{"one"});
  CHECK(Take(in, *first).empty());
  Acknowledge(out, in);
  CHECK_FALSE(out.Next(11));
  CHECK(out.Resend(Clock::now() + 2 * kResendAfter));
  const auto again = out.Next(11);
  CHECK(*again == *lost);
  CHECK(Take(in, *again) == std::vector<std::string>{"two"});
  Acknowledge(out, in);
  CHECK(out.empty());
}

TEST_CASE("so much waits that it should be sent, and no frame is much larger") {
  MessagesOut out;
  int appended = 1;
  while (!out.Append("", std::string(1000, 'x'))) ++appended;
  CHECK(appended > 10);
  CHECK(appended < 200);
  out.Append("", std::string(1'000'000, 'x'));
  std::size_t size = 0;
  while (const auto frame = out.Next(1 << 20)) {
    CHECK(frame->size() < 140'000);
    size += frame->size();
  }
  CHECK(size > 1'000'000);
}
