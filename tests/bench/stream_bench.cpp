// Streams between C++ and JavaScript: 256 MiB in chunks of 64 KiB, beside Node's own pair, a
// Readable and a Writable in one environment.
#include "bench.hpp"

namespace bench {

namespace {

constexpr int kChunk = 64 * 1024;
constexpr int kChunks = 256 * 16;

struct Streams {
  nh::Method<nh::ReadStream<>(int, int)> source;
  nh::Method<nh::WriteStream<>()> sink;
  nh::Method<nh::Task<>(int, int)> copy;
};

const Streams& Module() {
  static const auto streams = Node().Import<Streams>("./streams.mjs");
  return streams;
}

void Count(benchmark::State& state) {
  state.SetBytesProcessed(state.iterations() * std::int64_t{kChunk} * kChunks);
}

// The same Readable, read by C++ on a thread of its own.
void Read(benchmark::State& state) {
  for (auto _ : state) {
    std::size_t bytes = 0;
    for (const nh::Bytes& chunk : Module().source(kChunks, kChunk)) bytes += chunk.size();
    if (bytes != std::size_t{kChunk} * kChunks) state.SkipWithError("bytes are missing");
  }
  Count(state);
}

// The same Writable, fed by C++, which makes each chunk anew as the Readable does.
void Write(benchmark::State& state) {
  for (auto _ : state) {
    const nh::WriteStream<> sink = Module().sink();
    for (int i = 0; i < kChunks; ++i) sink.Write(nh::Bytes(kChunk)).Get();
    sink.End().Get();
  }
  Count(state);
}

void Copy(benchmark::State& state) {
  for (auto _ : state) Module().copy(kChunks, kChunk).Get();
  Count(state);
}

}  // namespace

void RegisterStreams() {
  const auto add = [](const char* name, void (*function)(benchmark::State&)) {
    benchmark::RegisterBenchmark(name, function)->UseRealTime()->Unit(benchmark::kMillisecond);
  };
  add("stream/read/nodehost", &Read);
  add("stream/read/node", &Copy);
  add("stream/write/nodehost", &Write);
  add("stream/write/node", &Copy);
}

}  // namespace bench
