// ArrayBuffer and SharedArrayBuffer: raw memory that JavaScript and C++ both see.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

#include "nodehost/detail/callable.hpp"
#include "nodehost/object.hpp"

namespace nodehost {

/// Memory of one environment. It is JavaScript's: the span is good until JavaScript runs again,
/// which may detach or resize the buffer.
class ArrayBuffer : public Object {
 public:
  using Object::Object;
  static constexpr auto kClass = detail::ValueClass::kArrayBuffer;

  /// `new ArrayBuffer(size)`, zeroed; with `most` bytes, one that can be resized. Throws a
  /// RangeError if there is no such memory.
  static ArrayBuffer New(Js& js, std::size_t size, std::optional<std::size_t> most = {}) {
    return detail::DoIn<ArrayBuffer>(Op::kNewArrayBuffer, js, static_cast<double>(size),
                                     detail::AsNumber(most));
  }

  /// The memory of a vector, without a copy.
  template <class T>
  static ArrayBuffer Adopt(Js& js, std::vector<T> items) {
    static_assert(std::is_trivially_copyable_v<T> && !std::is_same_v<T, bool>,
                  "An ArrayBuffer adopts plain numbers.");
    auto kept = std::make_shared<std::vector<T>>(std::move(items));
    return Adopt(js, std::as_writable_bytes(std::span<T>(*kept)), [kept] {});
  }

  /// Memory of the caller's, without a copy. `release` is called once, when JavaScript has no more
  /// use for it, at the latest at the end of the environment, on any thread; and before the
  /// exception if this throws.
  static ArrayBuffer Adopt(Js& js, std::span<std::byte> memory, std::function<void()> release) {
    return ArrayBuffer(detail::AdoptBuffer(js, memory, std::move(release)));
  }

  /// Empty if it is detached.
  std::span<std::byte> data() const { return detail::BytesOf(ref()); }
  std::size_t size() const { return data().size(); }

  bool IsDetached() const { return detail::IsDetached(ref()); }
  /// Takes the memory away from JavaScript: the buffer and its views have the length 0 from now on.
  /// A TypeError for one that cannot be detached, such as WebAssembly's memory.
  void Detach() const { detail::DetachBuffer(ref()); }
  /// `buffer.resize(size)`: a TypeError if it cannot be resized, a RangeError above its most.
  void Resize(std::size_t size) const {
    detail::Do<void>(Op::kResize, ref(), static_cast<double>(size));
  }
};

/// Memory that several environments and workers see at once; see StructuredClone for how to hand it
/// over. Other threads may write to it at any time.
class SharedArrayBuffer : public Object {
 public:
  using Object::Object;
  static constexpr auto kClass = detail::ValueClass::kSharedArrayBuffer;

  /// `new SharedArrayBuffer(size)`, zeroed; with `most` bytes, one that can grow.
  static SharedArrayBuffer New(Js& js, std::size_t size, std::optional<std::size_t> most = {}) {
    return detail::DoIn<SharedArrayBuffer>(Op::kNewSharedArrayBuffer, js, static_cast<double>(size),
                                           detail::AsNumber(most));
  }

  std::span<std::byte> data() const { return detail::BytesOf(ref()); }
  std::size_t size() const { return data().size(); }
};

}  // namespace nodehost
