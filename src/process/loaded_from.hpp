// The file a function was loaded from, and keeping that file loaded.
#pragma once

#include <string>

namespace nodehost::host {

/// The path of the shared library or program that holds `address`; empty where the system does not
/// tell.
std::string LoadedFrom(const void* address);

/// Whether one shared library, or the program, holds both. False where the system does not tell.
bool AreInOneFile(const void* address, const void* other);

/// Tells the build of that file from others: the identifier that its linker gave it, else its size.
std::string BuildIdOf(const void* address);

/// Keeps the shared library that holds `address` in memory for the rest of the process, whoever
/// closes it.
void KeepLoaded(const void* address);

/// Keeps it in memory, and makes its symbols visible to every library loaded later. A host that is
/// itself a plug-in, loaded with RTLD_LOCAL, would otherwise leave addons without libnode's
/// symbols.
void KeepLoadedForAll(const void* address);

}  // namespace nodehost::host
