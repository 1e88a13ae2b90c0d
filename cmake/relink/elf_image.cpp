#include "elf_image.hpp"

#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <sstream>

namespace relink {
namespace {

std::string Hex(std::uint64_t value) {
  std::ostringstream out;
  out << "0x" << std::hex << value;
  return out.str();
}

}  // namespace

ElfImage ElfImage::Load(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) throw ElfError("cannot be opened for reading");
  in.seekg(0, std::ios::end);
  const auto size = in.tellg();
  if (size < 0) throw ElfError("is not a regular file");
  std::vector<unsigned char> bytes(static_cast<std::size_t>(size));
  in.seekg(0);
  in.read(reinterpret_cast<char*>(bytes.data()), size);
  if (!in) throw ElfError("cannot be read to its end");
  return ElfImage(std::move(bytes));
}

ElfImage::ElfImage(std::vector<unsigned char> bytes) : bytes_(std::move(bytes)) {
  if (bytes_.size() < EI_NIDENT || std::memcmp(bytes_.data(), ELFMAG, SELFMAG) != 0)
    throw ElfError("is not an ELF file: no magic number at its start");
  if (bytes_[EI_CLASS] != ELFCLASS64) throw ElfError("is not a 64-bit ELF file (EI_CLASS)");
  if (bytes_[EI_DATA] != ELFDATA2LSB) throw ElfError("is not little-endian (EI_DATA)");
  const auto header = Read<Elf64_Ehdr>(0);
  if (header.e_machine != EM_X86_64)
    throw ElfError("is for machine " + std::to_string(header.e_machine) +
                   ", not x86-64 (e_machine)");
  if (header.e_type != ET_DYN)
    throw ElfError("is not a shared library: e_type is " + std::to_string(header.e_type));
  ReadSections();
  ReadSegments();
  ReadDynamic();
}

void ElfImage::Save(const std::filesystem::path& file) const {
  std::filesystem::path aside = file;
  aside += ".part" + std::to_string(::getpid());
  {
    std::ofstream out(aside, std::ios::binary | std::ios::trunc);
    out.write(reinterpret_cast<const char*>(bytes_.data()),
              static_cast<std::streamsize>(bytes_.size()));
    out.flush();
    if (!out) {
      std::error_code ignored;
      std::filesystem::remove(aside, ignored);
      throw ElfError("cannot be written: " + aside.string());
    }
  }
  using std::filesystem::perms;
  std::filesystem::permissions(aside, perms::owner_all | perms::group_read | perms::group_exec |
                                          perms::others_read | perms::others_exec);
  std::filesystem::rename(aside, file);
}

void ElfImage::CheckRange(std::uint64_t offset, std::uint64_t size, const char* what) const {
  if (offset > bytes_.size() || size > bytes_.size() - offset)
    throw ElfError(std::string(what) + " at " + Hex(offset) + ", " + std::to_string(size) +
                   " bytes, reaches past the end of the file (" + Hex(bytes_.size()) + ")");
}

void ElfImage::CheckTable(const Section& section, std::size_t record) const {
  const Elf64_Shdr& h = section.header;
  if (h.sh_entsize != 0 && h.sh_entsize != record)
    throw ElfError("section " + std::string(section.name) + " has records of " +
                   std::to_string(h.sh_entsize) + " bytes, expected " + std::to_string(record));
  if (h.sh_size % record != 0)
    throw ElfError("section " + std::string(section.name) + " is not a whole number of records");
  CheckRange(h.sh_offset, h.sh_size, "a table");
}

