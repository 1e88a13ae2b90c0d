#include "process_title.hpp"

#include <uv.h>

#include <vector>

namespace nodehost::host {

namespace {

// Longer than any that a program is started with.
constexpr std::size_t kLongest = 1 << 16;

char title[] = "node";

bool HasTitle() {
  std::vector<char> text(kLongest);
  return uv_get_process_title(text.data(), text.size()) == 0;
}

}  // namespace

void GiveProcessTitle() {
  if (HasTitle()) return;
  char* arguments[] = {title, nullptr};
  uv_setup_args(1, arguments);
}

}  // namespace nodehost::host
