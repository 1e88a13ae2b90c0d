// Memory that threads hand each other.
#include <doctest/doctest.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

#include "nodehost/detail/pooled.hpp"

using nodehost::detail::GiveMemory;
using nodehost::detail::MakePooled;
using nodehost::detail::Pooled;
using nodehost::detail::TakeMemory;

namespace {

struct Piece {
  unsigned char* memory;
  std::size_t size;
  unsigned char filled;
};

Piece NewPiece(std::size_t size, std::size_t number) {
  auto* const memory = static_cast<unsigned char*>(TakeMemory(size));
  const auto filled = static_cast<unsigned char>(number * 37 + 1);
  std::memset(memory, filled, size);
  return {memory, size, filled};
}

// Whether nobody else has written to it.
bool IsWhole(const Piece& piece) {
  for (std::size_t i = 0; i < piece.size; ++i) {
    if (piece.memory[i] != piece.filled) return false;
  }
  return true;
}

std::vector<Piece> NewPieces(std::size_t count) {
  std::vector<Piece> pieces;
  for (std::size_t i = 0; i < count; ++i) pieces.push_back(NewPiece(1 + i * 7 % 600, i));
  return pieces;
}

bool GiveAll(const std::vector<Piece>& pieces) {
  bool whole = true;
  for (const Piece& piece : pieces) {
    whole = IsWhole(piece) && whole;
    GiveMemory(piece.memory, piece.size);
  }
  return whole;
}

struct Large : Pooled {
  std::array<char, 10'000> bytes{};
};
struct alignas(64) Aligned : Pooled {
  char byte = 0;
};

bool IsAligned(const void* address, std::size_t alignment) {
  return reinterpret_cast<std::uintptr_t>(address) % alignment == 0;
}

}  // namespace

TEST_CASE("memory of each size is nobody else's, and is aligned") {
  const std::vector<Piece> pieces = NewPieces(5'000);
  bool aligned = true;
  for (const Piece& piece : pieces) {
    aligned = IsAligned(piece.memory, __STDCPP_DEFAULT_NEW_ALIGNMENT__) && aligned;
  }
  CHECK(aligned);
  CHECK(GiveAll(pieces));
  CHECK(GiveAll(NewPieces(5'000)));
}

TEST_CASE("what one thread takes another gives back, again and again") {
  std::vector<Piece> handed;
  for (int round = 0; round < 20; ++round) {
    bool whole = false;
    std::thread taker([&] { handed = NewPieces(1'000); });
    taker.join();
    std::thread giver([&] { whole = GiveAll(handed); });
    giver.join();
    CHECK(whole);
  }
}

TEST_CASE("threads take and give at the same time") {
  std::vector<std::thread> threads;
  std::array<bool, 4> whole{};
  for (bool& one : whole) {
    threads.emplace_back([&one] {
      one = true;
      for (int round = 0; round < 50; ++round) one = GiveAll(NewPieces(500)) && one;
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const bool one : whole) CHECK(one);
}

TEST_CASE("memory can be given back while a thread ends") {
  struct AtEnd {
    ~AtEnd() { GiveAll(pieces); }
    std::vector<Piece> pieces;
  };
  std::thread([] {
    static thread_local AtEnd at_end;  // goes after what the pool has of this thread
    at_end.pieces = NewPieces(300);
  }).join();
  CHECK(GiveAll(NewPieces(300)));
}

TEST_CASE("objects of any size and alignment are made and destroyed") {
  const auto large = std::make_unique<Large>();
  large->bytes.fill('x');
  const auto aligned = std::make_unique<Aligned>();
  CHECK(IsAligned(aligned.get(), 64));
  const auto shared = MakePooled<Aligned>();
  CHECK(IsAligned(shared.get(), 64));
  const std::weak_ptr<std::vector<int>> gone = MakePooled<std::vector<int>>(100, 1);
  CHECK(gone.expired());
}
