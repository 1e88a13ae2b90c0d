// Stdio: file descriptors 0 to 2 are the host's. JavaScript's output is written to them as it is,
// or handed to the host's callbacks; libuv's streams, which change the modes of what they are
// given, only ever get them where a program reads its input, and then the modes are put back.
#pragma once

#include <array>
#include <atomic>
#include <functional>
#include <mutex>
#include <string_view>

namespace nodehost::host {

/// What one environment does to descriptors 0 to 2. Any thread: its Workers come here too.
class StdioClaims {
 public:
  StdioClaims() = default;
  ~StdioClaims() { ReleaseAll(); }
  StdioClaims(const StdioClaims&) = delete;
  StdioClaims& operator=(const StdioClaims&) = delete;

  /// To be called before libuv gets the descriptor or changes its terminal: remembers its flags and
  /// terminal modes, if no environment has done so yet.
  void Touch(int fd);

  /// When the environment is gone: puts back what was there, if no other environment uses it.
  void ReleaseAll();

 private:
  std::mutex mutex_;
  std::array<bool, 3> touched_{};
};

/// Where an environment's standard output or error goes.
class OutputSink {
 public:
  using Callback = std::function<void(std::string_view)>;

  OutputSink(int fd, Callback callback) : fd_(fd), callback_(std::move(callback)) {}

  bool captured() const noexcept { return static_cast<bool>(callback_); }

  /// Gives the whole text to the callback, or writes all of it to the descriptor. 0 or a negative
  /// error of libuv's. Throws what the callback throws.
  int Write(std::string_view text);

  /// From here on nothing waits for a reader that does not read. Any thread.
  void Cancel() noexcept { cancelled_ = true; }

 private:
  const int fd_;
  const Callback callback_;
  std::atomic<bool> cancelled_ = false;
};

/// Whether a descriptor is a terminal, and its size; {0, 0} if it has none.
bool IsTerminal(int fd);
std::array<int, 2> TerminalSize(int fd);

}  // namespace nodehost::host
