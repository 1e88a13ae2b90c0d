// NodeThread: the thread that runs one Node.js. Its life is one function, Main: set up, spin the
// event loop, tear down. Jobs come in through the JsThread it is.
#pragma once

#include <node.h>
#include <uv.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>

#include "js_thread.hpp"
#include "nodehost/environment.hpp"
#include "platform_state.hpp"

namespace nodehost::host {

class NodeThread final : public detail::JsThread {
 public:
  /// Throws HostError if the options make no sense.
  NodeThread(PlatformState& platform, EnvironmentOptions options);

  /// Starts the thread and returns when the environment takes jobs; throws what stopped it.
  void Start();

  /// See Environment::Stop.
  void Stop(std::chrono::milliseconds deadline);

  /// See Environment::WaitForExit.
  int WaitForExit();

  /// Joins the thread if it has ended; whether it is joined now. Any thread but this one.
  bool TryJoin();

  bool SpinUntil(bool (*done)(void*), void* data) override;

  const EnvironmentOptions& options() const noexcept { return options_; }
  const std::filesystem::path& base_dir() const noexcept { return base_dir_; }

 private:
  // On the JS thread, in this order.
  void Main();
  void RunEnvironment(node::CommonEnvironmentSetup& setup);
  void OpenLoopHandles();
  void LoadLibraryEnvironment();
  void RunJobs();
  void OnProcessExit(int code);
  void Ready(std::exception_ptr failure);

  // On any thread.
  void RequestStop();
  bool WaitUntilEnded(std::optional<std::chrono::milliseconds> timeout);
  void Terminate();

  PlatformState& platform_;
  const EnvironmentOptions options_;
  const std::filesystem::path base_dir_;
  uv_thread_t thread_{};

  // The JS thread's own.
  uv_loop_t* loop_ = nullptr;
  uv_async_t wake_{};      // a job came, or a stop
  uv_check_t run_jobs_{};  // runs them, in the loop's check phase
  bool exited_ = false;    // process.exit was called

  std::mutex mutex_;
  std::condition_variable changed_;
  // Guarded by mutex_.
  node::Environment* env_ = nullptr;  // null before the set-up and from the tear-down on
  bool ready_ = false;
  std::exception_ptr start_error_;
  bool stopping_ = false;
  bool terminated_ = false;
  bool ended_ = false;
  bool joined_ = true;  // false while there is a thread to join
};

}  // namespace nodehost::host
