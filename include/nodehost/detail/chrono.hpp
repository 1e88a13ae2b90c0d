// Durations and clocks. <chrono> of C++20 brings the text streams along, for calendars and time
// zones, which take longer to compile than most of this library.
#pragma once

#include <ratio>

#if defined(__GLIBCXX__) && __has_include(<bits/chrono.h>)
#include <bits/chrono.h>  // what <chrono> of GCC 12 and later takes durations and clocks from
#else
#include <chrono>
#endif
