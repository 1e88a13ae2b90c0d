#include "imports.hpp"

#if defined(__GLIBC__) && defined(__LP64__)
#include <elf.h>
#include <link.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#endif

namespace nodehost::host {

#if defined(__GLIBC__) && defined(__LP64__)

namespace {

#if defined(__x86_64__)
constexpr std::uint32_t kImports[] = {R_X86_64_JUMP_SLOT, R_X86_64_GLOB_DAT};
#elif defined(__aarch64__)
constexpr std::uint32_t kImports[] = {R_AARCH64_JUMP_SLOT, R_AARCH64_GLOB_DAT};
#else
constexpr std::uint32_t kImports[] = {0};
#endif

bool IsImport(std::uint32_t type) {
  for (const std::uint32_t import : kImports) {
    if (type != 0 && type == import) return true;
  }
  return false;
}

// A loaded library's dynamic section. The loader has turned its addresses into absolute ones.
struct Dynamic {
  const Elf64_Sym* symbols = nullptr;
  const char* names = nullptr;
  const Elf64_Rela* tables[2] = {};  // DT_JMPREL, DT_RELA
  std::size_t sizes[2] = {};

  explicit Dynamic(const Elf64_Dyn* entry) {
    for (; entry->d_tag != DT_NULL; ++entry) {
      const auto at = [&] { return reinterpret_cast<const void*>(entry->d_un.d_ptr); };
      switch (entry->d_tag) {
        case DT_SYMTAB:
          symbols = static_cast<const Elf64_Sym*>(at());
          break;
        case DT_STRTAB:
          names = static_cast<const char*>(at());
          break;
        case DT_JMPREL:
          tables[0] = static_cast<const Elf64_Rela*>(at());
          break;
        case DT_RELA:
          tables[1] = static_cast<const Elf64_Rela*>(at());
          break;
        case DT_PLTRELSZ:
          sizes[0] = entry->d_un.d_val;
          break;
        case DT_RELASZ:
          sizes[1] = entry->d_un.d_val;
          break;
        default:
          break;
      }
    }
  }
};

// The slot may lie in pages that the loader has made read-only after its work.
bool Overwrite(std::uintptr_t slot, std::uintptr_t value, bool read_only_after) {
  const auto page_size = static_cast<std::uintptr_t>(sysconf(_SC_PAGESIZE));
  void* const page = reinterpret_cast<void*>(slot & ~(page_size - 1));
  if (mprotect(page, page_size, PROT_READ | PROT_WRITE) != 0) return false;
  __atomic_store_n(reinterpret_cast<std::uintptr_t*>(slot), value, __ATOMIC_RELEASE);
  if (read_only_after) mprotect(page, page_size, PROT_READ);
  return true;
}

bool IsWithin(const dl_phdr_info& object, std::uintptr_t address, std::uint32_t segment_type) {
  for (int i = 0; i < object.dlpi_phnum; ++i) {
    const Elf64_Phdr& segment = object.dlpi_phdr[i];
    const std::uintptr_t begin = object.dlpi_addr + segment.p_vaddr;
    if (segment.p_type == segment_type && address >= begin && address < begin + segment.p_memsz) {
      return true;
    }
  }
  return false;
}

bool Redirect(const dl_phdr_info& object, std::string_view function, std::uintptr_t target) {
  const Elf64_Dyn* dynamic_section = nullptr;
  for (int i = 0; i < object.dlpi_phnum; ++i) {
    if (object.dlpi_phdr[i].p_type != PT_DYNAMIC) continue;
    dynamic_section =
        reinterpret_cast<const Elf64_Dyn*>(object.dlpi_addr + object.dlpi_phdr[i].p_vaddr);
  }
  if (!dynamic_section) return false;
  const Dynamic dynamic(dynamic_section);
  bool found = false;
  bool all = true;
  for (int table = 0; table < 2; ++table) {
    const std::size_t count = dynamic.sizes[table] / sizeof(Elf64_Rela);
    for (std::size_t i = 0; i < count; ++i) {
      const Elf64_Rela& entry = dynamic.tables[table][i];
      if (!IsImport(static_cast<std::uint32_t>(ELF64_R_TYPE(entry.r_info)))) continue;
      const Elf64_Sym& symbol = dynamic.symbols[ELF64_R_SYM(entry.r_info)];
      if (dynamic.names + symbol.st_name != function) continue;
      const std::uintptr_t slot = object.dlpi_addr + entry.r_offset;
      found = true;
      all &= Overwrite(slot, target, IsWithin(object, slot, PT_GNU_RELRO));
    }
  }
  return found && all;
}

}  // namespace

bool RedirectImport(const void* inside, std::string_view function, const void* target) {
  struct Wanted {
    std::uintptr_t inside;
    std::string_view function;
    std::uintptr_t target;
  } wanted{reinterpret_cast<std::uintptr_t>(inside), function,
           reinterpret_cast<std::uintptr_t>(target)};
  const int found = dl_iterate_phdr(
      [](dl_phdr_info* object, std::size_t, void* data) {
        const auto& redirect = *static_cast<const Wanted*>(data);
        if (!IsWithin(*object, redirect.inside, PT_LOAD)) return 0;
        return Redirect(*object, redirect.function, redirect.target) ? 1 : -1;
      },
      &wanted);
  return found == 1;
}

#else

bool RedirectImport(const void*, std::string_view, const void*) { return false; }

#endif

}  // namespace nodehost::host
