#include "glibc_floor.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <map>
#include <set>

namespace relink {
namespace {

struct Lowering {
  std::string_view from;
  std::string_view to;
};

// Each `to` is a version the prebuilt needs anyway, of the same library, and older than glibc 2.31.
constexpr std::array kLowerings{
    Lowering{"GLIBC_2.38", "GLIBC_2.29"},
    Lowering{"GLIBCXX_3.4.31", "GLIBCXX_3.4.30"},
    Lowering{"GLIBCXX_3.4.32", "GLIBCXX_3.4.30"},
};

// What glibc_floor_shim.cpp defines.
const std::set<std::string_view> kShimmed{
    "__isoc23_strtol",
    "__isoc23_strtoul",
    "__isoc23_strtoll",
    "__isoc23_strtoull",
    "__isoc23_fscanf",
    "__isoc23_sscanf",
    "fmod",
    "_ZSt21ios_base_library_initv",
    "_ZNSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEE15_M_replace_coldEPcmPKcmm",
};

struct Need {
  std::uint64_t at;  // of the Elf64_Vernaux, in the file
  Elf64_Vernaux record;
  std::string_view library;
  std::string_view version;
};

std::vector<Need> ReadNeeds(const ElfImage& image) {
  std::vector<Need> needs;
  const Section* section = image.FindType(SHT_GNU_verneed);
  if (!section) return needs;
  const std::uint64_t begin = section->header.sh_offset;
  const std::uint64_t end = begin + section->header.sh_size;
  const auto inside = [&](std::uint64_t at, std::size_t size) {
    if (at < begin || at + size > end) throw ElfError("a version need lies outside of its section");
  };
  std::uint64_t at = begin;
  for (std::uint64_t files = section->header.sh_info; files > 0; --files) {
    inside(at, sizeof(Elf64_Verneed));
    const auto file = image.Read<Elf64_Verneed>(at);
    if (file.vn_version != VER_NEED_CURRENT) throw ElfError("version needs of an unknown format");
    std::uint64_t aux = at + file.vn_aux;
    for (unsigned i = 0; i < file.vn_cnt; ++i) {
      inside(aux, sizeof(Elf64_Vernaux));
      const auto record = image.Read<Elf64_Vernaux>(aux);
      needs.push_back(
          {aux, record, image.DynamicString(file.vn_file), image.DynamicString(record.vna_name)});
      if ((record.vna_next == 0) != (i + 1u == file.vn_cnt))
        throw ElfError("a list of version needs has another length than it says");
      aux += record.vna_next;
    }
    if ((file.vn_next == 0) != (files == 1))
      throw ElfError("the list of needed files has another length than it says");
    at += file.vn_next;
  }
  return needs;
}

const Lowering* FindLowering(std::string_view version) {
  for (const Lowering& l : kLowerings)
    if (l.from == version) return &l;
  return nullptr;
}

// The hash of the System V ABI, by which the loader compares version names first.
std::uint32_t VersionHash(std::string_view name) {
  std::uint32_t h = 0;
  for (const char c : name) {
    h = (h << 4) + static_cast<unsigned char>(c);
    const std::uint32_t g = h & 0xF0000000u;
    h = (h ^ (g >> 24)) & ~g;
  }
  return h;
}

void CheckShimCovers(const ElfImage& image, const std::set<unsigned>& lowered) {
  const Section* section = image.FindType(SHT_GNU_versym);
  if (!section) throw ElfError("needs versions, but its symbols have none");
  const auto versions = image.Table<Elf64_Half>(*section);
  const auto& symbols = image.dynamic_symbols();
  if (versions.size() != symbols.size())
    throw ElfError(".gnu.version and .dynsym differ in length");
  for (std::size_t i = 0; i < symbols.size(); ++i) {
    const std::string_view name = image.DynamicString(symbols[i].st_name);
    if (symbols[i].st_shndx == SHN_UNDEF && lowered.contains(versions[i] & 0x7fffu) &&
        !kShimmed.contains(name))
      throw ElfError("needs " + std::string(name) + ", which only a newer system has and the " +
                     "glibc floor does not supply");
  }
}

// True if anything that names a string in .dynstr names a byte of [offset, offset + size].
bool IsReferenced(const ElfImage& image, std::uint64_t offset, std::uint64_t size) {
  const auto hits = [&](std::uint64_t name) { return name >= offset && name <= offset + size; };
  for (const Elf64_Sym& s : image.dynamic_symbols())
    if (hits(s.st_name)) return true;
  for (const Need& n : ReadNeeds(image))
    if (hits(n.record.vna_name)) return true;
  for (const Elf64_Dyn& d : image.dynamic()) {
    const bool names = d.d_tag == DT_NEEDED || d.d_tag == DT_SONAME || d.d_tag == DT_RPATH ||
                       d.d_tag == DT_RUNPATH || d.d_tag == DT_AUXILIARY || d.d_tag == DT_FILTER;
    if (names && hits(d.d_un.d_val)) return true;
  }
  return false;
}

// The string table cannot grow, so new names take the place of version names nobody needs any more.
std::uint32_t ReuseName(ElfImage& image, std::string_view old_name, std::string_view new_name) {
  const auto at = image.FindDynamicString(old_name);
  if (!at || IsReferenced(image, *at, old_name.size()))
    throw ElfError("no place in .dynstr for " + std::string(new_name));
  image.OverwriteDynamicString(*at, new_name);
  return *at;
}

}  // namespace

std::vector<std::string> NeedsAboveFloor(const ElfImage& image) {
  std::vector<std::string> names;
  for (const Need& n : ReadNeeds(image))
    if (FindLowering(n.version)) names.emplace_back(n.version);
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

std::size_t LowerFloor(ElfImage& image) {
  if (image.FindType(SHT_GNU_verdef))
    throw ElfError("defines versions of its own; lowering its floor is not understood");
  std::set<unsigned> lowered;
  for (const Need& need : ReadNeeds(image)) {
    const Lowering* lowering = FindLowering(need.version);
    if (!lowering) continue;
    const auto name = image.FindDynamicString(lowering->to);
    if (!name)
      throw ElfError("needs " + std::string(need.version) + " and does not name " +
                     std::string(lowering->to) + ", which it would be lowered to");
    Elf64_Vernaux record = need.record;
    record.vna_hash = VersionHash(lowering->to);
    record.vna_name = *name;
    image.Write(need.at, record);
    lowered.insert(record.vna_other & 0x7fffu);
  }
  if (lowered.empty()) return 0;
  CheckShimCovers(image, lowered);

  // The library itself asks for the shim, beside it: no program has to link it, none can forget it.
  if (image.DynamicValue(DT_RUNPATH) || image.DynamicValue(DT_RPATH))
    throw ElfError("has a run path of its own; adding the glibc floor's is not understood");
  image.AddDynamic(DT_NEEDED, ReuseName(image, "GLIBCXX_3.4.32", kFloorLibrary));
  image.AddDynamic(DT_RUNPATH, ReuseName(image, "GLIBC_2.38", "$ORIGIN"));
  return lowered.size();
}

}  // namespace relink
