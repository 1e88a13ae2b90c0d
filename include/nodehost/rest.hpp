// Rest<T>: any number of arguments of one type, as the last parameter. For arguments of all types
// there is Arguments.
#pragma once

#include <vector>

#include "nodehost/convert.hpp"

namespace nodehost {

/// As a last parameter, what JavaScript's `...rest` is: all the arguments from there on, each of
/// which must be a T. Of a `Method` of JavaScript's, too, whose function gets them one by one:
///
///     struct Totals { nh::Method<double(nh::Rest<double>)> sum; };
///     Totals{.sum = [](const nh::Rest<double>& numbers) { … }}      // sum(1, 2, 3)
///     max({1, 5, 3});               // nh::Method<double(nh::Rest<double>)> max, of JavaScript's
template <class T>
struct Rest : std::vector<T> {
  using std::vector<T>::vector;
};

template <class T>
struct detail::InfoOf<Rest<T>> {
  static constexpr TypeInfo Make() { return CollectionInfo<Rest<T>>(conversions::kRest); }
};

}  // namespace nodehost
