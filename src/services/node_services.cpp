#include "nodehost/node_services.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <filesystem>
#include <utility>
#include <vector>

#include "control_environment.hpp"
#include "nodehost/function.hpp"
#include "service_scripts.hpp"
#include "services_state.hpp"
#include "thread/timeout.hpp"

namespace nodehost {

namespace detail {

namespace {

std::string Where(const Invocation& invocation) {
  return invocation.begun() ? fmt::format("; it runs in {}", invocation.instance())
                            : std::string("; no instance has begun it");
}

}  // namespace

ServicesState::ServicesState(NodejsPlatform& platform, NodeServicesOptions options)
    : platform_(platform), options_(std::move(options)), model_(options_.hosting) {
  std::error_code error;
  const auto directory = std::filesystem::canonical(options_.project_dir, error);
  if (error || !std::filesystem::is_directory(directory)) {
    throw HostError(fmt::format(
        "NodeServicesOptions::project_dir is \"{}\", which is no directory. It must be the one "
        "that the modules are in.",
        options_.project_dir));
  }
  if (options_.instances == 0) {
    throw HostError("NodeServicesOptions::instances is 0; it must be 1 or more.");
  }
  options_.project_dir = directory.string();
  if (!model_) model_ = InProcess();
}

void ServicesState::Start() {
  model_->Start({.platform = platform_,
                 .project_dir = options_.project_dir,
                 .env = options_.env,
                 .instances = options_.instances,
                 .on_output = options_.on_output,
                 .debug_port = options_.debug_port,
                 .launch_timeout = options_.launch_timeout});
  if (!options_.watched_extensions.empty()) Watch();
}

void ServicesState::Watch() {
  watcher_.emplace(services::NewControlEnvironment(platform_));
  watcher_->Run([this](Js& js) {
    const std::function<void()> changed = [this] { Restart(); };
    services::RunScript(js, "watch", Object::New(js))
        .Call("watchFiles", options_.project_dir, options_.watched_extensions, changed);
  });
}

void ServicesState::Send(const std::shared_ptr<Invocation>& invocation,
                         const InvokeOptions& options) {
  const std::uint64_t id = invocation->id();
  if (options.stop.stop_requested()) {
    GiveUp(*invocation);
    return;
  }
  const auto deadline = TimeAfter(options.timeout.value_or(options_.invocation_timeout));
  invocation->set_deadline(deadline);
  invocation->OnSettled([weak = weak_from_this(), id] {
    if (const auto self = weak.lock()) self->Settled(id);
  });
  {
    const std::lock_guard lock(mutex_);
    if (stopped_) {
      throw InstanceEnded(
          fmt::format("NodeServices has stopped; {} was not called.", invocation->name()), false);
    }
    pending_.emplace(
        id, Pending{invocation, deadlines_.emplace(deadline, id), CancelAt(options.stop, id)});
    if (deadline < armed_) ArmTimer(deadline);
  }
  try {
    model_->Invoke(invocation);
  } catch (...) {
    invocation->Fail(std::current_exception());
  }
}

void ServicesState::Settled(std::uint64_t id) {
  std::unique_ptr<StopCallback> stop;  // goes when the lock has gone
  const std::lock_guard lock(mutex_);
  const auto found = pending_.find(id);
  if (found == pending_.end()) return;
  deadlines_.erase(found->second.deadline);
  stop = std::move(found->second.stop);
  pending_.erase(found);
  if (pending_.empty()) changed_.notify_all();
}

void ServicesState::ArmTimer(Clock::time_point when) {
  armed_ = when;
  CallAt(when, [weak = weak_from_this(), when] {
    if (const auto self = weak.lock()) self->OnTimer(when);
  });
}

void ServicesState::OnTimer(Clock::time_point when) {
  std::vector<std::shared_ptr<Invocation>> late;
  {
    const std::lock_guard lock(mutex_);
    if (stopped_ || when != armed_) return;  // an earlier one was set meanwhile
    armed_ = Clock::time_point::max();
    for (const auto& [deadline, id] : deadlines_) {
      if (deadline > when) break;
      if (auto invocation = pending_[id].invocation.lock()) late.push_back(std::move(invocation));
    }
  }
  for (const auto& invocation : late) {
    TimeOut(*invocation);
    model_->Cancel(invocation->id());
  }
  const std::lock_guard lock(mutex_);
  if (!deadlines_.empty() && deadlines_.begin()->first < armed_) {
    ArmTimer(std::max(deadlines_.begin()->first, Clock::now() + std::chrono::milliseconds(1)));
  }
}

void ServicesState::TimeOut(Invocation& invocation) {
  invocation.Fail(std::make_exception_ptr(DeadlineExceeded(
      fmt::format("{} was not done within its timeout{}.", invocation.name(), Where(invocation)),
      invocation.begun())));
}

std::unique_ptr<ServicesState::StopCallback> ServicesState::CancelAt(const std::stop_token& stop,
                                                                     std::uint64_t id) {
  if (!stop.stop_possible()) return nullptr;
  // Not on the thread that says stop, which may hold locks.
  return std::make_unique<StopCallback>(stop, [weak = weak_from_this(), id] {
    CallAt(Clock::now(), [weak, id] {
      if (const auto self = weak.lock()) self->Cancel(id);
    });
  });
}

void ServicesState::Cancel(std::uint64_t id) {
  std::shared_ptr<Invocation> invocation;
  {
    const std::lock_guard lock(mutex_);
    const auto found = pending_.find(id);
    if (stopped_ || found == pending_.end()) return;
    invocation = found->second.invocation.lock();
  }
  if (!invocation || invocation->settled()) return;
  GiveUp(*invocation);
  model_->Cancel(id);
}

void ServicesState::GiveUp(Invocation& invocation) {
  invocation.Fail(std::make_exception_ptr(
      Cancelled(fmt::format("{} was given up{}.", invocation.name(), Where(invocation)),
                invocation.begun())));
}

void ServicesState::Restart() {
  {
    const std::lock_guard lock(mutex_);
    if (stopped_) return;
  }
  model_->Restart();
}

void ServicesState::Stop(std::chrono::milliseconds timeout) {
  const std::lock_guard one_at_a_time(stop_mutex_);
  std::vector<std::shared_ptr<Invocation>> left;
  {
    std::unique_lock lock(mutex_);
    if (std::exchange(stopped_, true)) return;
    changed_.wait_for(lock, timeout, [this] { return pending_.empty(); });
    for (const auto& [id, pending] : pending_) {
      if (auto invocation = pending.invocation.lock()) left.push_back(std::move(invocation));
    }
  }
  if (watcher_) watcher_->Stop(std::chrono::milliseconds(0));
  for (const auto& invocation : left) {
    invocation->Fail(std::make_exception_ptr(
        InstanceEnded(fmt::format("NodeServices was stopped {} it called {}.",
                                  invocation->begun() ? "while" : "before", invocation->name()),
                      invocation->begun())));
  }
  model_->Stop();
}

}  // namespace detail

NodeServices::NodeServices(NodejsPlatform& platform, NodeServicesOptions options)
    : state_(std::make_shared<detail::ServicesState>(platform, std::move(options))) {
  state_->Start();
}

NodeServices::~NodeServices() {
  if (state_) state_->Stop(state_->stop_timeout());
}

void NodeServices::Send(const std::shared_ptr<Invocation>& invocation,
                        const InvokeOptions& options) {
  state_->Send(invocation, options);
}

void NodeServices::Restart() { state_->Restart(); }

void NodeServices::Stop(std::chrono::milliseconds timeout) { state_->Stop(timeout); }

}  // namespace nodehost
