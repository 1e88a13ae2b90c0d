#include "parameters.hpp"

#include <fmt/format.h>

#include "nodehost/convert/callables.hpp"
#include "nodehost/convert/containers.hpp"
#include "nodehost/convert/variants.hpp"
#include "nodehost/detail/engine.hpp"
#include "type_names.hpp"

namespace nodehost::detail {

namespace {

std::string ParameterName(std::uint32_t index) {
  const char letter = static_cast<char>('a' + index % 26);
  return index < 26 ? std::string(1, letter) : fmt::format("{}{}", letter, index / 26);
}

std::string NameOf(const TypeInfo& type, ParameterTypes types) {
  switch (types) {
    case ParameterTypes::kTaken:
      return TakenName(type);
    case ParameterTypes::kInErrors:
      return NameInErrors(type);
    case ParameterTypes::kGiven:
      break;
  }
  return TypeScriptName(type);
}

}  // namespace

bool TakesRest(const Signature& signature) {
  if (signature.count == 0) return false;
  const TypeInfo& last = *signature.arguments[signature.count - 1];
  return last.Is(conversions::kRest) || last.Is(conversions::kArguments);
}

std::uint32_t RequiredOf(const Signature& signature) {
  std::uint32_t count = signature.count - (TakesRest(signature) ? 1 : 0);
  while (count > 0 && signature.arguments[count - 1]->Is(conversions::kOptional)) --count;
  return count;
}

std::string ParameterList(const Signature& signature, ParameterTypes types) {
  const std::uint32_t required = RequiredOf(signature);
  std::string text;
  for (std::uint32_t i = 0; i < signature.count; ++i) {
    const TypeInfo& type = *signature.arguments[i];
    // One that others follow which must be given is given, too.
    const bool optional = i >= required && type.Is(conversions::kOptional);
    const std::string type_name = NameOf(optional ? *type.element : type, types);
    const char* const mark = optional ? "?" : "";
    if (i > 0) text += ", ";
    if (i + 1 == signature.count && TakesRest(signature)) text += "...";
    text += types == ParameterTypes::kInErrors
                ? type_name + mark
                : fmt::format("{}{}: {}", ParameterName(i), mark, type_name);
  }
  return fmt::format("({})", text);
}

std::string ResultName(const Signature& signature) {
  const bool nothing = signature.result->quick == Quick::kNothing;
  return nothing ? "void" : TypeScriptName(*signature.result);
}

}  // namespace nodehost::detail
