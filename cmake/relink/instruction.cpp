#include "instruction.hpp"

#include <array>
#include <cstdint>
#include <string_view>

namespace relink {
namespace {

// What follows an opcode.
enum Shape : std::uint8_t {
  kBad,      // no such instruction in 64-bit mode, or one we do not know
  kNone,     // nothing
  kImm8,     // an 8-bit immediate or displacement
  kImm16,    // a 16-bit immediate
  kImmZ,     // 16 bits with an operand-size prefix, else 32
  kImmV,     // as kImmZ, 64 bits with REX.W
  kRel32,    // a 32-bit displacement whatever the prefixes
  kMoffs,    // a 64-bit address, 32 with an address-size prefix
  kEnter,    // 16 and 8 bits
  kModRM,    // ModRM
  kModRM8,   // ModRM and an 8-bit immediate
  kModRMZ,   // ModRM and kImmZ
  kGroup3b,  // ModRM; an 8-bit immediate for /0 and /1
  kGroup3z,  // ModRM; kImmZ for /0 and /1
};

// One letter an opcode, a line for sixteen:
// . bad  n none  b imm8  w imm16  z immZ  v immV  r rel32  o moffs  e enter
// m ModRM  8 ModRM+imm8  Z ModRM+immZ  g group 3 byte  G group 3 wide
// Prefixes and escapes are handled before the table is asked and are marked bad here.
constexpr std::string_view kOneByte =
    "mmmmbz..mmmmbz.."   // 00
    "mmmmbz..mmmmbz.."   // 10
    "mmmmbz..mmmmbz.."   // 20
    "mmmmbz..mmmmbz.."   // 30
    "................"   // 40 REX
    "nnnnnnnnnnnnnnnn"   // 50
    "...m....zZb8nnnn"   // 60
    "bbbbbbbbbbbbbbbb"   // 70
    "8Z.8mmmmmmmmmmmm"   // 80
    "nnnnnnnnnn.nnnnn"   // 90
    "oooonnnnbznnnnnn"   // a0
    "bbbbbbbbvvvvvvvv"   // b0
    "88wn..8Zenwnnb.n"   // c0
    "mmmm...nmmmmmmmm"   // d0
    "bbbbbbbbrr.bnnnn"   // e0
    ".n..nngGnnnnnnmm";  // f0

constexpr std::string_view kTwoByte =
    "mmmm.nnnnn.n.mn8"   // 00
    "mmmmmmmmmmmmmmmm"   // 10
    "mmmm....mmmmmmmm"   // 20
    "nnnnnn.n........"   // 30
    "mmmmmmmmmmmmmmmm"   // 40
    "mmmmmmmmmmmmmmmm"   // 50
    "mmmmmmmmmmmmmmmm"   // 60
    "8888mmmn....mmmm"   // 70
    "rrrrrrrrrrrrrrrr"   // 80
    "mmmmmmmmmmmmmmmm"   // 90
    "nnnm8mmmnnnm8mmm"   // a0
    "mmmmmmmmmm8mmmmm"   // b0
    "mm8m888mnnnnnnnn"   // c0
    "mmmmmmmmmmmmmmmm"   // d0
    "mmmmmmmmmmmmmmmm"   // e0
    "mmmmmmmmmmmmmmmm";  // f0

static_assert(kOneByte.size() == 256 && kTwoByte.size() == 256);

constexpr Shape ShapeOf(char letter) {
  constexpr std::string_view kLetters = ".nbwzvroem8ZgG";
  return static_cast<Shape>(kLetters.find(letter));
}

static_assert(ShapeOf('.') == kBad && ShapeOf('m') == kModRM && ShapeOf('G') == kGroup3z);

/// Reads bytes in order; past the end it yields zeros and remembers that it did.
class Reader {
 public:
  explicit Reader(std::span<const unsigned char> code) : code_(code) {}
  unsigned char Peek() const { return at_ < code_.size() ? code_[at_] : 0; }
  unsigned char Next() {
    const unsigned char byte = Peek();
    ++at_;
    return byte;
  }
  void Skip(std::size_t count) { at_ += count; }
  std::size_t at() const { return at_; }
  // An instruction is 15 bytes at most.
  bool ok() const { return at_ <= code_.size() && at_ <= 15; }

