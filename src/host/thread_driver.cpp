#include "thread_driver.hpp"

#include <fmt/format.h>

#include <memory>
#include <string>
#include <utility>

#include "nodehost/errors.hpp"
#include "process/signals.hpp"
#include "thread/fork_guard.hpp"
#if defined(__linux__)
#include <pthread.h>
#endif

namespace nodehost::host {

namespace {

// V8 assumes about 1 MB of stack and checks against that; C++ that JavaScript calls needs more.
constexpr std::size_t kStackBytes = 8 << 20;

void NameThread([[maybe_unused]] const std::string& name) {
#if defined(__linux__)
  constexpr std::size_t kLongestName = 15;
  pthread_setname_np(pthread_self(), name.substr(0, kLongestName).c_str());
#endif
}

}  // namespace

ThreadDriver::ThreadDriver(PlatformState& platform, EnvironmentOptions options)
    : Driver(platform, std::move(options)), own_process_(platform.options.own_process) {}

void ThreadDriver::Start() {
  const uv_thread_options_t thread_options{UV_THREAD_HAS_STACK_SIZE, kStackBytes};
  // The thread keeps its object alive: an Environment may be destroyed on its own JS thread.
  auto self = std::make_unique<std::shared_ptr<JsThread>>(shared_from_this());
  const SignalsBlocked blocked(!own_process_);
  const int error = uv_thread_create_ex(
      &thread_, &thread_options,
      [](void* data) {
        const std::unique_ptr<std::shared_ptr<JsThread>> owner(
            static_cast<std::shared_ptr<JsThread>*>(data));
        static_cast<ThreadDriver&>(**owner).Main();
      },
      self.get());
  if (error != 0) {
    throw PlatformError(fmt::format("The JS thread could not be started: {}", uv_strerror(error)));
  }
  static_cast<void>(self.release());  // the thread's now
  joinable_ = true;
  const std::exception_ptr failure = life().start().Wait();
  if (!failure) return;
  life().WaitUntilEnded();
  TryJoin();
  std::rethrow_exception(failure);
}

void ThreadDriver::Main() {
  const CurrentScope current(*this);
  NameThread(name());
  instance().fatal_errors().AllowParking();
  try {
    instance().SetUp();
    RunInstance();
    // The clean-up would wait for the Worker for ever, and keep all other environments from
    // starting and ending.
    if (instance().fatal_errors().has_lost_worker()) {
      instance().fatal_errors().Park(EndReason::kFatalError, "a Worker was lost");
    }
  } catch (...) {
    Refuse();
    life().start().Fail(std::current_exception());
  }
  instance().Free();
  life().SetEnded();
}

void ThreadDriver::RunInstance() {
  const Instance::Entered entered(instance());
  int exit_code = 1;
  try {
    instance().Load();
    instance().WatchBusy();
    instance().jobs().SpinForMore();
    exit_code = node::SpinEventLoop(instance().setup()->env()).FromMaybe(1);
  } catch (...) {
    life().start().Fail(std::current_exception());
  }
  instance().Conclude(exit_code);
}

StopResult ThreadDriver::Stop(std::chrono::milliseconds timeout) {
  StopResult result = instance().stopper().Stop(timeout);
  if (result.ended) TryJoin();
  return result;
}

bool ThreadDriver::TryJoin() {
  if (detail::InForkedChild() || life().phase() != detail::Phase::kEnded) return false;
  if (joinable_.exchange(false)) uv_thread_join(&thread_);
  return true;
}

}  // namespace nodehost::host
