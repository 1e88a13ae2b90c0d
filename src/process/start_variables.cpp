#include "start_variables.hpp"

#include <cstring>

#if defined(__APPLE__)
#include <crt_externs.h>
#define environ (*_NSGetEnviron())
#elif !defined(_WIN32)
#include <unistd.h>
#endif

namespace nodehost::host {

#if defined(_WIN32)

NodeVariablesHidden::NodeVariablesHidden(bool) {}
NodeVariablesHidden::~NodeVariablesHidden() = default;

#else

NodeVariablesHidden::NodeVariablesHidden(bool hide) {
  if (!hide || !environ) return;
  bool any = false;
  for (char** at = environ; *at; ++at) {
    if (std::strncmp(*at, "NODE_", 5) == 0) {
      any = true;
    } else {
      visible_.push_back(*at);
    }
  }
  if (!any) return;
  visible_.push_back(nullptr);
  before_ = environ;
  environ = visible_.data();
}

NodeVariablesHidden::~NodeVariablesHidden() {
  if (before_ && environ == visible_.data()) environ = before_;
}

#endif

}  // namespace nodehost::host
