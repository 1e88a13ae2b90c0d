// WorkerThread: the thread of a Worker (`worker_threads`) in which modules of C++'s are offered, as
// a JS thread of its own. Node makes the Worker and turns its loop; this gives it what an Instance
// gives an environment for C++: a realm, jobs and deadlines. It ends in a cleanup hook of Node's.
#pragma once

#include <node.h>

#include <memory>
#include <optional>
#include <string>

#include "deadlines.hpp"
#include "engine/workers.hpp"
#include "job_runner.hpp"
#include "platform_state.hpp"
#include "thread/js_thread.hpp"

namespace nodehost::detail {
class RealmOwner;
}

namespace nodehost::host {

class WorkerThread final : public detail::JsThread {
 public:
  /// The environment that the Worker belongs to.
  struct Parent {
    PlatformState& platform;
    const std::string& name;
    const std::string& base_dir;
    std::shared_ptr<detail::Workers> workers;
  };

  /// From here to its end the calling thread, a Worker's, is a JS thread. Before any user code runs
  /// there; `require` is Node's own. What fails is thrown in JavaScript, and keeps the Worker from
  /// starting.
  static void Start(const Parent& parent, v8::Local<v8::Value> require);

  /// The calling thread will never go on. If it is a WorkerThread, those who wait for it are told.
  static void LoseCurrent() noexcept;

  WorkerThread(const Parent& parent, int id, node::Environment* environment, v8::Isolate* isolate);
  ~WorkerThread() override;

  bool SpinUntil(bool (*done)(void*), void* data, OtherJobs others) override {
    return jobs_.SpinUntil(done, data, others);
  }
  void HoldLoop(int by) noexcept override { jobs_.HoldLoop(by); }
  void RunLimited(detail::Job& job, const RunOptions& limits) override {
    deadlines_.Run(job, limits);
  }
  void EnqueueLimited(std::unique_ptr<detail::Job> job, const RunOptions& limits) override {
    deadlines_.Enqueue(std::move(job), limits);
  }

 private:
  void Open(const Parent& parent, v8::Local<v8::Value> require);
  void MakeNothing();
  void Close();
  void NoticeEnd();

  const int id_;
  node::Environment* const environment_;
  v8::Isolate* const isolate_;
  const std::shared_ptr<detail::Workers> workers_;
  JobRunner jobs_;
  Deadlines deadlines_;
  std::unique_ptr<detail::RealmOwner> realm_;
  v8::Global<v8::Function> nothing_;  // does nothing
  std::optional<CurrentScope> current_;
  std::shared_ptr<JsThread> self_;  // until Close
};

}  // namespace nodehost::host
