#include "worker_memory.hpp"

#include <string>
#include <utility>

#include "heap_limit.hpp"
#include "thread/js_thread.hpp"

namespace nodehost::detail {

std::size_t WatchWorkerMemory(node::Environment* worker, v8::Isolate* isolate, int thread_id,
                              host::WorkerLimits& limits, std::size_t max_external_mb) {
  const std::size_t heap_mb = limits.Take(thread_id);
  auto* const watch = new HeapLimit;
  node::AddEnvironmentCleanupHook(
      isolate,
      [](void* data) {
        auto* const limit = static_cast<HeapLimit*>(data);
        limit->Close();
        limit->Remove();
        delete limit;
      },
      watch);
  watch->Open(isolate, heap_mb, max_external_mb, [worker, thread_id, &limits](std::string what) {
    limits.Exceeded(thread_id, std::move(what));
    if (JsThread* const thread = JsThread::Current()) {
      thread->EndJavaScript({.reason = EndReason::kOutOfMemory});
    }
    node::Stop(worker);
  });
  return heap_mb;
}

}  // namespace nodehost::detail
