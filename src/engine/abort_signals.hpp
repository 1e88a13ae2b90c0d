// AbortSignals: one environment's JavaScript signals for C++'s, and C++'s for JavaScript's.
#pragma once

#include <v8.h>

#include <cstdint>
#include <functional>
#include <iterator>
#include <list>
#include <memory>
#include <optional>
#include <stop_token>
#include <vector>

#include "host_functions.hpp"
#include "nodehost/abort.hpp"

namespace nodehost::detail {

class Realm;

/// On the JS thread.
class AbortSignals {
 public:
  AbortSignals() = default;
  AbortSignals(const AbortSignals&) = delete;
  AbortSignals& operator=(const AbortSignals&) = delete;

  /// The one AbortSignal of this environment for `signal`, which can be aborted.
  v8::Local<v8::Value> ToJs(Realm& realm, const AbortSignal& signal);

  /// False if `value` is no signal.
  bool FromJs(Realm& realm, v8::Local<v8::Value> value, AbortSignal& result);

  /// Before the isolate goes.
  void Clear() noexcept;

 private:
  enum Function : std::uint8_t { kNewController, kSignalOf, kAbort, kIsSignal, kWatch };
  class FromJavaScript;
  class AbortJob;

  // A signal made here, as long as its C++ source is there: JavaScript may have let go of it and
  // still have listeners on it.
  struct Made {
    AbortSignal signal;
    v8::Global<v8::Value> controller;
    v8::Global<v8::Value> object;
    std::optional<std::stop_callback<std::function<void()>>> on_stop;
  };

  v8::Local<v8::Value> Make(Realm& realm, const AbortSignal& signal);
  void Abort(Realm& realm, const std::stop_token& token);
  void AbortNow(Realm& realm, v8::Local<v8::Value> controller, const AbortSignal& signal);
  v8::Local<v8::Private> Key(v8::Isolate* isolate);

  static constexpr const char* kNames[] = {"newController", "signalOf", "abort", "isSignal",
                                           "watch"};
  HostFunctions<std::size(kNames)> functions_{"first_use/abort_signals.js", kNames};
  v8::Global<v8::Private> key_;
  std::list<Made> made_;
  std::vector<FromJavaScript*> known_;
};

}  // namespace nodehost::detail
