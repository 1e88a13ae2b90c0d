#include "job_runner.hpp"

#include <chrono>
#include <utility>

#include "engine/catch.hpp"
#include "engine/realm.hpp"

namespace nodehost::host {

namespace {

// Timers and sockets wait while the jobs of a thread that waits for each of them are run in one
// turn of the loop.
constexpr std::chrono::microseconds kLongestTurn{200};

// libuv takes its check handles off the loop, then puts each back when its turn has come: a loop
// that a job turns in its own check phase would be deaf to those behind it, and Node's runs
// setImmediate. Started anew they are on the loop.
void RestartCheckHandles(uv_loop_t* loop) {
  uv_walk(
      loop,
      [](uv_handle_t* handle, void*) {
        if (handle->type != UV_CHECK || uv_is_active(handle) == 0) return;
        auto* const check = reinterpret_cast<uv_check_t*>(handle);
        const uv_check_cb callback = check->check_cb;
        uv_check_stop(check);
        uv_check_start(check, callback);
      },
      nullptr);
}

}  // namespace

void JobRunner::Open(uv_loop_t* loop, v8::Isolate* isolate, bool keeps_loop_alive) {
  loop_ = loop;
  isolate_ = isolate;
  wake_.Open(this, uv_async_init, loop, [](uv_async_t* async) {
    // Jobs are run in the check phase, which follows in the same turn of the loop, and not here:
    // while an async callback runs, a nested turn of the loop calls no other async handle.
    auto* const self = static_cast<JobRunner*>(async->data);
    uv_check_start(self->check_.get(),
                   [](uv_check_t* check) { static_cast<JobRunner*>(check->data)->RunWaiting(); });
  });
  check_.Open(this, uv_check_init, loop);
  check_.Unref();
  keeps_loop_alive_ = keeps_loop_alive;
  UpdateRef();
  thread_.queue().Open([this] { uv_async_send(wake_.get()); });
}

void JobRunner::Close() {
  check_.Close();
  wake_.Close();
}

void JobRunner::RunWaiting() {
  uv_check_stop(check_.get());
  if (notice_end_ && spin_depth_ == 0) notice_end_();
  // Jobs are done one after the other: none runs in the middle of one that turns the loop.
  if (put_off_ > 0) return RunCallbacks();
  detail::JobQueue& queue = thread_.queue();
  const bool spins = spins_ && spin_depth_ == 0;
  const auto pushes = spins ? detail::JobQueue::Pushes::kAwake : detail::JobQueue::Pushes::kWake;
  const auto until = std::chrono::steady_clock::now() + kLongestTurn;
  do {
    queue.StartBatch(pushes);
    while (!thread_.life().over()) {
      detail::Job* const job = queue.TakeNext();
      if (!job) break;
      Run(*job);
    }
  } while (spins && !thread_.life().over() && std::chrono::steady_clock::now() < until &&
           queue.SpinForPush());
  if (queue.FallAsleep()) uv_async_send(wake_.get());
  // What was queued before a Stop is still done: its wake-up needs a loop that runs.
  drained_ = queue.drained();
  if (drained_) UpdateRef();
}

// What JavaScript waits for in a job that turns the loop: the job would wait for ever for what
// waits behind it. A job that is to be stopped at its timeout takes no more of it.
void JobRunner::RunCallbacks() {
  detail::JobQueue& queue = thread_.queue();
  queue.StartBatch();
  while (!thread_.life().over() && thread_.realm()) {
    detail::Job* const job = queue.TakeNextCallback();
    if (!job) break;
    Run(*job);
  }
  drained_ = queue.closed();
  if (drained_) UpdateRef();
}

void JobRunner::UpdateRef() noexcept {
  if (!wake_.is_open()) return;
  // A job that turns the loop waits for what other threads have promised, not for any job.
  const bool keeps = keeps_loop_alive_ && spin_depth_ == 0;
  if (!drained_ && (keeps || holds_ > 0)) {
    wake_.Ref();
  } else {
    wake_.Unref();
  }
}

void JobRunner::Run(detail::Job& job) {
  const v8::HandleScope handle_scope(isolate_);
  // Node seals the handle scope round its loop. The first handle opens a block that the scopes of
  // the job's calls then share, instead of each opening and closing one of its own.
  static_cast<void>(isolate_->GetCurrentContext());
  job.next = std::exchange(running_, &job);
  const bool outer_use = thread_.access().ExchangeUse(false);
  {
    const detail::JobCatch caught(thread_.realm());
    thread_.access().ExchangeUse(false);
    job.Run(thread_.js());
  }
  running_ = job.next;
  job.Finish();
  if (!thread_.access().ExchangeUse(outer_use)) return;
  // Closing the scope runs the nextTicks and microtasks the job has left. It is opened after the
  // job, not round it: a job that turns the loop must find Node outside a callback. Its resource is
  // a new object for each job: AsyncLocalStorage keeps what it holds there.
  const node::CallbackScope ticks(isolate_, v8::Object::New(isolate_), {0, 0});
}

bool JobRunner::SpinUntil(bool (*done)(void*), void* data, detail::JsThread::OtherJobs others) {
  const detail::JobCatch::Loop callbacks(detail::Realm::Of(thread_));
  const int put_off = others == detail::JsThread::OtherJobs::kWait ? 1 : 0;
  bool is_done = false;
  RestartCheckHandles(loop_);
  ++spin_depth_;
  put_off_ += put_off;
  UpdateRef();
  // The realm is also null when a job with a timeout is to be stopped.
  const auto stopped = [this] { return thread_.life().over() || !thread_.realm(); };
  while (!stopped()) {
    RunWaiting();
    if (stopped()) break;
    thread_.realm()->bridge().RunTicks();
    is_done = done(data);
    if (is_done || stopped()) break;
    if (uv_run(loop_, UV_RUN_ONCE) != 0) continue;
    platform_.DrainTasks(isolate_);
    if (stopped()) break;
    RunWaiting();
    if (stopped()) break;
    thread_.realm()->bridge().RunTicks();
    is_done = done(data);
    if (is_done || uv_loop_alive(loop_) == 0) break;
  }
  --spin_depth_;
  put_off_ -= put_off;
  if (put_off_ == 0) drained_ = thread_.queue().drained();
  UpdateRef();
  if (put_off_ == 0) uv_async_send(wake_.get());  // for the jobs that were put off
  // node::Stop calls uv_stop once, which ends one uv_run: the innermost. The outer ones have to end
  // as well.
  if (thread_.life().over()) uv_stop(loop_);
  if (!is_done && stopped()) std::rethrow_exception(thread_.StoppedError());
  return is_done;
}

void JobRunner::CancelRunning(const std::exception_ptr& reason) noexcept {
  detail::CancelAll(std::exchange(running_, nullptr), reason);
}

}  // namespace nodehost::host
