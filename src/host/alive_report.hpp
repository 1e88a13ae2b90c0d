// AliveReport: asks a JS thread what it is doing, without waiting for it to be free. An idle or
// lively event loop answers with what keeps it going; JavaScript in the middle of a statement, with
// where it is; native code does not answer.
#pragma once

#include <uv.h>
#include <v8.h>

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string>
#include <vector>

namespace nodehost::host {

class AliveReport {
 public:
  /// On the JS thread, with the loop that is to answer.
  void Open(uv_loop_t* loop, v8::Isolate* isolate);

  /// On the JS thread, before the loop goes. Later questions must not be asked.
  void Close();

  /// Asks. Any thread, while it is open.
  void Ask();

  /// Waits for the answer to the last Ask() for at most `timeout`. Any thread.
  std::vector<std::string> Answer(std::chrono::milliseconds timeout);

 private:
  void Reply(std::vector<std::string> names, bool complete);

  v8::Isolate* isolate_ = nullptr;
  uv_async_t asked_{};

  std::mutex mutex_;
  std::condition_variable answered_;
  // Guarded by mutex_.
  std::vector<std::string> names_;
  bool complete_ = false;  // the event loop has answered, and not only an interrupt
};

}  // namespace nodehost::host
