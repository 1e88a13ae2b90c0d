// BridgeFunctions: the functions of js/bridge/bridge.js, one set for each environment.
#pragma once

#include <v8.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace nodehost::detail {

class Realm;

enum class Bridge : std::uint8_t {
  kLoad,
  kPromiseOf,
  kHolder,
  kCallable,
  kEvaluate,
  kDescribeError,
  kMakeError,
  kSystemError,
  kErrnoOf,
  kReport,
  kDrain,
  kSettle,
  kAliveResources,
  kAddModule,
  kAddText,
  kCount
};

/// On the JS thread, in a handle scope.
class BridgeFunctions {
 public:
  explicit BridgeFunctions(Realm& realm) noexcept : realm_(realm) {}
  BridgeFunctions(const BridgeFunctions&) = delete;
  BridgeFunctions& operator=(const BridgeFunctions&) = delete;

  /// What js/bridge/bridge.js gets as `options`; before it is loaded.
  void SetOptions(v8::Local<v8::Object> options);

  /// Loads js/bridge/bridge.js, after TakeRequire. Without it the bridge is loaded when the first
  /// of its functions is used. Throws JsError.
  void Load();

  /// Throws HostError if the bridge cannot be loaded.
  v8::Local<v8::Function> Find(Bridge function);

  /// Empty if the function threw. Throws what Find throws.
  v8::MaybeLocal<v8::Value> Call(Bridge function, std::span<v8::Local<v8::Value>> arguments);

  /// Runs nextTicks and microtasks now.
  void RunTicks();

  /// Before the isolate goes.
  void Clear() noexcept;

 private:
  v8::Local<v8::Object> OptionsWithUse();

  Realm& realm_;
  v8::Global<v8::Object> options_;
  std::array<v8::Global<v8::Function>, static_cast<std::size_t>(Bridge::kCount)> functions_;
  bool loads_ = false;
};

}  // namespace nodehost::detail
