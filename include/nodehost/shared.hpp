// Shared<T>: numbers that C++ and JavaScript see in the same memory. SharedMemory: memory that
// several JS threads see at once. For plain bytes use Bytes, for a copy std::vector.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "nodehost/bytes.hpp"
#include "nodehost/detail/export.hpp"

namespace nodehost {

/// A counted reference to a block of numbers. Copies share the block. In JavaScript
/// `Shared<double>` is a Float64Array on the very same memory, `Shared<std::uint8_t>` a Uint8Array,
/// and so on; what comes from JavaScript must be of that class.
///
/// The memory lives as long as C++ or JavaScript has a reference to it, and is freed by the last:
/// on any thread, at the latest some time after the environment has ended. Memory that can be
/// resized is copied instead, as it may be taken away. When JavaScript detaches the array
/// (`structuredClone` with a transfer list, `transfer()`), JavaScript loses it and C++ keeps it; an
/// array that was detached before arrives empty.
///
/// Hold, copy and destroy it on any thread. The memory itself has no lock: use `std::atomic_ref`,
/// or agree who writes when.
template <class T>
class Shared {
 public:
  using Number = T;

  /// No numbers.
  Shared() noexcept = default;
  /// `count` zeros.
  explicit Shared(std::size_t count) : Shared(std::vector<T>(count)) {}
  /// Takes over the memory of `elements`.
  explicit Shared(std::vector<T> elements) {
    auto owner = std::make_shared<std::vector<T>>(std::move(elements));
    void* const data = owner->data();
    const std::size_t size = owner->size() * sizeof(T);
    bytes_ = Bytes(std::move(owner), data, size);
  }
  /// `count` numbers at `data`, which live as long as `owner`. Its deleter may run on any thread.
  Shared(std::shared_ptr<void> owner, T* data, std::size_t count) noexcept
      : bytes_(std::move(owner), data, count * sizeof(T)) {}

  T* data() const noexcept { return reinterpret_cast<T*>(bytes_.data()); }
  std::size_t size() const noexcept { return bytes_.size() / sizeof(T); }
  bool empty() const noexcept { return size() == 0; }
  T* begin() const noexcept { return data(); }
  T* end() const noexcept { return data() + size(); }
  T& operator[](std::size_t index) const noexcept { return data()[index]; }
  std::span<T> span() const noexcept { return {data(), size()}; }

  /// The same memory as bytes.
  const Bytes& bytes() const noexcept { return bytes_; }

  /// For the library's own templates.
  static Shared On(const Bytes& bytes) {
    Shared shared;
    shared.bytes_ = bytes;
    return shared;
  }

 private:
  Bytes bytes_;
};

namespace detail {
/// Zeroed memory that V8 may make SharedArrayBuffers of, in any environment.
NODEHOST_API std::shared_ptr<void> NewSharedMemory(std::size_t size, void** data);
}  // namespace detail

/// Memory that the JS threads of several environments, their Workers and C++ threads use at the
/// same time: a SharedArrayBuffer in JavaScript, the same one wherever it arrives, so that
/// `Atomics.wait` in one environment is woken by `Atomics.notify` in another. Copies are the same
/// memory, which lives as long as the last of them and of the SharedArrayBuffers.
///
/// C++ uses `std::atomic_ref`, JavaScript `Atomics`: both are the processor's own atomic
/// operations.
///
///     std::atomic_ref<std::int32_t>(memory.As<std::int32_t>()[0]).fetch_add(1);
class SharedMemory {
 public:
  /// No memory: in JavaScript a SharedArrayBuffer of length 0.
  SharedMemory() noexcept = default;
  /// `size` bytes, all zero.
  explicit SharedMemory(std::size_t size) : size_(size) {
    owner_ = detail::NewSharedMemory(size, &data_);
  }

  void* data() const noexcept { return data_; }
  std::size_t size() const noexcept { return size_; }

  /// The memory as numbers, as many as fit.
  template <class T>
  std::span<T> As() const noexcept {
    return {static_cast<T*>(data_), size_ / sizeof(T)};
  }

  /// For the library's own conversion: `owner` is V8's backing store.
  SharedMemory(std::shared_ptr<void> owner, void* data, std::size_t size) noexcept
      : owner_(std::move(owner)), data_(data), size_(size) {}
  const std::shared_ptr<void>& owner() const noexcept { return owner_; }

 private:
  std::shared_ptr<void> owner_;
  void* data_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace nodehost
