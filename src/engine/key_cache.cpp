#include "key_cache.hpp"

#include <cstring>

#include "v8_strings.hpp"

namespace nodehost::detail {

namespace {

// A fixed size is one read, where a size known at run time only is a call.
template <class Word>
std::uint64_t Load(const char* from) {
  Word word;
  std::memcpy(&word, from, sizeof word);
  return word;
}

struct Ends {
  std::uint64_t first;
  std::uint64_t last;
};

// The reads of a short name overlap: with its size they still tell it from every other.
Ends EndsOf(std::string_view name) {
  const char* const begin = name.data();
  const char* const end = begin + name.size();
  if (name.size() >= 8) return {Load<std::uint64_t>(begin), Load<std::uint64_t>(end - 8)};
  if (name.size() >= 4) return {Load<std::uint32_t>(begin), Load<std::uint32_t>(end - 4)};
  if (name.size() >= 2) return {Load<std::uint16_t>(begin), Load<std::uint16_t>(end - 2)};
  return {Load<std::uint8_t>(begin), 0};
}

// The ends tell names apart well enough, and need no loop.
std::size_t Hash(const Ends& ends, std::size_t size) {
  constexpr std::uint64_t kMix = 0x9e3779b97f4a7c15;  // 2^64 / golden ratio: Knuth's multiplier
  const std::uint64_t mixed = (ends.first ^ (ends.last * kMix) ^ size) * kMix;
  return static_cast<std::size_t>(mixed >> 32);
}

}  // namespace

v8::Local<v8::Name> KeyCache::Find(v8::Isolate* isolate, std::string_view name) {
  if (name.empty() || name.size() > kLongest) return ToV8Key(isolate, name);
  const Ends ends = EndsOf(name);
  Entry& entry = entries_[Hash(ends, name.size()) % kEntries];
  const bool found = entry.name.size() == name.size() && entry.first == ends.first &&
                     entry.last == ends.last && (name.size() <= 16 || entry.name == name);
  if (!found) [[unlikely]] {
    const v8::Local<v8::Name> key = ToV8Key(isolate, name);
    entry.first = ends.first;
    entry.last = ends.last;
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
