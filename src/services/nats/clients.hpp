// Clients: what a worker remembers of the services that call it.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <unordered_map>

namespace nodehost::services::nats {

/// All members may be called on any thread.
class Clients {
 public:
  /// Of the services that are kept; who has been silent for longest is forgotten first. A service
  /// that is still there then costs one restart more.
  static constexpr std::size_t kMost = 1024;

  /// Whether `count`, how often `client` says that it has asked for new instances, is more than was
  /// known.
  bool NoteRestarts(const std::string& client, std::uint64_t count) {
    const std::lock_guard lock(mutex_);
    Client& known = Hear(client);
    const bool more = count > known.restarts;
    known.restarts = std::max(known.restarts, count);
    return more;
  }

  /// The call `id` was begun, and is forgotten before the client is known to have its result.
  void NoteDropped(const std::string& client, std::uint64_t id) {
    const std::lock_guard lock(mutex_);
    Client& known = Hear(client);
    known.dropped = std::max(known.dropped, id);
  }

  /// Whether a call that is not known may be one that was dropped: it must not be made again.
  bool MayBeDropped(const std::string& client, std::uint64_t id) const {
    const std::lock_guard lock(mutex_);
    const auto found = clients_.find(client);
    return found != clients_.end() && id <= found->second.dropped;
  }

  std::size_t size() const {
    const std::lock_guard lock(mutex_);
    return clients_.size();
  }

 private:
  struct Client {
    std::uint64_t restarts = 0;
    std::uint64_t dropped = 0;  // the largest of them: ids grow
    std::uint64_t heard = 0;
  };

  Client& Hear(const std::string& client) {
    const auto [found, is_new] = clients_.try_emplace(client);
    found->second.heard = ++clock_;
    if (is_new && clients_.size() > kMost) ForgetOldest();
    return found->second;
  }
  void ForgetOldest() {
    clients_.erase(std::min_element(clients_.begin(), clients_.end(), [](auto& a, auto& b) {
      return a.second.heard < b.second.heard;
    }));
  }

  mutable std::mutex mutex_;
  // Guarded by mutex_.
  std::unordered_map<std::string, Client> clients_;
  std::uint64_t clock_ = 0;
};

}  // namespace nodehost::services::nats
