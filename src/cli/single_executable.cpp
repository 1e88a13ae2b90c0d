#include "single_executable.hpp"

#include <node.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#if defined(__linux__)
#include <link.h>
#include <sys/mman.h>
#include <unistd.h>
#endif

namespace nodehost::cli {

namespace {

// postject looks for this text in the program's file, and makes its 0 a 1: so it is read each time.
const volatile char kMark[] = "NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2:0";
constexpr std::size_t kState = sizeof(kMark) - 2;

#if defined(__linux__)

// Sets the mark in a part of libnode that is not written to otherwise.
bool SetMarkIn(std::uintptr_t begin, std::size_t size, int protection) {
  std::string text;
  for (std::size_t i = 0; i < kState; ++i) text += static_cast<char>(kMark[i]);
  const std::string_view part(reinterpret_cast<const char*>(begin), size);
  const std::size_t at = part.find(text);
  if (at == std::string_view::npos) return false;
  const std::uintptr_t state = begin + at + kState;
  const auto page_size = static_cast<std::uintptr_t>(sysconf(_SC_PAGESIZE));
  auto* const page = reinterpret_cast<void*>(state & ~(page_size - 1));
  if (mprotect(page, page_size, PROT_READ | PROT_WRITE) != 0) return false;
  *reinterpret_cast<volatile char*>(state) = '1';
  mprotect(page, page_size, protection);
  return true;
}

int SetMarkInLibnode(dl_phdr_info* object, std::size_t, void*) {
  const auto start =
      reinterpret_cast<std::uintptr_t>(static_cast<int (*)(int, char**)>(&node::Start));
  const auto* const first = object->dlpi_phdr;
  const auto* const last = first + object->dlpi_phnum;
  const auto begin_of = [&](const ElfW(Phdr) & part) { return object->dlpi_addr + part.p_vaddr; };
  const bool is_libnode = std::any_of(first, last, [&](const ElfW(Phdr) & part) {
    return part.p_type == PT_LOAD && start - begin_of(part) < part.p_memsz;
  });
  if (!is_libnode) return 0;
  return static_cast<int>(std::any_of(first, last, [&](const ElfW(Phdr) & part) {
    const bool constant = part.p_type == PT_LOAD && (part.p_flags & (PF_W | PF_X)) == 0;
    return constant && SetMarkIn(begin_of(part), part.p_filesz, PROT_READ);
  }));
}

#endif

}  // namespace

bool IsSingleExecutable() { return kMark[kState] == '1'; }

bool TellLibnode() {
#if defined(__linux__)
  return dl_iterate_phdr(&SetMarkInLibnode, nullptr) != 0;
#else
  return false;
#endif
}

}  // namespace nodehost::cli
