// LoadedFrom: the file a function was loaded from.
#pragma once

#include <string>

namespace nodehost::host {

/// The path of the shared library or program that holds `address`; empty where the system does not
/// tell.
std::string LoadedFrom(const void* address);

}  // namespace nodehost::host
