#include "nodehost/bytes.hpp"

#include <fmt/format.h>

#include <cstdlib>
#include <new>
#include <stdexcept>

namespace nodehost {

// calloc knows which memory is zero already, and does not touch that.
Bytes::Bytes(std::size_t size) {
  if (size == 0) return;
  owner_ = std::shared_ptr<void>(std::calloc(size, 1), &std::free);
  if (!owner_) throw std::bad_alloc();
  data_ = static_cast<std::uint8_t*>(owner_.get());
  size_ = size;
}

Bytes::Bytes(std::vector<std::uint8_t> bytes) {
  auto owner = std::make_shared<std::vector<std::uint8_t>>(std::move(bytes));
  data_ = owner->data();
  size_ = owner->size();
  owner_ = std::move(owner);
}

Bytes Bytes::CopyOf(std::span<const std::uint8_t> bytes) {
  return Bytes(std::vector<std::uint8_t>(bytes.begin(), bytes.end()));
}

Bytes Bytes::CopyOf(std::string_view text) {
  const auto* const bytes = reinterpret_cast<const std::uint8_t*>(text.data());
  return Bytes(std::vector<std::uint8_t>(bytes, bytes + text.size()));  // char by char otherwise
}

Bytes Bytes::Slice(std::size_t offset, std::size_t count) const {
  if (offset > size_ || count > size_ - offset) {
    throw std::out_of_range(fmt::format("Bytes::Slice: there are only {} bytes", size_));
  }
  return Bytes(owner_, data_ + offset, count);
}

}  // namespace nodehost
