// ForEachArgument: the arguments that C++ gives to a JavaScript function, one by one.
#pragma once

#include <cstdint>

#include "callbacks.hpp"
#include "convert/conversion.hpp"
#include "nodehost/convert/containers.hpp"

namespace nodehost::detail {

/// `visit(type, value)` for each argument that JavaScript gets: a Rest is as many as it holds.
template <class Visit>
void ForEachArgument(const Signature& signature, const void* const* values, Visit visit) {
  for (std::uint32_t i = 0; i < signature.count; ++i) {
    const TypeInfo& type = *signature.arguments[i];
    if (!type.Is(conversions::kRest)) {
      visit(type, values[i]);
      continue;
    }
    auto visit_item = [&](const void* item, const void*) { visit(*type.element, item); };
    OpsOf<CollectionOps>(type).each(values[i], VisitorOf(visit_item));
  }
}

}  // namespace nodehost::detail
