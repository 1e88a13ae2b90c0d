// FreeWorkers: the workers that have just answered a call and so have room for another, which they
// are sent without an offer to all. NATS chooses the workers, by the offers; a place that it has
// given is used for a tenth of a second, so that workers who come, and who have less to do, soon
// get their share.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace nodehost::services::nats {

/// Where a call is made.
struct Place {
  std::string worker;                                ///< The worker's subject; empty: nowhere yet.
  std::string name;                                  ///< What people know it by.
  std::chrono::steady_clock::time_point accepted{};  ///< When it has taken an offer.
};

class FreeWorkers {
 public:
  static constexpr auto kKept = std::chrono::milliseconds(100);

  /// A call has come to its end there.
  void Add(Place place) { places_.push_back(std::move(place)); }

  /// The one that was used last, if there is any.
  std::optional<Place> Take(std::chrono::steady_clock::time_point now) {
    while (!places_.empty()) {
      Place last = std::move(places_.back());
      places_.pop_back();
      if (now - last.accepted <= kKept) return last;
    }
    return std::nullopt;
  }

  /// It has no room, or is gone.
  void Drop(const std::string& worker) {
    std::erase_if(places_, [&](const Place& place) { return place.worker == worker; });
  }

 private:
  std::vector<Place> places_;
};

}  // namespace nodehost::services::nats
