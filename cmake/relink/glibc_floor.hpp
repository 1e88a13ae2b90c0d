/// Lowers the glibc floor of a library linked on a newer system: its needs for versions that an
/// older glibc and libstdc++ lack are pointed at versions they have, and the nine functions behind
/// those needs come from glibc_floor_shim.cpp, which is made a dependency of the library.
#pragma once

#include <string>
#include <vector>

#include "elf_image.hpp"

namespace relink {

/// The shim's file name. No longer than the version name whose place it takes in the string table.
inline constexpr std::string_view kFloorLibrary = "libnhfloor.so";

/// The versions the library needs and glibc 2.36 with GCC 12's libstdc++ cannot give, as
/// "GLIBC_2.38".
std::vector<std::string> NeedsAboveFloor(const ElfImage& image);

/// Returns how many version needs were lowered; 0 if the library needs nothing of the kind.
/// Throws ElfError if it needs a function that the shim does not have.
std::size_t LowerFloor(ElfImage& image);

}  // namespace relink
