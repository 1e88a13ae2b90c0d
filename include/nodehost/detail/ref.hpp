// Ref: the shared, counted handle behind Value and Method. Copy, move and destroy it on any thread,
// also after its environment is gone; only the JS thread may look inside.
#pragma once

#include <utility>

#include "nodehost/detail/export.hpp"

namespace nodehost::detail {

/// A JavaScript value kept alive from C++; defined in src/engine.
class Reference;

NODEHOST_API void Retain(Reference* reference) noexcept;
NODEHOST_API void Release(Reference* reference) noexcept;

class Ref {
 public:
  Ref() noexcept = default;
  /// Takes over one count.
  explicit Ref(Reference* adopted) noexcept : reference_(adopted) {}
  Ref(const Ref& other) noexcept : reference_(other.reference_) {
    if (reference_) Retain(reference_);
  }
  Ref(Ref&& other) noexcept : reference_(std::exchange(other.reference_, nullptr)) {}
  Ref& operator=(Ref other) noexcept {
    std::swap(reference_, other.reference_);
    return *this;
  }
  ~Ref() {
    if (reference_) Release(reference_);
  }

  Reference* get() const noexcept { return reference_; }
  explicit operator bool() const noexcept { return reference_ != nullptr; }

 private:
  Reference* reference_ = nullptr;
};

}  // namespace nodehost::detail
