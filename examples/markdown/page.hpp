// What the example needs besides nodehost: a stopwatch, and the head of the page.
#pragma once

#include <chrono>
#include <cstdio>

// Does `step` and prints how long it took.
template <class F>
auto Timed(const char* what, F step) {
  using Clock = std::chrono::steady_clock;
  struct Watch {
    const char* what;
    Clock::time_point start = Clock::now();
    ~Watch() {
      const std::chrono::duration<double, std::milli> took = Clock::now() - start;
      std::printf("%-22s %6.1f ms\n", what, took.count());
    }
  } watch{what};
  return step();
}

// The page up to the end of its style, which the theme of highlight.js completes.
constexpr const char* kHead = R"(<!doctype html>
<meta charset="utf-8"><meta name="viewport" content="width=device-width">
<style>
body { font: 16px/1.6 system-ui, sans-serif; max-width: 54rem; margin: 2rem auto; padding: 0 1rem }
code { font: 14px/1.5 ui-monospace, monospace } :not(pre) > code { background: #f0f2f4 }
pre { background: #f6f8fa; padding: 1rem; overflow-x: auto } .hljs { background: none !important }
table { border-collapse: collapse } td, th { border: 1px solid #d0d7de; padding: .3rem .7rem }
)";
