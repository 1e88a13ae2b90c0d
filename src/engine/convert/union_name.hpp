// The name of a union in TypeScript.
#pragma once

#include <string>
#include <vector>

namespace nodehost::detail {

/// `A | B`, each once: a variant of int and double is a number.
std::string UnionName(const std::vector<std::string>& names);

/// In parentheses if it is more than one word, so that `[]` or `?` may follow.
std::string Grouped(const std::string& name);

}  // namespace nodehost::detail
