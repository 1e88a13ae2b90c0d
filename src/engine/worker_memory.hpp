// The memory limits of Workers. Node leaves them to V8, which aborts the process when one is
// exceeded. The native half of js/start/worker_memory.js.
#pragma once

#include <node.h>

#include <cstddef>

#include "process/worker_limits.hpp"

namespace nodehost::detail {

/// Watches the Worker whose thread this is until its environment is cleaned up: ends it, noted in
/// `limits`, when its heap exceeds what they say or its ArrayBuffers and Buffers take more than
/// `max_external_mb`; 0 is no limit but V8's. Returns the limit of the heap in MB.
std::size_t WatchWorkerMemory(node::Environment* worker, v8::Isolate* isolate, int thread_id,
                              host::WorkerLimits& limits, std::size_t max_external_mb);

}  // namespace nodehost::detail
