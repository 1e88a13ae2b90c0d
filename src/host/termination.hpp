// Has V8 stop the JavaScript of an environment, or of a Worker, until it is left.
#pragma once

#include <node.h>

#include <functional>
#include <memory>

#include "thread/js_thread.hpp"
#include "watchdog.hpp"

namespace nodehost::host {

/// What Life::Attach takes for the JavaScript of `environment` on `thread`: it stops it at once,
/// and again and again until it is left, because an error that is just being described may swallow
/// the termination. `end_workers` ends the Workers that it has made; the watchdog calls it, for it
/// takes locks that must not be taken under that of a Life.
std::function<void()> TerminationOf(detail::JsThread& thread, node::Environment* environment,
                                    std::shared_ptr<Watchdog> watchdog,
                                    std::function<void()> end_workers);

}  // namespace nodehost::host
