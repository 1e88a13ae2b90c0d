// JobRunner: runs the jobs of a JS thread in its event loop, one after the other, and each of them
// in the same way: under a Catch, with its ticks and microtasks run behind it.
#pragma once

#include <node.h>
#include <uv.h>

#include <functional>
#include <utility>

#include "thread/js_thread.hpp"
#include "thread/uv_handle.hpp"

namespace nodehost::host {

/// On the JS thread.
class JobRunner {
 public:
  /// `notice_end` is called when the loop is about to run what waits, for an end of JavaScript's
  /// that the thread's Life is not told of; may be empty.
  JobRunner(detail::JsThread& thread, node::MultiIsolatePlatform& platform,
            std::function<void()> notice_end = {})
      : thread_(thread), platform_(platform), notice_end_(std::move(notice_end)) {}
  JobRunner(const JobRunner&) = delete;
  JobRunner& operator=(const JobRunner&) = delete;

  /// From here on a job that is queued wakes the loop. With `keeps_loop_alive` the loop goes on
  /// until the queue is sealed and empty.
  void Open(uv_loop_t* loop, v8::Isolate* isolate, bool keeps_loop_alive);

  /// From here on the thread spins for a moment after its jobs, in case another one comes. Not for
  /// a thread that has other things to do.
  void SpinForMore() noexcept { spins_ = true; }

  /// While the loop still turns. The queue must be closed.
  void Close();

  /// Runs all jobs that wait; those that are no CallbackJob wait on if a job that is under way
  /// turns the loop.
  void RunWaiting();

  /// Runs one job and finishes it.
  void Run(detail::Job& job);

  /// See JsThread::SpinUntil.
  bool SpinUntil(bool (*done)(void*), void* data, detail::JsThread::OtherJobs others);

  /// See JsThread::HoldLoop.
  void HoldLoop(int by) noexcept {
    holds_ += by;
    if (!keeps_loop_alive_ || spin_depth_ > 0) UpdateRef();
  }

  /// How many SpinUntil() are under way.
  int spin_depth() const noexcept { return spin_depth_; }

  /// Cancels and finishes the jobs that are under way, for a thread that will never return to them.
  void CancelRunning(const std::exception_ptr& reason) noexcept;

  /// The handle that waits for jobs.
  const detail::UvHandle<uv_async_t>& wake() const noexcept { return wake_; }

 private:
  void UpdateRef() noexcept;
  void RunCallbacks();

  detail::JsThread& thread_;
  node::MultiIsolatePlatform& platform_;
  const std::function<void()> notice_end_;
  v8::Isolate* isolate_ = nullptr;
  uv_loop_t* loop_ = nullptr;
  detail::UvHandle<uv_async_t> wake_;  // a job was queued, or the queue sealed
  detail::UvHandle<uv_check_t> check_;
  int spin_depth_ = 0;
  int put_off_ = 0;  // how many of those are SpinUntil(kWait)
  int holds_ = 0;
  bool keeps_loop_alive_ = true;
  bool spins_ = false;
  bool drained_ = false;            // the queue is sealed and empty, but for what is put off
  detail::Job* running_ = nullptr;  // the jobs under way, the innermost first
};

}  // namespace nodehost::host
