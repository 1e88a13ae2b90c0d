// Lambdas as the callbacks that a container's ops take.
#pragma once

#include "nodehost/detail/type_info.hpp"

namespace nodehost::detail {

/// `function(const void* first, const void* second)`; it must outlive the result.
template <class F>
Visitor VisitorOf(F& function) {
  return {[](void* context, const void* first, const void* second) {
            (*static_cast<F*>(context))(first, second);
          },
          &function};
}

/// `bool function(void* first, void* second)`; it must outlive the result.
template <class F>
Filler FillerOf(F& function) {
  return {[](void* context, void* first, void* second) {
            return (*static_cast<F*>(context))(first, second);
          },
          &function};
}

}  // namespace nodehost::detail
