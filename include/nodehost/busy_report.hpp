// BusyReport: a JS thread that does not get to its events.
#pragma once

#include <string>

#include "nodehost/detail/chrono.hpp"

namespace nodehost {

/// What `EnvironmentOptions::on_busy` is told.
struct BusyReport {
  std::string environment;                ///< Its name.
  std::chrono::milliseconds duration{0};  ///< How long its event loop has not turned.

  /// The JavaScript stack at this moment, a line a function, as in `error.stack`. Empty if native
  /// code - an addon, a synchronous system call, C++ of a job - holds the thread.
  std::string js_stack;

  bool in_native_code = false;  ///< Whether it does.
};

}  // namespace nodehost
