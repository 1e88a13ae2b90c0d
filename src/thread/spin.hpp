// Spin: looking for what another thread does, for some microseconds, before sleeping until it is
// done. A round trip between two threads that sleep while the other works is little else than
// waking them, and takes longer still where a core has to wake, too.
#pragma once

#include <algorithm>
#include <chrono>
#if defined(__x86_64__) || defined(__i386__)
#include <immintrin.h>
#endif

namespace nodehost::detail {

/// Of one thread, which spins before it sleeps as long as that is not in vain. After each time in
/// vain it sleeps at once in twice as many waits as before: where others need the cores, or waits
/// are long, spinning soon costs next to nothing.
class Spin {
 public:
  using Clock = std::chrono::steady_clock;

  explicit constexpr Spin(std::chrono::microseconds longest) : longest_(longest) {}

  /// Calls `done` until it says true, or for a while; what it said last.
  template <class Done>
  bool Until(const Done& done) {
    if (done()) return true;
    if (left_ > 0) {
      --left_;
      return false;
    }
    if (SeveralCores()) {
      const Clock::time_point end = Clock::now() + longest_;
      do {
        for (int i = 0; i < kLooks; ++i) {
          if (done()) {
            rest_ = kShortestRest;
            return true;
          }
          Pause();
        }
      } while (Clock::now() < end);
    }
    left_ = rest_;
    rest_ = std::min(2 * rest_, kLongestRest);
    return done();
  }

 private:
  static constexpr int kShortestRest = 1;
  static constexpr int kLongestRest = 64;
  static constexpr int kLooks = 8;  // for one at the clock

  // On a single core nothing happens while it spins.
  static bool SeveralCores() noexcept;

  static void Pause() noexcept {
#if defined(__x86_64__) || defined(__i386__)
    _mm_pause();
#elif defined(__aarch64__)
    asm volatile("isb");  // as long as a pause of x86, which yield is not
#endif
  }

  const std::chrono::microseconds longest_;
  int rest_ = kShortestRest;  // in how many waits it sleeps at once after the next time in vain
  int left_ = 0;              // of those
};

/// A place among the threads of the process that spin while they wait for another's work. There is
/// one fewer than cores: they leave one to the work.
class SpinPlace {
 public:
  SpinPlace() noexcept;
  ~SpinPlace();
  SpinPlace(const SpinPlace&) = delete;
  SpinPlace& operator=(const SpinPlace&) = delete;

  /// False if all are taken.
  explicit operator bool() const noexcept { return taken_; }

 private:
  const bool taken_;
};

}  // namespace nodehost::detail
