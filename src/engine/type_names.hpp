// The names of types beside TypeScriptName: in the text of errors, and of what a parameter takes.
// And names and texts as TypeScript writes them.
#pragma once

#include <string>
#include <string_view>

#include "nodehost/detail/type_info.hpp"

namespace nodehost::detail {

/// The type in the text of an error: `Readable`, where TypeScript must know the module, too.
std::string NameInErrors(const TypeInfo& type);

/// In TypeScript, what JavaScript may give where C++ takes the type: for some types that is more
/// than what C++ gives.
std::string TakenName(const TypeInfo& type);

/// Whether TypeScript takes the name without quotes.
bool IsIdentifier(std::string_view name);

/// As the key of an object: `name`, `'content-type'`, `[Symbol.iterator]`.
std::string KeyText(std::string_view name);

/// In single quotes.
std::string QuotedText(std::string_view text);

}  // namespace nodehost::detail