 private:
  std::span<const unsigned char> code_;
  std::size_t at_ = 0;
};

struct Prefixes {
  bool operand_size = false;
  bool address_size = false;
  bool wide = false;  // REX.W
};

Prefixes ReadPrefixes(Reader& in) {
  Prefixes prefixes;
  for (;; in.Skip(1)) {
    switch (in.Peek()) {
      case 0x66:
        prefixes.operand_size = true;
        continue;
      case 0x67:
        prefixes.address_size = true;
        continue;
      case 0x26:
      case 0x2e:
      case 0x36:
      case 0x3e:
      case 0x64:
      case 0x65:
      case 0xf0:
      case 0xf2:
      case 0xf3:
        if (!in.ok()) return prefixes;
        continue;
      default:
        break;
    }
    break;
  }
  if ((in.Peek() & 0xf0) == 0x40) prefixes.wide = (in.Next() & 8) != 0;
  return prefixes;
}

// Returns the ModRM byte's reg field.
unsigned SkipModRM(Reader& in) {
  const unsigned modrm = in.Next();
  const unsigned mod = modrm >> 6;
  const unsigned rm = modrm & 7;
  if (mod != 3) {
    unsigned base = rm;
    if (rm == 4) base = in.Next() & 7u;  // SIB
    if (mod == 1) in.Skip(1);
    if (mod == 2 || (mod == 0 && base == 5)) in.Skip(4);
  }
  return (modrm >> 3) & 7;
}

// Skips what follows the opcode. False if the opcode is bad.
bool SkipOperands(Reader& in, Shape shape, const Prefixes& prefixes) {
  const std::size_t z = prefixes.operand_size && !prefixes.wide ? 2 : 4;
  switch (shape) {
    case kBad:
      return false;
    case kNone:
      return true;
    case kImm8:
      in.Skip(1);
      return true;
    case kImm16:
      in.Skip(2);
      return true;
    case kImmZ:
      in.Skip(z);
      return true;
    case kImmV:
      in.Skip(prefixes.wide ? 8 : z);
      return true;
    case kRel32:
      in.Skip(4);
      return true;
    case kMoffs:
      in.Skip(prefixes.address_size ? 4 : 8);
      return true;
    case kEnter:
      in.Skip(3);
      return true;
    case kModRM:
      SkipModRM(in);
      return true;
    case kModRM8:
      SkipModRM(in);
      in.Skip(1);
      return true;
    case kModRMZ:
      SkipModRM(in);
      in.Skip(z);
      return true;
    case kGroup3b:
      in.Skip(SkipModRM(in) < 2 ? 1 : 0);
      return true;
    case kGroup3z:
      in.Skip(SkipModRM(in) < 2 ? z : 0);
      return true;
  }
  return false;
}

// The vector encodings say by number which map they use: 1 is 0F, 2 is 0F38, 3 is 0F3A, 5 and 6 are
// FP16.
Shape VectorShape(unsigned map, unsigned char opcode, bool evex) {
  if (map == 3) return kModRM8;
  if (map == 2 || (evex && (map == 5 || map == 6))) return kModRM;
  if (map != 1) return kBad;
  if (opcode == 0x77) return evex ? kBad : kNone;               // vzeroupper
  if (evex && opcode >= 0x78 && opcode <= 0x7b) return kModRM;  // conversions, AVX-512 only
  const Shape shape = ShapeOf(kTwoByte[opcode]);
  return shape == kModRM || shape == kModRM8 ? shape : kBad;
}

}  // namespace

Instruction DecodeLength(std::span<const unsigned char> code) {
  Reader in(code);
  const Prefixes prefixes = ReadPrefixes(in);
  Instruction result;
  result.opcode_at = in.at();
  const unsigned char opcode = in.Next();
  Shape shape = kBad;
  if (opcode == 0x0f) {
    const unsigned char second = in.Next();
    if (second == 0x38 || second == 0x3a) {
      in.Skip(1);
      shape = second == 0x3a ? kModRM8 : kModRM;
    } else {
      shape = ShapeOf(kTwoByte[second]);
    }
  } else if (opcode == 0xc5) {
    in.Skip(1);
    shape = VectorShape(1, in.Next(), false);
  } else if (opcode == 0xc4) {
    const unsigned map = in.Next() & 0x1fu;
    in.Skip(1);
    shape = VectorShape(map, in.Next(), false);
  } else if (opcode == 0x62) {
    const unsigned map = in.Next() & 7u;
    in.Skip(2);
    shape = VectorShape(map, in.Next(), true);
  } else if (opcode == 0x8f && (in.Peek() & 0x38) != 0) {
    shape = kBad;  // AMD's XOP
  } else {
    shape = ShapeOf(kOneByte[opcode]);
  }
  if (SkipOperands(in, shape, prefixes) && in.ok()) result.length = in.at();
  return result;
}

}  // namespace relink
