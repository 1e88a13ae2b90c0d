// Events: C++ listens to JavaScript's EventEmitters and EventTargets, from any thread; and an
// EventEmitter that C++ holds, whose Emit may be called on any thread.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "nodehost/convert.hpp"
#include "nodehost/detail/event_info.hpp"
#include "nodehost/detail/export.hpp"
#include "nodehost/detail/native.hpp"
#include "nodehost/task.hpp"

namespace nodehost {

/// An EventEmitter that may be used on any thread: one of JavaScript's, as a result, a field or an
/// argument (an EventTarget is one, too, to listen to); or a default-constructed one of C++'s,
/// which is a real EventEmitter in each environment it is handed to, and always the same one there.
/// Copies are the same emitter.
///
///     nh::EventEmitter progress;
///     node.AddModule("app:progress", Progress{.events = progress});
///     progress.Emit("done", 3, "files");                          // any thread
class EventEmitter {
 public:
  EventEmitter() : state_(std::make_shared<detail::EmitterState>()) {}

  /// `emitter.emit(name, ...arguments)` in each environment that has it. On its JS thread at once,
  /// and it throws what a listener throws; on another it is queued, does not wait, and what a
  /// listener throws is an uncaught error of the environment. Without listeners, and after the end
  /// of an environment, nothing happens there.
  template <class... A>
  void Emit(std::string_view name, const A&... arguments) const {
    using Event = detail::EmittedEvent<std::decay_t<const A>...>;
    state_->Emit(std::make_shared<Event>(name, arguments...));
  }

  /// For the library's own templates.
  const std::shared_ptr<detail::EmitterState>& state() const noexcept { return state_; }
  explicit EventEmitter(std::shared_ptr<detail::EmitterState> state) noexcept
      : state_(std::move(state)) {}

 private:
  std::shared_ptr<detail::EmitterState> state_;
};

constexpr detail::TypeInfo detail::InfoOf<EventEmitter>::Make() {
  return MakeInfo<EventEmitter>(conversions::kEventEmitter, &EmitterOf<EventEmitter>::kOps);
}

/// A listener that is there as long as this object is. Move it, and destroy it, on any thread, also
/// after the environment's end. When it is gone, no call of the listener begins any more; one may
/// be under way on the JS thread.
class [[nodiscard]] Subscription {
 public:
  Subscription() noexcept = default;
  Subscription(Subscription&&) noexcept = default;
  Subscription& operator=(Subscription&& other) noexcept {
    Subscription taken(std::move(other));
    std::swap(state_, taken.state_);
    return *this;
  }
  ~Subscription() { Cancel(); }

  /// Stops listening now.
  void Cancel() noexcept {
    if (const auto state = std::exchange(state_, nullptr)) detail::Unsubscribe(state);
  }

  explicit operator bool() const noexcept { return state_ != nullptr; }

 private:
  template <class... A, class Source, class F>
  friend Subscription On(const Source& source, std::string_view name, F function);
  explicit Subscription(std::shared_ptr<detail::Listener> state) noexcept
      : state_(std::move(state)) {}

  std::shared_ptr<detail::Listener> state_;
};

namespace detail {

/// What calls `F` with the arguments of an event.
template <class F, class... A>
class ListenerOf final : public Listener {
 public:
  explicit ListenerOf(F function) : function_(std::move(function)) {}

 private:
  void Deliver(NativeCall& call) override {
    std::tuple<Stored<A>...> values{};
    std::apply(
        [&](auto&... stored) {
          void* const pointers[] = {std::addressof(stored)..., nullptr};
          if (Read(call, SignatureOf<void, Stored<A>...>::kValue, pointers)) {
            function_(Lend<A>(stored)...);
          }
        },
        values);
  }

  F function_;
};

/// The result of Once: of no arguments, one, or several.
template <class... A>
struct OnceResult {
  using Type = std::tuple<A...>;
  static Task<Type> Of(Task<std::tuple<A...>> all) { return all; }
};
template <>
struct OnceResult<> {
  using Type = void;
  static Task<void> Of(Task<std::tuple<>> all) { co_await all; }
};
template <class A>
struct OnceResult<A> {
  using Type = A;
  static Task<A> Of(Task<std::tuple<A>> all) {
    std::tuple<A> one = co_await all;
    co_return std::get<0>(std::move(one));
  }
};

}  // namespace detail

/// Calls `function` on the JS thread for each event `name` of `source`, with its arguments as the
/// types A, until the Subscription goes.
///
///     nh::Subscription s = nh::On<std::string, std::string>(watcher, "all", f);
///
/// `source` is an EventEmitter or EventTarget: a Value, an `nh::EventEmitter`, or a typed interface
/// with a Method or Property of it. On any thread, where it waits for the JS thread; a Value on its
/// own only. An argument that is missing is an empty std::optional, Value or AbortSignal. An event
/// whose arguments do not fit does not get to `function`: it is an 'error' event of the emitter
/// where there are listeners for that, else a warning of the process. What `function` throws is
/// thrown into `emit`. Throws what `source.on` throws, and `EnvironmentStopped`.
template <class... A, class Source, class F>
Subscription On(const Source& source, std::string_view name, F function) {
  static_assert(std::is_invocable_v<F&, A...>,
                "On<A...>(source, name, function): function takes the arguments A");
  static_assert(detail::CheckParameters<A...>());
  auto listener = std::make_shared<detail::ListenerOf<F, A...>>(std::move(function));
  detail::Subscribe(detail::SourceRef(source), name, listener);
  return Subscription(std::move(listener));
}

/// The arguments of the next event `name`: one by itself, more as a std::tuple, none as void. An
/// 'error' event of the emitter before that is the failure of the Task, as with Node's
/// `events.once`. On any thread; it does not wait.
template <class... A, class Source>
Task<typename detail::OnceResult<A...>::Type> Once(const Source& source, std::string_view name) {
  using All = std::tuple<A...>;
  Task<All> task(detail::MakePooled<detail::TaskState<All>>());
  task.state()->set_vacant();
  detail::AwaitEvent(detail::SourceRef(source), name, sizeof...(A), detail::kTypeInfo<Task<All>>,
                     std::make_shared<Task<All>>(task), task.state());
  return detail::OnceResult<A...>::Of(std::move(task));
}

}  // namespace nodehost
