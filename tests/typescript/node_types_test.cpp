// What nh::TypeScript writes of what Node.js has, not the language: streams, events, ports. With
// the golden file media.d.ts, and programs that have @types/node.
#include <doctest/doctest.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "support/host.hpp"
#include "typescript/compile.hpp"

namespace {

struct Frame {
  double at = 0;
  std::vector<double> samples;
};
struct Level {
  double peak = 0;
};

/// With events that TypeScript knows.
class Player {
 public:
  explicit Player(std::string file) : file_(std::move(file)) {}
  std::string file() const { return file_; }
  void Feed(const nh::ReadStream<>&) {}

  nh::EventEmitter events;

 private:
  std::string file_;
};
/// With any events.
struct Bell {
  nh::EventEmitter events;
};
/// Given to JavaScript, and not exported.
struct Meter {
  nh::EventEmitter events;
};
/// In a struct of the module.
struct Codec {
  int bits() const { return 16; }
};

struct Codecs {
  nh::Class<::Codec> Codec;
  nh::Method<std::shared_ptr<::Codec>(std::string)> find;
};

struct Media {
  nh::Class<::Player> Player;
  nh::Class<::Bell> Bell;
  nh::Method<nh::ReadStream<std::string>(nh::ReadStream<std::string>)> lines;
  nh::Method<nh::ReadStream<Frame>(std::string)> frames;
  nh::Method<nh::Task<void>(nh::ReadStream<Frame>, nh::WriteStream<>)> encode;
  nh::Method<nh::WriteStream<Frame>(std::optional<nh::Duplex<>>)> sink;
  nh::Method<nh::Transform<Frame, Level>()> levels;
  nh::Method<nh::Web<nh::ReadStream<>>()> body;
  nh::Method<nh::Web<nh::Duplex<std::string, nh::Bytes>>()> socket;
  nh::Method<void(std::function<void(nh::ReadStream<Frame>)>)> tap;
  nh::Method<std::vector<nh::ReadStream<>>()> tracks;
  nh::Method<void(nh::MessagePort<int, int>)> connect;
  nh::Method<std::shared_ptr<Meter>()> meter;
  std::function<void(nh::This, nh::ReadStream<>)> play;
  nh::EventEmitter events;
  Codecs codecs;
};

}  // namespace

template <>
struct nodehost::Describe<Player> {
  static void To(nh::Class<Player>& c) {
    c.Constructor<std::string>()
        .Property<&Player::file>()
        .Method<&Player::Feed>()
        .Emits<&Player::events>()
        .Event<double, const Frame&>("frame")
        .Doc("A frame was played.")
        .Event<>("end");
  }
};
template <>
struct nodehost::Describe<Bell> {
  static void To(nh::Class<Bell>& c) { c.Constructor<>().Emits<&Bell::events>(); }
};
template <>
struct nodehost::Describe<Meter> {
  static void To(nh::Class<Meter>& c) { c.Emits<&Meter::events>().Event<Level>("level"); }
};
template <>
struct nodehost::Describe<Codec> {
  static void To(nh::Class<Codec>& c) { c.Constructor<>().Property<&Codec::bits>(); }
};

namespace {

test::Declared Declarations() {
  return {"media", nh::TypeScript<Media>("app:media"),
          "media, { Player, Bell, lines, frames, encode, sink, levels, body, socket, tap, tracks, "
          "connect, meter, play, events, codecs }",
          true};
}

}  // namespace

TEST_CASE("the declarations of streams and events are those of the golden file") {
  test::CheckGolden(Declarations());
}

