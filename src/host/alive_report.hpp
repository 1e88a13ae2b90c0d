// AliveReport: asks a JS thread what it is doing, without waiting for it to be free. An event loop
// that turns answers with what keeps it going; JavaScript in the middle of a statement, with where
// it is; native code does not answer.
#pragma once

#include <uv.h>
#include <v8.h>

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string>
#include <vector>

#include "probe.hpp"

namespace nodehost::host {

class AliveReport {
 public:
  /// On the JS thread, with the loop that is to answer.
  void Open(uv_loop_t* loop, v8::Isolate* isolate);

  /// On the JS thread, while the loop still turns. Nobody answers any more.
  void Close() { probe_.Close(); }

  /// Asks, and waits for the answer for at most `timeout`. Any thread but the JS thread.
  std::vector<std::string> Ask(std::chrono::milliseconds timeout);

  /// Ask in steps, for a thread that must not wait: Send asks, the second says whether the whole
  /// answer is there, the third returns the answer so far.
  void Send();
  bool IsComplete();
  std::vector<std::string> Answer();

 private:
  void SetAnswer(std::vector<std::string> names, bool complete);

  Probe probe_;

  std::mutex mutex_;
  std::condition_variable answered_;
  // Guarded by mutex_.
  std::vector<std::string> names_;
  bool complete_ = false;  // the event loop has answered, and not only an interrupt
};

}  // namespace nodehost::host
