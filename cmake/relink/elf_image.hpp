/// An x86-64 shared library held in memory, every table checked before it is believed.
/// It knows the file format only; what is changed, and why, is in glibc_floor, own_symbols and
/// direct_calls.
#pragma once

#include <elf.h>

#include <cstdint>
#include <cstring>
#include <filesystem>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace relink {

/// The file is not what we understand; the text says what is wrong and where.
class ElfError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A section, with its name looked up.
struct Section {
  std::string_view name;
  Elf64_Shdr header{};
};

class ElfImage {
 public:
  /// Reads and verifies the file. Throws ElfError.
  static ElfImage Load(const std::filesystem::path& file);

  /// Verifies bytes that are already in memory. Throws ElfError.
  explicit ElfImage(std::vector<unsigned char> bytes);

  // Sections and names point into the bytes, which a move keeps in place and a copy would not.
  ElfImage(ElfImage&&) = default;
  ElfImage& operator=(ElfImage&&) = default;
  ElfImage(const ElfImage&) = delete;
  ElfImage& operator=(const ElfImage&) = delete;

  /// Writes beside `file` and renames, so that no half-written library is ever seen under its name.
  void Save(const std::filesystem::path& file) const;

  /// The record at a file offset. Throws ElfError outside of the file.
  template <typename T>
  T Read(std::uint64_t offset) const {
    static_assert(std::is_trivially_copyable_v<T>);
    CheckRange(offset, sizeof(T), "a record");
    T value;
    std::memcpy(&value, bytes_.data() + offset, sizeof(T));
    return value;
  }

  /// Overwrites the record at a file offset. Throws ElfError outside of the file.
  template <typename T>
  void Write(std::uint64_t offset, const T& value) {
    static_assert(std::is_trivially_copyable_v<T>);
    CheckRange(offset, sizeof(T), "a record");
    std::memcpy(bytes_.data() + offset, &value, sizeof(T));
  }

  /// All records of a table. Throws ElfError if its size is not a multiple of the record's.
  template <typename T>
  std::vector<T> Table(const Section& section) const {
    static_assert(std::is_trivially_copyable_v<T>);
    CheckTable(section, sizeof(T));
    std::vector<T> records(section.header.sh_size / sizeof(T));
    std::memcpy(records.data(), bytes_.data() + section.header.sh_offset, section.header.sh_size);
    return records;
  }

  /// Puts a changed table back; it has as many records as before.
  template <typename T>
  void WriteTable(const Section& section, const std::vector<T>& records) {
    CheckTable(section, sizeof(T));
    if (records.size() * sizeof(T) != section.header.sh_size)
      throw ElfError("a table may not change its size: " + std::string(section.name));
    std::memcpy(bytes_.data() + section.header.sh_offset, records.data(), section.header.sh_size);
  }

  const std::vector<Section>& sections() const { return sections_; }
  /// The first section of a type (SHT_...), or null.
  const Section* FindType(std::uint32_t type) const;
  /// The section of that name, or null.
  const Section* FindName(std::string_view name) const;
  /// The section that holds a loaded address, or null.
  const Section* FindAddress(std::uint64_t address) const;
  /// The bytes of a section that has some in the file.
  std::span<const unsigned char> Bytes(const Section& section) const;

  /// The NUL-terminated text at an offset of the dynamic string table. Throws ElfError.
  std::string_view DynamicString(std::uint64_t offset) const;
  /// The offset of exactly this string in the dynamic string table, if it is there.
  std::optional<std::uint32_t> FindDynamicString(std::string_view text) const;
  /// Replaces a string nobody refers to any more by one that is not longer.
  void OverwriteDynamicString(std::uint32_t offset, std::string_view text);

  const std::vector<Elf64_Sym>& dynamic_symbols() const { return dynamic_symbols_; }
  const std::vector<Elf64_Dyn>& dynamic() const { return dynamic_; }
  /// The value of a dynamic tag, if it is there.
  std::optional<std::uint64_t> DynamicValue(std::int64_t tag) const;
  /// Changes the value of a dynamic tag that is there.
  void SetDynamicValue(std::int64_t tag, std::uint64_t value);
  /// Adds a dynamic entry in one of the spare places the linker leaves. Throws ElfError if none is
  /// left.
  void AddDynamic(std::int64_t tag, std::uint64_t value);
  /// True if the loader resolves everything at once, whatever the program asks for.
  bool BindsNow() const;
  /// True if the address is never written once the library has been relocated.
  bool IsConstant(std::uint64_t address) const;

 private:
  void CheckRange(std::uint64_t offset, std::uint64_t size, const char* what) const;
  void CheckTable(const Section& section, std::size_t record) const;
  void ReadSections();
  void ReadSegments();
  void ReadDynamic();
  void CheckDynamicAgrees(std::int64_t tag, const Section* section, const char* what) const;

  std::vector<unsigned char> bytes_;
  std::vector<Section> sections_;
  std::vector<Elf64_Phdr> segments_;
  std::vector<Elf64_Sym> dynamic_symbols_;
  std::vector<Elf64_Dyn> dynamic_;
  const Section* dynamic_section_ = nullptr;
  const Section* strings_ = nullptr;
};

}  // namespace relink
