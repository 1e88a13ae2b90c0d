// The name of a struct.
#pragma once

#include <string>

#include "nodehost/detail/type_info.hpp"

namespace nodehost::detail {

/// For a type with StructOps.
std::string StructName(const TypeInfo& type);

}  // namespace nodehost::detail
