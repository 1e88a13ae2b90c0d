/// Points calls that go through the procedure linkage table (PLT) straight at their targets, where
/// the table's slot has been bound to one of the library's own functions. What
/// `-Bsymbolic-functions` does at link time, done afterwards.
#pragma once

#include <cstddef>

#include "elf_image.hpp"
#include "own_symbols.hpp"

namespace relink {

struct DirectCalls {
  /// Calls and jumps that now go straight to their target.
  std::size_t calls = 0;
  /// Functions walked from end to end, and those given up because not every byte was understood.
  std::size_t functions = 0;
  std::size_t functions_left = 0;
};

/// Rewrites the calls. Only functions that the unwind table (.eh_frame) delimits are looked at, so
/// data inside .text (V8's embedded builtins above all) is never touched; only instructions reached
/// one by one from a function's start count; and a function whose last instruction does not end
/// where the function ends is left alone. Throws ElfError if the unwind table is not what it seems.
DirectCalls CallDirectly(ElfImage& image, const BoundSymbols& bound);

}  // namespace relink
