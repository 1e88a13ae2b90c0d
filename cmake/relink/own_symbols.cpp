#include "own_symbols.hpp"

#include <algorithm>
#include <array>
#include <span>

namespace relink {
namespace {

bool StartsWithAny(std::string_view name, std::span<const std::string_view> prefixes) {
  return std::any_of(prefixes.begin(), prefixes.end(),
                     [&](std::string_view prefix) { return name.starts_with(prefix); });
}

bool IsReplaceable(std::string_view name) {
  constexpr std::array<std::string_view, 4> kPrefixes{"_Znw", "_Zna", "_Zdl", "_Zda"};
  return StartsWithAny(name, kPrefixes);
}

bool IsTypeinfo(std::string_view name) {
  constexpr std::array<std::string_view, 2> kPrefixes{"_ZTI", "_ZTS"};
  return StartsWithAny(name, kPrefixes);
}

// Whether the C++ standard library has a copy of its own: a type's tables, or a member.
bool IsOfStd(std::string_view name) {
  constexpr std::array<std::string_view, 4> kTables{"_ZTI", "_ZTS", "_ZTV", "_ZTT"};
  constexpr std::array<std::string_view, 7> kStd{
      "S", "NS", "NKS", "N9__gnu_cxx", "N10__cxxabiv1", "GVZNS", "GVNS"};
  if (StartsWithAny(name, kTables)) {
    name.remove_prefix(4);
    while (name.starts_with('P') || name.starts_with('K')) name.remove_prefix(1);
  } else if (name.starts_with("_Z")) {
    name.remove_prefix(2);
  }
  return StartsWithAny(name, kStd);
}

// libstdc++ compares types by their names, so that each library may have a typeinfo of its own;
// libc++ compares the addresses.
bool TypesAreComparedByName(const ElfImage& image) {
  return std::any_of(image.dynamic().begin(), image.dynamic().end(), [&](const Elf64_Dyn& entry) {
    return entry.d_tag == DT_NEEDED &&
           image.DynamicString(entry.d_un.d_val).starts_with("libstdc++.so");
  });
}

// Constant data. What of it a header defines (weak, unique), such as the vtable of a class that is
// all inline, other libraries may have as well: it has the same contents there.
bool MayBindData(const ElfImage& image, const Elf64_Sym& symbol, std::string_view name) {
  const auto binding = ELF64_ST_BIND(symbol.st_info);
  if (!image.IsConstant(symbol.st_value)) return false;
  if (IsTypeinfo(name)) return !IsOfStd(name) && TypesAreComparedByName(image);
  if (binding == STB_GLOBAL) return true;
  return (binding == STB_WEAK || binding == STB_GNU_UNIQUE) && !IsOfStd(name);
}

bool IsRelative(const Elf64_Rela& r) { return ELF64_R_TYPE(r.r_info) == R_X86_64_RELATIVE; }

void BindTable(const ElfImage& image, bool bind_jump_slots, std::vector<Elf64_Rela>& relocations,
               BoundSymbols& bound) {
  for (Elf64_Rela& r : relocations) {
    const auto kind = ELF64_R_TYPE(r.r_info);
    const std::uint64_t index = ELF64_R_SYM(r.r_info);
    if (index >= image.dynamic_symbols().size())
      throw ElfError("a relocation names symbol " + std::to_string(index) + ", which is not there");
    if (IsRelative(r) || index == 0) continue;
    const bool understood = kind == R_X86_64_64 || kind == R_X86_64_GLOB_DAT ||
                            (kind == R_X86_64_JUMP_SLOT && bind_jump_slots);
    const Elf64_Sym& symbol = image.dynamic_symbols()[index];
    if (!understood || !MayBind(image, symbol)) {
      ++bound.left;
      continue;
    }
    if (!image.FindAddress(r.r_offset)) throw ElfError("a relocation changes no section's memory");
    // The addend counts for R_X86_64_64 only; the other two are defined as the symbol's address.
    const std::uint64_t addend = kind == R_X86_64_64 ? static_cast<std::uint64_t>(r.r_addend) : 0;
    const std::uint64_t goal = symbol.st_value + addend;
    bound.slots.emplace(r.r_offset, goal);
    r.r_info = ELF64_R_INFO(0, R_X86_64_RELATIVE);
    r.r_addend = static_cast<Elf64_Sxword>(goal);
  }
}

}  // namespace

bool MayBind(const ElfImage& image, const Elf64_Sym& symbol) {
  const auto binding = ELF64_ST_BIND(symbol.st_info);
  const auto type = ELF64_ST_TYPE(symbol.st_info);
  if (symbol.st_shndx == SHN_UNDEF || symbol.st_shndx >= SHN_LORESERVE) return false;
  const std::string_view name = image.DynamicString(symbol.st_name);
  if (!image.FindAddress(symbol.st_value) || IsReplaceable(name)) return false;
  if (type == STT_FUNC) return binding == STB_GLOBAL || binding == STB_WEAK;
  return type == STT_OBJECT && MayBindData(image, symbol, name);
}

BoundSymbols BindOwnSymbols(ElfImage& image) {
  BoundSymbols bound;
  const auto plt = image.DynamicValue(DT_JMPREL);
  for (const Section& section : image.sections()) {
    if (section.header.sh_type != SHT_RELA || !(section.header.sh_flags & SHF_ALLOC)) continue;
    auto relocations = image.Table<Elf64_Rela>(section);
    // A lazily bound PLT table may hold jump slots only; the loader aborts on anything else in it.
    BindTable(image, image.BindsNow(), relocations, bound);
    if (plt != section.header.sh_addr) {
      // The loader takes the first DT_RELACOUNT for RELATIVE without a look at their type, and
      // fast.
      const auto others = std::stable_partition(relocations.begin(), relocations.end(), IsRelative);
      const bool last_are_ifuncs = std::any_of(
          relocations.begin(), relocations.end(),
          [](const Elf64_Rela& r) { return ELF64_R_TYPE(r.r_info) == R_X86_64_IRELATIVE; });
      if (last_are_ifuncs)
        throw ElfError("has ifunc relocations; reordering them is not understood");
      if (image.DynamicValue(DT_RELACOUNT) && image.DynamicValue(DT_RELA) == section.header.sh_addr)
        image.SetDynamicValue(DT_RELACOUNT,
                              static_cast<std::uint64_t>(others - relocations.begin()));
    }
    image.WriteTable(section, relocations);
  }
  return bound;
}

}  // namespace relink