void ElfImage::ReadSections() {
  const auto header = Read<Elf64_Ehdr>(0);
  if (header.e_shentsize != sizeof(Elf64_Shdr))
    throw ElfError("section headers of " + std::to_string(header.e_shentsize) + " bytes");
  if (header.e_shnum == 0 || header.e_shstrndx >= header.e_shnum)
    throw ElfError("has no section headers, or no names for them");
  CheckRange(header.e_shoff, std::uint64_t{header.e_shnum} * sizeof(Elf64_Shdr),
             "the section header table");
  sections_.resize(header.e_shnum);
  for (std::size_t i = 0; i < sections_.size(); ++i) {
    sections_[i].header = Read<Elf64_Shdr>(header.e_shoff + i * sizeof(Elf64_Shdr));
    const Elf64_Shdr& h = sections_[i].header;
    if (h.sh_type != SHT_NOBITS && h.sh_type != SHT_NULL)
      CheckRange(h.sh_offset, h.sh_size, "a section");
    if (h.sh_link >= sections_.size())
      throw ElfError("section " + std::to_string(i) + " is linked to one that does not exist");
  }
  const Elf64_Shdr names = sections_[header.e_shstrndx].header;
  if (names.sh_type != SHT_STRTAB || names.sh_size == 0 ||
      bytes_[names.sh_offset + names.sh_size - 1] != 0)
    throw ElfError("section names are not a string table");
  for (Section& s : sections_) {
    if (s.header.sh_name >= names.sh_size) throw ElfError("a section's name lies outside");
    s.name = reinterpret_cast<const char*>(bytes_.data() + names.sh_offset + s.header.sh_name);
  }
}

void ElfImage::ReadSegments() {
  const auto header = Read<Elf64_Ehdr>(0);
  if (header.e_phentsize != sizeof(Elf64_Phdr)) throw ElfError("program headers of another size");
  for (std::size_t i = 0; i < header.e_phnum; ++i) {
    segments_.push_back(Read<Elf64_Phdr>(header.e_phoff + i * sizeof(Elf64_Phdr)));
    CheckRange(segments_.back().p_offset, segments_.back().p_filesz, "a segment");
  }
  // What the loader maps and what the sections say must be the same bytes.
  for (const Section& s : sections_) {
    const Elf64_Shdr& h = s.header;
    if (!(h.sh_flags & SHF_ALLOC) || h.sh_type == SHT_NOBITS || h.sh_size == 0) continue;
    const bool mapped = std::any_of(segments_.begin(), segments_.end(), [&](const Elf64_Phdr& p) {
      return p.p_type == PT_LOAD && h.sh_offset >= p.p_offset &&
             h.sh_offset + h.sh_size <= p.p_offset + p.p_filesz &&
             h.sh_addr - p.p_vaddr == h.sh_offset - p.p_offset;
    });
    if (!mapped) throw ElfError("section " + std::string(s.name) + " lies in no loaded segment");
  }
}

void ElfImage::ReadDynamic() {
  dynamic_section_ = FindType(SHT_DYNAMIC);
  const Section* symbols = FindType(SHT_DYNSYM);
  if (!dynamic_section_ || !symbols) throw ElfError("has no .dynamic or no .dynsym section");
  strings_ = &sections_[symbols->header.sh_link];
  const Elf64_Shdr& h = strings_->header;
  if (h.sh_type != SHT_STRTAB || h.sh_size == 0 || bytes_[h.sh_offset + h.sh_size - 1] != 0)
    throw ElfError(".dynsym is not linked to a string table that ends in NUL");
  dynamic_ = Table<Elf64_Dyn>(*dynamic_section_);
  if (dynamic_.empty() || dynamic_.back().d_tag != DT_NULL)
    throw ElfError(".dynamic is not closed by DT_NULL");
  dynamic_symbols_ = Table<Elf64_Sym>(*symbols);
  for (const Elf64_Sym& s : dynamic_symbols_) DynamicString(s.st_name);

  CheckDynamicAgrees(DT_SYMTAB, symbols, ".dynsym");
  CheckDynamicAgrees(DT_STRTAB, strings_, ".dynstr");
  CheckDynamicAgrees(DT_VERNEED, FindType(SHT_GNU_verneed), "the version needs");
  CheckDynamicAgrees(DT_VERSYM, FindType(SHT_GNU_versym), "the symbols' versions");
}

void ElfImage::CheckDynamicAgrees(std::int64_t tag, const Section* section,
                                  const char* what) const {
  const auto address = DynamicValue(tag);
  if (address.has_value() != (section != nullptr) ||
      (section && *address != section->header.sh_addr))
    throw ElfError(std::string("section headers and .dynamic disagree about ") + what);
}

const Section* ElfImage::FindType(std::uint32_t type) const {
  for (const Section& s : sections_)
    if (s.header.sh_type == type) return &s;
  return nullptr;
}

