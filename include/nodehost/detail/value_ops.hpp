// The waist of the handle classes, for what only the engine can do. What JavaScript itself can do
// is in operations.hpp. The rules of engine.hpp hold: on the JS thread, or it throws.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "nodehost/detail/callable.hpp"
#include "nodehost/detail/export.hpp"
#include "nodehost/detail/ref.hpp"
#include "nodehost/errors.hpp"

namespace nodehost {
class Js;
}

namespace nodehost::detail {

/// `iterator.return()` without errors; does nothing off the JS thread and after its end.
NODEHOST_API void CloseIterator(const Ref& iterator) noexcept;

/// 0 pending, 1 fulfilled, 2 rejected.
NODEHOST_API std::uint8_t PromiseStateOf(const Ref& promise);
NODEHOST_API Ref PromiseResult(const Ref& promise);

NODEHOST_API JsError ErrorData(const Ref& error);
NODEHOST_API double DateTime(const Ref& date);

NODEHOST_API Ref NewBigInt(Js& js, bool negative, std::span<const std::uint64_t> words);
/// Returns whether it is negative.
NODEHOST_API bool BigIntWords(const Ref& number, std::vector<std::uint64_t>& words);

NODEHOST_API Ref ProxyPart(const Ref& proxy, bool handler);
NODEHOST_API void RevokeProxy(const Ref& proxy);

/// The memory of a buffer or of a view of one.
NODEHOST_API std::span<std::byte> BytesOf(const Ref& buffer_or_view);
NODEHOST_API Ref AdoptBuffer(Js& js, std::span<std::byte> memory, std::function<void()> release);
NODEHOST_API bool IsDetached(const Ref& buffer);
NODEHOST_API void DetachBuffer(const Ref& buffer);

NODEHOST_API Ref MakeWeak(const Ref& object);
/// Empty if the object is gone, or `weak` is empty.
NODEHOST_API Ref LockWeak(const Ref& weak);

/// A serialized value; defined in src/engine/clone.cpp.
struct CloneData;
NODEHOST_API std::shared_ptr<const CloneData> Serialize(const Ref& value);
NODEHOST_API Ref Deserialize(Js& js, const CloneData& data);

/// Sizes travel as numbers, where C++'s own 64-bit integers would be bigints.
inline std::optional<double> AsNumber(std::optional<std::size_t> size) {
  if (!size) return std::nullopt;
  return static_cast<double>(*size);
}

}  // namespace nodehost::detail
