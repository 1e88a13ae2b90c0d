// InspectorPort: the port on which a service in this process can be debugged. One environment has
// it at a time; a debugger that connects again after a restart finds the newest one there.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

#include "host/pool_state.hpp"
#include "nodehost/js.hpp"

namespace nodehost::services {

/// Any thread. It does not keep the environments alive.
class InspectorPort : public std::enable_shared_from_this<InspectorPort> {
 public:
  using Member = std::shared_ptr<detail::PoolMember>;

  /// A port of 0 is a free one, and stays the same from the first `Open` on.
  InspectorPort(int port, std::function<void(std::string_view)> on_output)
      : on_output_(std::move(on_output)), port_(port) {}

  /// Opens the inspector of the first environment. Throws what prevents it.
  void Open(const Member& member);

  /// Has `member` have the inspector when the environment that has it lets go: one that runs
  /// JavaScript, or that a debugger has paused, does so later. Does not wait for that. A failure is
  /// told to the output's handler.
  void MoveTo(const Member& member);

  /// Whether the environment that had it has ended, and no other is to have it.
  bool is_lost();

 private:
  void OpenNext(int attempt);
  void TryOpen(Js& js, const Member& member, int port, int attempt);
  void Opened(const Member& member);
  void Keep(const Member& member, const std::string& url);  // with mutex_ held
  void Report(const std::string& text);

  const std::function<void(std::string_view)> on_output_;
  std::mutex mutex_;
  // Guarded by mutex_.
  int port_;
  std::weak_ptr<detail::PoolMember> holder_;
  std::weak_ptr<detail::PoolMember> next_;
  bool moving_ = false;
};

}  // namespace nodehost::services
