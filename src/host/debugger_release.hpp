// DebuggerRelease: takes an environment back from its debuggers, which may have JavaScript paused
// or keep it waiting, and keep Node's clean-up from ending.
#pragma once

#include <v8.h>

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "debugger_client.hpp"
#include "thread/js_thread.hpp"

namespace nodehost::host {

class DebuggerRelease {
 public:
  explicit DebuggerRelease(const detail::JsThread& thread) : thread_(thread) {}
  DebuggerRelease(const DebuggerRelease&) = delete;
  DebuggerRelease& operator=(const DebuggerRelease&) = delete;

  /// Remembers how to close the inspector, which JavaScript may open by itself. On the JS thread.
  void Prepare(v8::Isolate* isolate);

  /// The inspector listens at `url`. On the JS thread.
  void OnOpen(std::string url);

  /// Calls `wait`, which returns when a debugger has come. Returns false if none had after
  /// `timeout` and `wait` was ended for that. On the JS thread.
  bool WaitForDebugger(const std::function<void()>& wait,
                       std::optional<std::chrono::milliseconds> timeout);

  /// Ends the WaitForDebugger() that is under way, if there is one. Any thread.
  void EndWait();

  /// Whether a WaitForDebugger() is under way. Any thread.
  bool is_waiting() const;

  /// Has JavaScript go on where a debugger holds it, from here on. Null if the inspector was never
  /// opened. Any thread.
  const DebuggerClient* ResumeJavaScript();

  /// Disconnects all debuggers; Node's clean-up would wait until they have left. On the JS thread,
  /// when JavaScript is over.
  void CloseInspector(v8::Isolate* isolate);

 private:
  const detail::JsThread& thread_;
  v8::Global<v8::Function> close_inspector_;  // the JS thread's own

  mutable std::mutex mutex_;
  // Guarded by mutex_.
  std::string url_;  // of the last inspector that was opened
  bool is_waiting_ = false;
  std::vector<std::unique_ptr<DebuggerClient>> waits_;  // a client for each that is to end
  DebuggerClient* ends_wait_ = nullptr;                 // in waits_: EndWait()'s
  std::unique_ptr<DebuggerClient> resumes_;
};

}  // namespace nodehost::host
