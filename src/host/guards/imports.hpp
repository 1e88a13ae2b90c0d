// Imports: the functions a loaded library calls in others, and putting another in the place of one.
#pragma once

#include <string_view>

namespace nodehost::host {

/// From now on the loaded library that `inside` points into calls `target` where it called
/// `function`: its entry in the table of imported functions is changed. Nobody else's is. Linux
/// with glibc only; elsewhere nothing happens. Returns whether all of its entries were changed, and
/// there is one.
bool RedirectImport(const void* inside, std::string_view function, const void* target);

}  // namespace nodehost::host