const Section* ElfImage::FindName(std::string_view name) const {
  for (const Section& s : sections_)
    if (s.name == name) return &s;
  return nullptr;
}

const Section* ElfImage::FindAddress(std::uint64_t address) const {
  for (const Section& s : sections_) {
    const Elf64_Shdr& h = s.header;
    if ((h.sh_flags & SHF_ALLOC) && !(h.sh_flags & SHF_TLS) && address >= h.sh_addr &&
        address - h.sh_addr < h.sh_size)
      return &s;
  }
  return nullptr;
}

std::span<const unsigned char> ElfImage::Bytes(const Section& section) const {
  if (section.header.sh_type == SHT_NOBITS) return {};
  CheckRange(section.header.sh_offset, section.header.sh_size, "a section");
  return {bytes_.data() + section.header.sh_offset, section.header.sh_size};
}

std::string_view ElfImage::DynamicString(std::uint64_t offset) const {
  if (offset >= strings_->header.sh_size)
    throw ElfError("a name at " + Hex(offset) + " lies outside of .dynstr");
  return reinterpret_cast<const char*>(bytes_.data() + strings_->header.sh_offset + offset);
}

std::optional<std::uint32_t> ElfImage::FindDynamicString(std::string_view text) const {
  const auto all = Bytes(*strings_);
  std::string wanted(1, '\0');
  wanted.append(text).push_back('\0');
  const auto at =
      std::search(all.begin(), all.end(), wanted.begin(), wanted.end(),
                  [](unsigned char a, char b) { return a == static_cast<unsigned char>(b); });
  if (at == all.end()) return std::nullopt;
  return static_cast<std::uint32_t>(at - all.begin() + 1);
}

void ElfImage::OverwriteDynamicString(std::uint32_t offset, std::string_view text) {
  const std::string_view old = DynamicString(offset);
  if (text.size() > old.size())
    throw ElfError("no room for the string " + std::string(text) + " in .dynstr");
  auto* at = bytes_.data() + strings_->header.sh_offset + offset;
  std::memset(at, 0, old.size());
  std::memcpy(at, text.data(), text.size());
}

std::optional<std::uint64_t> ElfImage::DynamicValue(std::int64_t tag) const {
  for (const Elf64_Dyn& d : dynamic_) {
    if (d.d_tag == DT_NULL) break;
    if (d.d_tag == tag) return d.d_un.d_val;
  }
  return std::nullopt;
}

void ElfImage::SetDynamicValue(std::int64_t tag, std::uint64_t value) {
  for (Elf64_Dyn& d : dynamic_) {
    if (d.d_tag == DT_NULL) break;
    if (d.d_tag != tag) continue;
    d.d_un.d_val = value;
    WriteTable(*dynamic_section_, dynamic_);
    return;
  }
  throw ElfError("has no dynamic entry with tag " + Hex(static_cast<std::uint64_t>(tag)));
}

void ElfImage::AddDynamic(std::int64_t tag, std::uint64_t value) {
  const auto end = std::find_if(dynamic_.begin(), dynamic_.end(),
                                [](const Elf64_Dyn& d) { return d.d_tag == DT_NULL; });
  // The last DT_NULL must stay: it ends the list.
  if (end == dynamic_.end() || end + 1 == dynamic_.end())
    throw ElfError("has no spare entry left in .dynamic");
  end->d_tag = tag;
  end->d_un.d_val = value;
  WriteTable(*dynamic_section_, dynamic_);
}

bool ElfImage::BindsNow() const {
  return DynamicValue(DT_BIND_NOW).has_value() ||
         (DynamicValue(DT_FLAGS).value_or(0) & DF_BIND_NOW) != 0 ||
         (DynamicValue(DT_FLAGS_1).value_or(0) & DF_1_NOW) != 0;
}

bool ElfImage::IsConstant(std::uint64_t address) const {
  for (const Elf64_Phdr& p : segments_) {
    const bool inside = address >= p.p_vaddr && address - p.p_vaddr < p.p_memsz;
    if (inside && p.p_type == PT_GNU_RELRO) return true;
    if (inside && p.p_type == PT_LOAD && !(p.p_flags & PF_W)) return true;
  }
  return false;
}

}  // namespace relink
