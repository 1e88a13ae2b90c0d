// DataView: numbers of any kind at any offset of a buffer, in either byte order.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "nodehost/array_buffer.hpp"
#include "nodehost/errors.hpp"

namespace nodehost {

/// A DataView. Reading and writing from C++ runs no JavaScript.
class DataView : public Object {
 public:
  using Object::Object;
  static constexpr auto kClass = detail::ValueClass::kDataView;

  /// A view of an ArrayBuffer or SharedArrayBuffer; without `size` to its end, also when that
  /// moves.
  static DataView New(const Object& buffer, std::size_t offset = 0,
                      std::optional<std::size_t> size = {}) {
    return detail::Do<DataView>(Op::kNewView, buffer.ref(), std::string_view("DataView"),
                                static_cast<double>(offset), detail::AsNumber(size));
  }

  /// Good until JavaScript runs again. Empty if the buffer is detached or has become too short.
  std::span<std::byte> data() const { return detail::BytesOf(ref()); }
  std::size_t size() const { return data().size(); }
  /// An ArrayBuffer or SharedArrayBuffer.
  Object buffer() const { return Object::Get<Object>(Op::kViewBuffer); }

  /// The number at `offset`, in JavaScript's default byte order: the highest byte first. Throws a
  /// RangeError outside the view.
  template <class T>
  T Get(std::size_t offset, std::endian order = std::endian::big) const {
    std::array<std::byte, sizeof(T)> bytes;
    std::memcpy(bytes.data(), At<T>(offset), sizeof(T));
    if (order != std::endian::native) Reverse(bytes);
    return std::bit_cast<T>(bytes);
  }
  template <class T>
  void Put(std::size_t offset, T number, std::endian order = std::endian::big) const {
    auto bytes = std::bit_cast<std::array<std::byte, sizeof(T)>>(number);
    if (order != std::endian::native) Reverse(bytes);
    std::memcpy(At<T>(offset), bytes.data(), sizeof(T));
  }

 private:
  template <std::size_t kSize>
  static void Reverse(std::array<std::byte, kSize>& bytes) noexcept {
    for (std::size_t i = 0; i < kSize / 2; ++i) std::swap(bytes[i], bytes[kSize - 1 - i]);
  }

  template <class T>
  std::byte* At(std::size_t offset) const {
    static_assert(std::is_arithmetic_v<T> && !std::is_same_v<T, bool>, "A DataView holds numbers.");
    const std::span<std::byte> bytes = data();
    if (offset > bytes.size() || bytes.size() - offset < sizeof(T)) {
      throw JsError(JsErrorData{.name = "RangeError",
                                .message = "Offset " + std::to_string(offset) +
                                           " is outside the bounds of the DataView, which has " +
                                           std::to_string(bytes.size()) + " bytes"});
    }
    return bytes.data() + offset;
  }
};

}  // namespace nodehost
