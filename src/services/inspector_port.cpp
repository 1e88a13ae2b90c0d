#include "inspector_port.hpp"

#include <fmt/format.h>

#include <charconv>
#include <chrono>
#include <cstdio>
#include <utility>

#include "nodehost/errors.hpp"
#include "nodehost/inspector.hpp"
#include "nodehost/task.hpp"
#include "nodehost/task_combinators.hpp"
#include "thread/js_thread.hpp"

namespace nodehost::services {

namespace {

// The port of an environment that is about to end may not be free at once.
constexpr int kAttempts = 20;
constexpr std::chrono::milliseconds kRetryAfter{100};

// Of "ws://127.0.0.1:9229/cc6e08a6-..."; 0 for what is no such URL.
int PortOf(std::string_view url) {
  const std::string_view from_port = url.substr(url.rfind(':') + 1);
  int port = 0;
  std::from_chars(from_port.data(), from_port.data() + from_port.size(), port);
  return port;
}

}  // namespace

void InspectorPort::Open(const Member& member) {
  const std::string url = OpenInspector(member->environment, {.port = port_});
  const std::lock_guard lock(mutex_);
  Keep(member, url);
}

void InspectorPort::MoveTo(const Member& member) {
  Member holder;
  {
    const std::lock_guard lock(mutex_);
    next_ = member;
    if (std::exchange(moving_, true)) return;
    holder = holder_.lock();
  }
  if (!holder) {
    OpenNext(1);
    return;
  }
  const Task<void> closed = holder->environment.RunAsync([holder](Js&) -> Task<void> {
    CloseInspector(holder->environment);
    co_return;
  });
  closed.state()->OnSettled([self = shared_from_this()] { self->OpenNext(1); });
}

bool InspectorPort::is_lost() {
  const std::lock_guard lock(mutex_);
  if (moving_) return false;
  const Member holder = holder_.lock();
  return !holder || !holder->is_alive();
}

void InspectorPort::OpenNext(int attempt) {
  Member next;
  int port = 0;
  {
    const std::lock_guard lock(mutex_);
    next = next_.lock();
    port = port_;
    holder_.reset();
    if (!next) moving_ = false;
  }
  if (!next) return;
  const Task<void> done = next->environment.RunAsync(
      [self = shared_from_this(), next, port, attempt](Js& js) -> Task<void> {
        self->TryOpen(js, next, port, attempt);
        co_return;
      });
  done.state()->OnSettled([self = shared_from_this(), next, state = done.state().get()] {
    if (state->error()) self->Opened(next);  // it has ended, and has not tried
  });
}

void InspectorPort::TryOpen(Js& js, const Member& member, int port, int attempt) {
  try {
    const std::string url = OpenInspector(member->environment, {.port = port});
    const std::lock_guard lock(mutex_);
    Keep(member, url);
  } catch (const std::exception& error) {
    if (attempt < kAttempts) {
      detail::CallAt(std::chrono::steady_clock::now() + kRetryAfter,
                     [self = shared_from_this(), attempt] { self->OpenNext(attempt + 1); });
      return;
    }
    Report(fmt::format("nodehost: NodeServicesOptions::debug_port: {} {} has no inspector.\n",
                       error.what(), js.thread().name()));
  }
  Opened(member);
}

// The newest may have become another one meanwhile.
void InspectorPort::Opened(const Member& member) {
  Member next;
  {
    const std::lock_guard lock(mutex_);
    moving_ = false;
    next = next_.lock();
    // One that has failed is not asked again, but the next one is.
    holder_ = member;
  }
  if (next && next != member) MoveTo(next);
}

void InspectorPort::Keep(const Member& member, const std::string& url) {
  holder_ = member;
  if (port_ == 0) port_ = PortOf(url);
}

void InspectorPort::Report(const std::string& text) {
  if (on_output_) {
    on_output_(text);
  } else {
    std::fputs(text.c_str(), stderr);
  }
}

}  // namespace nodehost::services
