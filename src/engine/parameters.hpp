// What a signature says of its parameters: how many JavaScript must give, and how they are written.
#pragma once

#include <cstdint>
#include <string>

#include "nodehost/detail/type_info.hpp"

namespace nodehost::detail {

/// Whether the last parameter takes all the arguments that are left.
bool TakesRest(const Signature& signature);

/// How many parameters must be given: those in front of the optional ones at the end. `length` of
/// the JavaScript function.
std::uint32_t RequiredOf(const Signature& signature);

enum class ParameterTypes : std::uint8_t {
  kGiven,    ///< of a function that either side may call
  kTaken,    ///< of a function of C++'s: all that it takes
  kInErrors  ///< without names: `(number, string?, ...boolean[])`
};

/// As TypeScript writes them: `(a: number, b?: string, ...c: boolean[])`.
std::string ParameterList(const Signature& signature,
                          ParameterTypes types = ParameterTypes::kGiven);

/// The result as TypeScript writes it.
std::string ResultName(const Signature& signature);

}  // namespace nodehost::detail
