#include "key_cache.hpp"

#include <cstring>

#include "strings.hpp"

namespace nodehost::detail {

namespace {

std::uint64_t Load(const char* from, std::size_t size) {
  std::uint64_t word = 0;
  std::memcpy(&word, from, size);
  return word;
}

// The first and the last eight bytes tell names apart well enough, and need no loop.
std::size_t Hash(std::string_view name) {
  constexpr std::uint64_t kMix = 0x9e3779b97f4a7c15;  // 2^64 / golden ratio: Knuth's multiplier
  std::uint64_t first = 0;
  std::uint64_t last = 0;
  if (name.size() >= 8) {
    first = Load(name.data(), 8);
    last = Load(name.data() + name.size() - 8, 8);
  } else {
    first = Load(name.data(), name.size());
  }
  const std::uint64_t mixed = (first ^ (last * kMix) ^ name.size()) * kMix;
  return static_cast<std::size_t>(mixed >> 32);
}

}  // namespace

v8::Local<v8::Name> KeyCache::Find(v8::Isolate* isolate, std::string_view name) {
  if (name.empty() || name.size() > kLongest) return ToV8Key(isolate, name);
  Entry& entry = entries_[Hash(name) % kEntries];
  if (entry.name != name) [[unlikely]] {
    const v8::Local<v8::Name> key = ToV8Key(isolate, name);
    entry.name = name;
    entry.key.Reset(isolate, key);
    return key;
  }
  return entry.key.Get(isolate);
}

void KeyCache::Clear() noexcept {
  for (Entry& entry : entries_) {
    entry.key.Reset();
    entry.name.clear();
  }
}

}  // namespace nodehost::detail
