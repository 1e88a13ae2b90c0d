/// How long an x86-64 instruction is. Nothing else is decoded: it serves to step through a function
/// from one instruction to the next, so that a call is never mistaken for bytes of something else.
#pragma once

#include <cstddef>
#include <span>

namespace relink {

struct Instruction {
  /// 0: not an instruction we know; whoever walks must give up on the function.
  std::size_t length = 0;
  /// Where its opcode is, after prefixes.
  std::size_t opcode_at = 0;
};

/// Decodes the instruction at the start of `code`, 64-bit mode. Source of the tables: Intel SDM
/// volume 2, appendix A (opcode maps), and section 2 (ModRM, SIB, VEX and EVEX).
Instruction DecodeLength(std::span<const unsigned char> code);

}  // namespace relink
