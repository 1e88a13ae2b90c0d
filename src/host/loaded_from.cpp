#include "loaded_from.hpp"

#if defined(__unix__) || defined(__APPLE__)
#include <dlfcn.h>
#endif

namespace nodehost::host {

std::string LoadedFrom([[maybe_unused]] const void* address) {
#if defined(__unix__) || defined(__APPLE__)
  Dl_info info{};
  if (dladdr(address, &info) != 0 && info.dli_fname) return info.dli_fname;
#endif
  return {};
}

}  // namespace nodehost::host
