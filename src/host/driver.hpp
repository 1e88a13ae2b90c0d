// Driver: what an Environment or a PumpedEnvironment hands its calls to: the JS thread, the
// Instance on it, and what takes that through its life.
#pragma once

#include <chrono>
#include <memory>
#include <utility>

#include "instance.hpp"
#include "nodehost/errors.hpp"
#include "nodehost/stop_result.hpp"
#include "thread/js_thread.hpp"

namespace nodehost::host {

class Driver : public detail::JsThread {
 public:
  /// The driver that the JsThread of an environment is. Throws HostError for a Worker's.
  static Driver& Of(detail::JsThread& thread) {
    if (auto* const driver = dynamic_cast<Driver*>(&thread)) return *driver;
    throw HostError("That is the environment's, and was called in a Worker.");
  }

  /// Returns when the environment takes jobs; throws what stopped it.
  virtual void Start() = 0;

  /// See Environment::Stop.
  virtual StopResult Stop(std::chrono::milliseconds timeout) = 0;

  /// Lets go of the thread if it has ended; whether it has. Any thread but this one.
  virtual bool TryJoin() = 0;

  bool SpinUntil(bool (*done)(void*), void* data, OtherJobs others) final {
    return instance_.jobs().SpinUntil(done, data, others);
  }
  void HoldLoop(int by) noexcept final { instance_.jobs().HoldLoop(by); }

  void RunLimited(detail::Job& job, const RunOptions& limits) final {
    instance_.deadlines().Run(job, limits);
  }
  void EnqueueLimited(std::unique_ptr<detail::Job> job, const RunOptions& limits) final {
    instance_.deadlines().Enqueue(std::move(job), limits);
  }

  Instance& instance() noexcept { return instance_; }

 protected:
  /// Throws HostError if the options make no sense.
  Driver(PlatformState& platform, EnvironmentOptions options)
      : JsThread(options.name), instance_(*this, platform, std::move(options)) {}

 private:
  Instance instance_;
};

}  // namespace nodehost::host
