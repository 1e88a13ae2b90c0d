#include "direct_calls.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <optional>
#include <unordered_map>

#include "instruction.hpp"

namespace relink {
namespace {

using Code = std::span<const unsigned char>;

// Pointer encodings of the unwind tables (Linux Standard Base, "DWARF exception header encoding").
constexpr unsigned char kPcRelative4 = 0x1b;
constexpr unsigned char kUnsigned4 = 0x03;
constexpr unsigned char kTableRelative4 = 0x3b;

struct Function {
  std::uint64_t address;
  std::uint64_t size;
};

std::int32_t Signed4(const ElfImage& image, std::uint64_t offset) {
  return image.Read<std::int32_t>(offset);
}

// Reads the frame description entries through .eh_frame_hdr's sorted table.
class UnwindTable {
 public:
  UnwindTable(const ElfImage& image, const Section& header, const Section& frames)
      : image_(image), header_(header.header), frames_(frames.header) {}

  std::vector<Function> Functions() {
    const std::uint64_t at = header_.sh_offset;
    if (image_.Read<std::array<unsigned char, 4>>(at) !=
        std::array<unsigned char, 4>{1, kPcRelative4, kUnsigned4, kTableRelative4})
      throw ElfError(".eh_frame_hdr has an unknown format");
    const auto count = image_.Read<std::uint32_t>(at + 8);
    if (header_.sh_size < 12 || (header_.sh_size - 12) / 8 < count)
      throw ElfError(".eh_frame_hdr is shorter than its table");
    std::vector<Function> functions;
    for (std::uint64_t i = 0; i < count; ++i) {
      const std::uint64_t entry = at + 12 + i * 8;
      const std::uint64_t start = header_.sh_addr + Extend(Signed4(image_, entry));
      const std::uint64_t frame = header_.sh_addr + Extend(Signed4(image_, entry + 4));
      if (const auto function = ReadFrame(start, frame)) functions.push_back(*function);
    }
    return functions;
  }

 private:
  static std::uint64_t Extend(std::int32_t value) {
    return static_cast<std::uint64_t>(std::int64_t{value});
  }

  // File offset of an address in .eh_frame.
  std::uint64_t FrameOffset(std::uint64_t address) const {
    if (address < frames_.sh_addr || address - frames_.sh_addr + 16 > frames_.sh_size)
      throw ElfError("an unwind entry lies outside of .eh_frame");
    return address - frames_.sh_addr + frames_.sh_offset;
  }

  // Nothing if the entry is of a kind we do not read.
  std::optional<Function> ReadFrame(std::uint64_t start, std::uint64_t frame) {
    const std::uint64_t at = FrameOffset(frame);
    const auto length = image_.Read<std::uint32_t>(at);
    const auto back = image_.Read<std::uint32_t>(at + 4);
    if (length < 12 || length == std::numeric_limits<std::uint32_t>::max()) return std::nullopt;
    if (back == 0 || !HasPlainPointers(frame + 4 - back)) return std::nullopt;
    if (frame + 8 + Extend(Signed4(image_, at + 8)) != start)
      throw ElfError(".eh_frame_hdr and .eh_frame disagree about a function's start");
    return Function{start, image_.Read<std::uint32_t>(at + 12)};
  }

  // True if functions under this common information entry are given by 4-byte relative addresses.
  bool HasPlainPointers(std::uint64_t common) {
    const auto known = plain_.find(common);
    if (known != plain_.end()) return known->second;
    return plain_[common] = ReadCommon(common);
  }

  bool ReadCommon(std::uint64_t common) const {
    std::uint64_t at = FrameOffset(common);
    const auto byte = [&] { return image_.Read<unsigned char>(at++); };
    const auto skip_leb = [&] {
      while (byte() & 0x80) {
      }
    };
    if (image_.Read<std::uint32_t>(at + 4) != 0) return false;  // not a common entry
    at += 8;
    if (byte() != 1) return false;  // version
    std::string letters;
    while (const unsigned char c = byte()) letters += static_cast<char>(c);
    if (!letters.starts_with('z')) return false;
    skip_leb();  // code alignment
    skip_leb();  // data alignment
    skip_leb();  // return register
    skip_leb();  // length of what follows
    for (const char letter : letters.substr(1)) {
      if (letter == 'R') return byte() == kPcRelative4;
      if (letter == 'L') {
        byte();
      } else if (letter == 'P') {
        const unsigned size = byte() & 7u;  // of the personality routine's pointer
        if (size != 3 && size != 4) return false;
        at += size == 3 ? 4 : 8;
      } else if (letter != 'S') {
        return false;
      }
    }
    return false;
  }

