#include <fmt/format.h>

#include <utility>

#include "nodehost/hosting_model.hpp"

namespace nodehost {

namespace {

// `error` with the called function, and the instance that ran it, added.
std::exception_ptr Located(const std::exception_ptr& error, const Invocation& invocation) {
  try {
    std::rethrow_exception(error);
  } catch (const JsError& thrown) {
    JsErrorData data = *thrown.data();
    const std::string instance = thrown.property("instance").value_or(invocation.instance());
    std::erase_if(data.properties, [](const JsErrorProperty& one) {
      return one.name == "instance" || one.name == "module";
    });
    data.properties.push_back({"module", invocation.module(), {}});
    data.properties.push_back({"instance", instance, {}});
    if (!data.stack.empty()) {
      data.stack += fmt::format("\n    at {} (called by NodeServices in {})", invocation.name(),
                                instance.empty() ? "no instance" : instance);
    }
    return std::make_exception_ptr(JsError(std::move(data)));
  } catch (const EnvironmentStopped& stopped) {
    return std::make_exception_ptr(InstanceEnded(
        fmt::format("{} ended {} it called {}. {}",
                    invocation.begun() ? invocation.instance() : "The instance",
                    invocation.begun() ? "while" : "before", invocation.name(), stopped.what()),
        invocation.begun()));
  } catch (...) {
    return error;
  }
}

}  // namespace

Invocation::~Invocation() = default;

std::uint64_t Invocation::NewId() noexcept {
  static std::atomic<std::uint64_t> last{0};
  return last.fetch_add(1, std::memory_order_relaxed) + 1;
}

std::string Invocation::name() const {
  return export_name_.empty() ? module_ : fmt::format("{}#{}", module_, export_name_);
}

bool Invocation::Begin(std::string_view instance) {
  if (settled()) return false;
  {
    const std::lock_guard lock(mutex_);
    instance_ = instance;
  }
  begun_.store(true, std::memory_order_release);
  return true;
}

void Invocation::NotBegun() {
  begun_.store(false, std::memory_order_release);
  const std::lock_guard lock(mutex_);
  instance_.clear();
}

std::string Invocation::instance() const {
  const std::lock_guard lock(mutex_);
  return instance_;
}

void Invocation::Complete(const Value& result) {
  if (!Claim()) return;
  try {
    Deliver(result);
  } catch (...) {
    EndWith(std::current_exception());
    return;
  }
  if (on_settled_) on_settled_();
}

void Invocation::Fail(const std::exception_ptr& error) {
  if (Claim()) EndWith(error);
}

void Invocation::EndWith(const std::exception_ptr& error) noexcept {
  DeliverFailure(Located(error, *this));
  if (on_settled_) on_settled_();
}

}  // namespace nodehost
