// Date: a JavaScript Date inside Run.
#pragma once

#include <string>

#include "nodehost/detail/chrono.hpp"
#include "nodehost/errors.hpp"
#include "nodehost/object.hpp"

namespace nodehost {

/// A point in time, to the millisecond, or none ("Invalid Date").
class Date : public Object {
 public:
  using Object::Object;
  using TimePoint = std::chrono::system_clock::time_point;
  static constexpr auto kClass = detail::ValueClass::kDate;

  /// `new Date(milliseconds)`, since 1970-01-01 UTC. NaN, and what is more than 100,000,000 days
  /// away from then, makes an invalid date.
  static Date New(Js& js, double milliseconds) {
    return detail::DoIn<Date>(Op::kNewDate, js, milliseconds);
  }
  /// What is finer than a millisecond is cut off, towards the past.
  static Date New(Js& js, TimePoint time) {
    const auto since = std::chrono::floor<std::chrono::milliseconds>(time.time_since_epoch());
    return New(js, static_cast<double>(since.count()));
  }

  /// `date.getTime()`: milliseconds since 1970-01-01 UTC, NaN if it is invalid.
  double milliseconds() const { return detail::DateTime(ref()); }
  bool IsValid() const {
    const double since = milliseconds();
    return since == since;  // not NaN
  }

  /// Throws a RangeError if the date is invalid or beyond what the clock can hold (292 years from
  /// 1970, for one that counts nanoseconds).
  TimePoint time() const {
    using Limit = std::chrono::duration<double, std::milli>;
    const double since = milliseconds();
    constexpr double kLimit = Limit(TimePoint::duration::max()).count();
    if (!(since > -kLimit && since < kLimit)) {
      throw JsError(JsErrorData{
          .name = "RangeError",
          .message = since == since ? "The date is beyond the system clock" : "Invalid Date"});
    }
    return TimePoint(std::chrono::milliseconds(static_cast<std::int64_t>(since)));
  }

  /// "2024-02-29T12:00:00.000Z"; a RangeError if it is invalid.
  std::string ToIsoString() const { return Get<std::string>(Op::kToIsoString); }
};

}  // namespace nodehost
