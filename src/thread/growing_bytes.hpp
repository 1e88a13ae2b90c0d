// GrowingBytes: bytes that are appended to, by others too, in memory that is not initialised first.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>
#include <span>
#include <utility>

namespace nodehost::detail {

class GrowingBytes {
 public:
  GrowingBytes() = default;
  GrowingBytes(GrowingBytes&& other) noexcept
      : memory_(std::move(other.memory_)),
        size_(std::exchange(other.size_, 0)),
        capacity_(std::exchange(other.capacity_, 0)) {}
  GrowingBytes& operator=(GrowingBytes other) noexcept {
    std::swap(memory_, other.memory_);
    std::swap(size_, other.size_);
    std::swap(capacity_, other.capacity_);
    return *this;
  }

  std::uint8_t* data() const noexcept { return memory_.get(); }
  std::size_t size() const noexcept { return size_; }
  bool empty() const noexcept { return size_ == 0; }

  /// Behind the bytes: `room()` bytes of memory, which `Take` makes part of them.
  std::uint8_t* tail() const noexcept { return memory_.get() + size_; }
  std::size_t room() const noexcept { return capacity_ - size_; }
  void Take(std::size_t count) noexcept { size_ += count; }

  /// Makes `room()` at least `count`; what is behind the bytes is kept. False if there is no
  /// memory.
  [[nodiscard]] bool TryReserve(std::size_t count) noexcept {
    if (room() >= count) return true;
    if (count > SIZE_MAX - size_) return false;
    std::size_t wanted = size_ + count;
    if (wanted < 2 * capacity_) wanted = 2 * capacity_;
    auto* const grown = static_cast<std::uint8_t*>(std::realloc(memory_.get(), wanted));
    if (!grown) return false;
    static_cast<void>(memory_.release());
    memory_.reset(grown);
    capacity_ = wanted;
    return true;
  }
  void Reserve(std::size_t count) {
    if (!TryReserve(count)) throw std::bad_alloc();
  }

  void Append(const void* bytes, std::size_t count) {
    if (count == 0) return;
    Reserve(count);
    std::memcpy(tail(), bytes, count);
    size_ += count;
  }

  /// To fewer bytes than there are.
  void ShrinkTo(std::size_t size) noexcept { size_ = size; }
  /// Keeps the memory for what comes next, unless that is much.
  void Clear() noexcept {
    size_ = 0;
    if (capacity_ <= kKept) return;
    memory_.reset();
    capacity_ = 0;
  }

 private:
  static constexpr std::size_t kKept = 1 << 20;
  struct Free {
    void operator()(std::uint8_t* memory) const noexcept { std::free(memory); }
  };

  std::unique_ptr<std::uint8_t, Free> memory_;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
};

}  // namespace nodehost::detail
