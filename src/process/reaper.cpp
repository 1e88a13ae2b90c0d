#include "reaper.hpp"

#if !defined(_WIN32)
#include <sys/wait.h>
#endif

namespace nodehost::host {

bool Reaper::Look() {
#if !defined(_WIN32)
  // 0: it still runs. An error: somebody else has waited for it.
  std::erase_if(children_, [](int child) { return waitpid(child, nullptr, WNOHANG) != 0; });
  return !children_.empty();
#else
  return false;
#endif
}

}  // namespace nodehost::host
