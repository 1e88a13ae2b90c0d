// Memory for many objects that one thread makes and destroys.
#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <random>
#include <set>
#include <utility>
#include <vector>

#include "engine/slab.hpp"

namespace {

constexpr std::size_t kSize = 152;
using Slab = nodehost::detail::Slab<kSize>;

struct Piece {
  unsigned char* memory;
  unsigned char filled;
};

Piece NewPiece(Slab& slab, std::size_t number) {
  auto* const memory = static_cast<unsigned char*>(slab.Take());
  const auto filled = static_cast<unsigned char>(number * 37 + 1);
  std::memset(memory, filled, kSize);
  return {memory, filled};
}

bool IsWhole(const Piece& piece) {
  for (std::size_t i = 0; i < kSize; ++i) {
    if (piece.memory[i] != piece.filled) return false;
  }
  return true;
}

}  // namespace

TEST_CASE(
    "a slab: pieces are aligned, and nobody writes into another's, in whatever order they go") {
  Slab slab;
  std::minstd_rand random(1);
  std::vector<Piece> pieces;
  for (int round = 0; round < 20; ++round) {
    for (std::size_t i = 0; i < 1000; ++i) pieces.push_back(NewPiece(slab, i));
    const std::size_t kept = round % 5 == 4 ? 0 : random() % pieces.size();
    while (pieces.size() > kept) {
      std::swap(pieces[random() % pieces.size()], pieces.back());
      REQUIRE(IsWhole(pieces.back()));
      Slab::Give(pieces.back().memory);
      pieces.pop_back();
    }
  }
  for (const Piece& piece : pieces) {
    CHECK(reinterpret_cast<std::uintptr_t>(piece.memory) % alignof(void*) == 0);
    CHECK(IsWhole(piece));
    Slab::Give(piece.memory);
  }
}

#if NODEHOST_KEEPS_MEMORY
TEST_CASE("a slab: memory that was given back is used again") {
  Slab slab;
  std::vector<void*> pieces;
  for (int i = 0; i < 3000; ++i) pieces.push_back(slab.Take());
  const std::set<void*> first(pieces.begin(), pieces.end());
  CHECK(first.size() == 3000);
  for (std::size_t i = 0; i < pieces.size(); i += 2) Slab::Give(pieces[i]);
  for (std::size_t i = 0; i < pieces.size(); i += 2) pieces[i] = slab.Take();
  CHECK(std::set<void*>(pieces.begin(), pieces.end()) == first);
  for (void* const memory : pieces) Slab::Give(memory);
}
#endif