TEST_CASE("programs that use streams and events rightly compile") {
  const std::vector<std::string> said = test::Compile(Declarations(), "node_right", {R"ts(
    import { once } from 'node:events';
    import fs from 'node:fs';
    import { Readable, Transform, Writable, pipeline } from 'node:stream';
    import { MessageChannel, Worker } from 'node:worker_threads';

    for await (const line of lines(fs.createReadStream('file'))) line.toUpperCase();
    for await (const frame of frames('file')) frame.samples.map((sample) => sample / frame.at);
    const readable: Readable = lines(['a', Buffer.from('b')]).setEncoding('latin1');
    lines(process.stdin).pipe(process.stdout);
    lines((async function* () { yield 'a'; yield new Uint8Array(1); })());
    lines((await fetch('file:///')).body!);
    await encode([{ at: 1, samples: [] }], process.stdout);
    await encode(frames('file'), new WritableStream<Uint8Array>());
    const writable: Writable = sink();
    const other: Writable = sink({ readable: body(), writable: new WritableStream<Uint8Array>() });
    const transform: Transform = levels();
    for await (const level of pipeline(frames('file'), levels(), () => {})) level;
    for await (const level of levels()) level.peak.toFixed();
    for await (const bytes of body()) bytes.byteLength;
    const text: ReadableStream<string> = socket().readable;
    tap((stream) => { stream.pause(); });
    tap(async (stream) => { for await (const frame of stream) frame.at.toFixed(); });
    for (const track of tracks()) track.destroy();
    connect(new MessageChannel().port1);
    connect(new Worker('file'));
    play([new Uint8Array(1)]);
    new Player('file').feed(process.stdin);

    const player = new Player('file')
      .on('frame', (at, frame) => { at.toFixed(); frame.samples.length; })
      .once('end', () => {})
      .setMaxListeners(3);
    player.off('end', () => {}).file.length;
    const heard: boolean = player.emit('frame', 1, { at: 1, samples: [] }) && player.emit('end');
    const emitter: NodeJS.EventEmitter = player;
    await once(player, 'end');
    class Mine extends Player { ring() { return this.on('end', () => {}).ring; } }
    const bell: Bell = new Bell().on('ring', (...all) => all.length).on(Symbol(), (times: number) => times);
    bell.emit('ring', 1, 'two');
    meter().on('level', ({ peak }) => peak.toFixed());
    events.on('any', (...all) => all.length).emit('any');
    const codec = new codecs.Codec();
    const bits: number = codec.bits + codecs.find('flac').bits;
    const same: typeof lines = media.lines;
  )ts"});
  CHECK(said.front() == "");
}

TEST_CASE("programs that use streams and events wrongly do not") {
  test::CheckWrong(Declarations(), "node_wrong",
                   {{"for await (const line of lines([])) line.toFixed();", "TS2551"},
                    {"for await (const frame of frames('x')) frame.when;", "TS2339"},
                    {"for await (const level of levels()) level.at;", "TS2339"},
                    {"lines('text');", "TS2345"},
                    {"lines([1]);", "TS2345"},
                    {"encode(['text'], process.stdout);", "TS2345"},
                    {"encode([], process.stdout.write);", "TS2345"},
                    {"sink().read();", "TS2339"},
                    {"sink(process.stdin.read);", "TS2345"},
                    {"body().pipe(process.stdout);", "TS2339"},
                    {"tap((stream: ReadableStream) => {});", "TS2345"},
                    {"connect(new Player('x'));", "TS2345"},
                    {"new Player('x').on('frame', (at: string) => {});", "TS2769"},
                    {"new Player('x').on('other', () => {});", "TS2769"},
                    {"new Player('x').emit('end', 1);", "TS2575"},
                    {"new Player('x').emit('frame', '1', { at: 1, samples: [] });", "TS2345"},
                    {"new Player('x').once('end', (at) => at.toFixed());", "TS2769"},
                    {"new Bell().on(1, () => {});", "TS2345"},
                    {"meter().on('level', (level: string) => {});", "TS2345"},
                    {"events.on(1, () => {});", "TS2345"},
                    {"new codecs.Codec().bits = 1;", "TS2540"}});
}

namespace {

struct Silent {
  int volume() const { return 0; }
};
struct SilentModule {
  nh::Class<::Silent> Silent;
};

}  // namespace

template <>
struct nodehost::Describe<Silent> {
  static void To(nh::Class<Silent>& c) { c.Property<&Silent::volume>().Event<>("sound"); }
};

TEST_CASE("a class that emits nothing has no events") {
  CHECK_THROWS_WITH_AS(nh::TypeScript<SilentModule>(),
                       "The class Silent is described with the event 'sound' and emits none; "
                       "describe it with Emits.",
                       nh::HostError);
}
