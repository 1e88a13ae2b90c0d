// Restarts: how many times each of a subject's services has asked for new instances, as far as this
// worker has heard.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <unordered_map>

namespace nodehost::services::nats {

class Restarts {
 public:
  /// Of the services that are kept; who has been silent for longest is forgotten first. A service
  /// that is still there then costs one restart more.
  static constexpr std::size_t kMostClients = 1024;

  /// Whether `count`, which a message of `client` says, is more than was known.
  bool Note(const std::string& client, std::uint64_t count) {
    const auto [found, is_new] = clients_.try_emplace(client);
    Client& known = found->second;
    known.heard = ++clock_;
    const bool more = count > known.count;
    known.count = std::max(known.count, count);
    if (is_new && clients_.size() > kMostClients) ForgetOldest();
    return more;
  }

  std::size_t size() const noexcept { return clients_.size(); }

 private:
  struct Client {
    std::uint64_t count = 0;
    std::uint64_t heard = 0;
  };

  void ForgetOldest() {
    clients_.erase(std::min_element(clients_.begin(), clients_.end(), [](auto& a, auto& b) {
      return a.second.heard < b.second.heard;
    }));
  }

  std::unordered_map<std::string, Client> clients_;
  std::uint64_t clock_ = 0;
};

}  // namespace nodehost::services::nats
