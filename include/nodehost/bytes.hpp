// Bytes: memory that C++ and JavaScript share without copying. For a copy use
// std::vector<std::uint8_t>, for a view during one call std::span.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "nodehost/detail/export.hpp"

namespace nodehost {

/// A counted reference to a block of bytes. Copies share the block, as JavaScript does: in
/// JavaScript it is a Buffer, which is a Uint8Array, on the very same memory, and any Buffer,
/// TypedArray, DataView or ArrayBuffer comes back as Bytes on its memory. Memory that can be
/// resized (a resizable ArrayBuffer, WebAssembly's) is copied instead, as it may be taken away.
///
/// Hold, copy and destroy it on any thread, also after the environment is gone. The memory itself
/// has no lock: who writes while another thread reads must agree on it with that thread.
class NODEHOST_API Bytes {
 public:
  /// No bytes.
  Bytes() noexcept = default;

  /// `size` new bytes, all zero.
  explicit Bytes(std::size_t size);

  /// Takes over the memory of `bytes`.
  explicit Bytes(std::vector<std::uint8_t> bytes);

  /// `size` bytes at `data`, which live as long as `owner`. Its deleter may run on any thread.
  Bytes(std::shared_ptr<void> owner, void* data, std::size_t size) noexcept
      : owner_(std::move(owner)), data_(static_cast<std::uint8_t*>(data)), size_(size) {}

  /// A new block with a copy of `bytes`.
  static Bytes CopyOf(std::span<const std::uint8_t> bytes);
  static Bytes CopyOf(std::string_view text);

  std::uint8_t* data() const noexcept { return data_; }
  std::size_t size() const noexcept { return size_; }
  bool empty() const noexcept { return size_ == 0; }
  std::uint8_t* begin() const noexcept { return data_; }
  std::uint8_t* end() const noexcept { return data_ + size_; }
  std::uint8_t& operator[](std::size_t index) const noexcept { return data_[index]; }

  /// The bytes as text. It is a view: keep the Bytes meanwhile.
  std::string_view text() const noexcept { return {reinterpret_cast<const char*>(data_), size_}; }

  /// `count` bytes from `offset` on, sharing the block. Throws std::out_of_range if there are not
  /// as many.
  Bytes Slice(std::size_t offset, std::size_t count) const;

  /// What keeps the memory alive.
  const std::shared_ptr<void>& owner() const noexcept { return owner_; }

 private:
  std::shared_ptr<void> owner_;
  std::uint8_t* data_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace nodehost
