// Time in JavaScript: a point of the system clock is a Date, a duration is a number of
// milliseconds. What C++ counts more coarsely is rounded to the nearest; what it cannot hold, and
// an invalid Date, is a RangeError.
#pragma once

#include <limits>
#include <type_traits>

#include "nodehost/detail/chrono.hpp"
#include "nodehost/detail/export.hpp"
#include "nodehost/detail/type_info_of.hpp"

namespace nodehost::detail {

struct TimeOps {
  double (*get)(const void* time);               ///< in milliseconds
  bool (*set)(void* time, double milliseconds);  ///< false if out of its range
};

namespace conversions {
extern NODEHOST_API const Conversion kDate;      // TimeOps: milliseconds since 1970
extern NODEHOST_API const Conversion kDuration;  // TimeOps: milliseconds
}  // namespace conversions

/// To the nearest integer; of two, to the even one.
NODEHOST_API double Rounded(double number) noexcept;

using Milliseconds = std::chrono::duration<double, std::milli>;

/// False if a D does not hold that many milliseconds.
template <class D>
bool FromMilliseconds(double milliseconds, D& result) {
  using Rep = typename D::rep;
  const double count =
      std::chrono::duration<double, typename D::period>(Milliseconds(milliseconds)).count();
  if constexpr (std::is_floating_point_v<Rep>) {
    if (milliseconds != milliseconds) return false;  // NaN
    result = D(static_cast<Rep>(count));
  } else {
    const double rounded = Rounded(count);
    // The highest is rounded up by the conversion, so it is excluded; NaN is refused too.
    constexpr double kLow = static_cast<double>(std::numeric_limits<Rep>::min());
    constexpr double kHigh = static_cast<double>(std::numeric_limits<Rep>::max());
    if (!(rounded >= kLow && (rounded < kHigh || (sizeof(Rep) < 8 && rounded == kHigh)))) {
      return false;
    }
    result = D(static_cast<Rep>(rounded));
  }
  return true;
}

template <class D>
struct DurationOf {
  static constexpr TimeOps kOps{
      [](const void* time) { return Milliseconds(*static_cast<const D*>(time)).count(); },
      [](void* time, double milliseconds) {
        return FromMilliseconds(milliseconds, *static_cast<D*>(time));
      }};
};

template <class T>
struct TimePointOf {
  static constexpr TimeOps kOps{
      [](const void* time) {
        return Milliseconds(static_cast<const T*>(time)->time_since_epoch()).count();
      },
      [](void* time, double milliseconds) {
        typename T::duration since{};
        if (!FromMilliseconds(milliseconds, since)) return false;
        *static_cast<T*>(time) = T(since);
        return true;
      }};
};

template <class R, class P>
struct InfoOf<std::chrono::duration<R, P>> {
  using Duration = std::chrono::duration<R, P>;
  static constexpr TypeInfo Make() {
    return MakeInfo<Duration>(conversions::kDuration, &DurationOf<Duration>::kOps);
  }
};
template <class D>
struct InfoOf<std::chrono::time_point<std::chrono::system_clock, D>> {
  using TimePoint = std::chrono::time_point<std::chrono::system_clock, D>;
  static constexpr TypeInfo Make() {
    return MakeInfo<TimePoint>(conversions::kDate, &TimePointOf<TimePoint>::kOps);
  }
};

}  // namespace nodehost::detail
