// LoopTurn: around what a callback of the loop's does with JavaScript, as JobRunner has it for
// jobs.
#pragma once

#include <node.h>
#include <v8.h>

#include <optional>
#include <utility>

#include "engine/catch.hpp"
#include "engine/realm.hpp"

namespace nodehost::services {

class LoopTurn {
 public:
  explicit LoopTurn(detail::Realm& realm)
      : isolate_(realm.isolate()), scope_(isolate_), caught_(std::in_place, &realm) {}
  ~LoopTurn() {
    caught_.reset();
    // Its end runs the nextTicks and microtasks that are left.
    if (has_called_) {
      const node::CallbackScope ticks(isolate_, v8::Object::New(isolate_), {0, 0});
    }
  }
  LoopTurn(const LoopTurn&) = delete;
  LoopTurn& operator=(const LoopTurn&) = delete;

  /// JavaScript that may leave nextTicks and microtasks has been called.
  void set_has_called() noexcept { has_called_ = true; }

 private:
  v8::Isolate* const isolate_;
  const v8::HandleScope scope_;
  std::optional<detail::JobCatch> caught_;
  bool has_called_ = false;
};

}  // namespace nodehost::services
