/// Binds a library to its own symbols: what `-Bsymbolic-functions` would have done when it was
/// linked. Loading then looks up a few thousand names instead of a hundred thousand.
#pragma once

#include <cstdint>
#include <unordered_map>

#include "elf_image.hpp"

namespace relink {

struct BoundSymbols {
  /// Address of the slot (in .got, .got.plt or data) -> the address it holds from now on.
  std::unordered_map<std::uint64_t, std::uint64_t> slots;
  /// Relocations that still need a look-up.
  std::size_t left = 0;
};

/// True if nothing outside of the library may take this symbol's place, or nobody could tell: a
/// strong or weak function, or an object that is never written, also where headers define it, as
/// vtables and typeinfo. Left to the loader are operator new and delete (replaceable), typeinfo in
/// a library that does not stand on libstdc++ (others compare its address), what headers define of
/// the C++ standard library, thread-local data, ifuncs, and data that is written: of that the whole
/// process has one copy, which may be the program's.
bool MayBind(const ElfImage& image, const Elf64_Sym& symbol);

/// Turns relocations against symbols that may be bound into RELATIVE ones and puts those first, as
/// DT_RELACOUNT wants it. Throws ElfError if a relocation is not what it seems.
BoundSymbols BindOwnSymbols(ElfImage& image);

}  // namespace relink