  const ElfImage& image_;
  const Elf64_Shdr header_;
  const Elf64_Shdr frames_;
  std::unordered_map<std::uint64_t, bool> plain_;
};

// Address of each PLT entry whose slot is bound -> the function it leads to.
std::unordered_map<std::uint64_t, std::uint64_t> FindPltEntries(const ElfImage& image,
                                                                const BoundSymbols& bound) {
  std::unordered_map<std::uint64_t, std::uint64_t> entries;
  for (const auto& [name, step] : {std::pair{".plt", 16u}, {".plt.sec", 16u}, {".plt.got", 8u}}) {
    const Section* section = image.FindName(name);
    if (!section) continue;
    const Code code = image.Bytes(*section);
    for (std::size_t at = 0; at + step <= code.size(); at += step) {
      // [endbr64] [bnd] jmp *slot(%rip)
      std::size_t jump = at;
      constexpr std::array<unsigned char, 4> kEndbr{0xf3, 0x0f, 0x1e, 0xfa};
      if (std::equal(kEndbr.begin(), kEndbr.end(),
                     code.begin() + static_cast<std::ptrdiff_t>(jump)))
        jump += 4;
      if (code[jump] == 0xf2) ++jump;
      if (jump + 6 > at + step || code[jump] != 0xff || code[jump + 1] != 0x25) continue;
      std::int32_t distance = 0;
      std::memcpy(&distance, code.data() + jump + 2, 4);
      const std::uint64_t slot =
          section->header.sh_addr + jump + 6 + static_cast<std::uint64_t>(std::int64_t{distance});
      const auto goal = bound.slots.find(slot);
      if (goal != bound.slots.end()) entries.emplace(section->header.sh_addr + at, goal->second);
    }
  }
  return entries;
}

struct Patch {
  std::uint64_t offset;  // of the displacement, in the file
  std::int32_t distance;
};

// Walks one function. Nothing if it cannot be walked to exactly its end.
std::optional<std::vector<Patch>> WalkFunction(
    Code code, const Function& function, std::uint64_t file_offset,
    const std::unordered_map<std::uint64_t, std::uint64_t>& entries) {
  std::vector<Patch> patches;
  std::size_t at = 0;
  while (at < code.size()) {
    const Instruction instruction = DecodeLength(code.subspan(at));
    if (instruction.length == 0) return std::nullopt;
    const std::size_t opcode_at = at + instruction.opcode_at;
    const bool branches = code[opcode_at] == 0xe8 || code[opcode_at] == 0xe9;
    // Other prefixes than bnd mean padding for the linker to rewrite (thread-local access): not
    // ours.
    const bool plain =
        instruction.opcode_at == 0 || (instruction.opcode_at == 1 && code[at] == 0xf2);
    at += instruction.length;
    if (!branches || !plain) continue;
    std::int32_t distance = 0;
    std::memcpy(&distance, code.data() + opcode_at + 1, 4);
    const std::uint64_t next = function.address + at;
    const auto entry = entries.find(next + static_cast<std::uint64_t>(std::int64_t{distance}));
    if (entry == entries.end()) continue;
    const auto direct = static_cast<std::int64_t>(entry->second - next);
    if (direct != static_cast<std::int32_t>(direct)) continue;
    patches.push_back({file_offset + opcode_at + 1, static_cast<std::int32_t>(direct)});
  }
  return patches;
}

}  // namespace

DirectCalls CallDirectly(ElfImage& image, const BoundSymbols& bound) {
  const Section* header = image.FindName(".eh_frame_hdr");
  const Section* frames = image.FindName(".eh_frame");
  if (!header || !frames) throw ElfError("has no unwind table to find its functions by");
  const auto entries = FindPltEntries(image, bound);
  DirectCalls result;
  for (const Function& function : UnwindTable(image, *header, *frames).Functions()) {
    const Section* section = image.FindAddress(function.address);
    if (!section || !(section->header.sh_flags & SHF_EXECINSTR) ||
        section->header.sh_type != SHT_PROGBITS || section->name.starts_with(".plt"))
      continue;
    const std::uint64_t start = function.address - section->header.sh_addr;
    if (function.size > section->header.sh_size - start)
      throw ElfError("a function reaches past the end of its section");
    const Code code = image.Bytes(*section).subspan(start, function.size);
    const auto patches = WalkFunction(code, function, section->header.sh_offset + start, entries);
    ++result.functions;
    if (!patches) {
      ++result.functions_left;
      continue;
    }
    for (const Patch& patch : *patches) image.Write(patch.offset, patch.distance);
    result.calls += patches->size();
  }
  return result;
}

}  // namespace relink
