// The compiled part of events.hpp.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "nodehost/detail/export.hpp"
#include "nodehost/detail/member.hpp"
#include "nodehost/detail/native.hpp"
#include "nodehost/detail/ref.hpp"
#include "nodehost/detail/reflect.hpp"
#include "nodehost/detail/task_state.hpp"
#include "nodehost/detail/type_info_of.hpp"
#include "nodehost/value.hpp"

namespace nodehost {

class EventEmitter;

namespace detail {

/// An event that C++ emits: its name and its arguments.
class EmittedEventBase {
 public:
  virtual ~EmittedEventBase() = default;
  std::string name;
  const Signature* signature = nullptr;
  const void* const* arguments = nullptr;
};

template <class... A>
class EmittedEvent final : public EmittedEventBase {
 public:
  template <class... P>
  explicit EmittedEvent(std::string_view event, const P&... parameters)
      : EmittedEvent(std::index_sequence_for<A...>(), parameters...) {
    name = event;
  }

 private:
  template <std::size_t... I, class... P>
  explicit EmittedEvent(std::index_sequence<I...>, const P&... parameters)
      : values_(parameters...), pointers_{std::addressof(std::get<I>(values_))..., nullptr} {
    signature = &SignatureOf<void, Stored<A>...>::kValue;
    arguments = pointers_;
  }

  std::tuple<Stored<A>...> values_;
  const void* pointers_[sizeof...(A) + 1];
};

/// The objects that an EventEmitter is, one in an environment. Any thread.
class NODEHOST_API EmitterState {
 public:
  void Emit(const std::shared_ptr<const EmittedEventBase>& event) const;

  /// The object in the environment of `thread`, or empty.
  Ref In(const JsThread* thread) const;
  void Add(Ref object);
  /// The object of one of JavaScript's; throws HostError where there is none.
  Ref One() const;

 private:
  mutable std::mutex mutex_;
  std::vector<Ref> objects_;  // guarded by mutex_
};

/// A C++ listener: the function that JavaScript calls for it.
class NODEHOST_API Listener : public NativeFunction {
 public:
  void Serve(NativeCall& call) final;

 protected:
  /// Reads the arguments and calls.
  virtual void Deliver(NativeCall& call) = 0;
  /// False, and the error is what the call returns, if they do not fit.
  static bool Read(NativeCall& call, const Signature& signature, void* const* values);

 private:
  friend NODEHOST_API void Subscribe(const Ref& source, std::string_view name,
                                     const std::shared_ptr<Listener>& listener);
  friend NODEHOST_API void Unsubscribe(const std::shared_ptr<Listener>& listener) noexcept;

  std::atomic<bool> listening_{true};
  std::string event_;
  Ref stop_;  // a function
};

NODEHOST_API void Subscribe(const Ref& source, std::string_view name,
                            const std::shared_ptr<Listener>& listener);
NODEHOST_API void Unsubscribe(const std::shared_ptr<Listener>& listener) noexcept;

/// `task` points at a Task of `type`, pending and of `state`.
NODEHOST_API void AwaitEvent(const Ref& source, std::string_view name, std::size_t count,
                             const TypeInfo& type, std::shared_ptr<void> task,
                             std::shared_ptr<TaskStateBase> state);

[[noreturn]] NODEHOST_API void ThrowNoSource();

/// The object that the members of an interface were found on.
template <class T>
Ref ReceiverOf(const T& interface) {
  Ref found;
  ForEachField(interface, [&](auto, const auto& field) {
    using Field = std::remove_cvref_t<decltype(field)>;
    if constexpr (kIsMethod<Field> || kIsProperty<Field>) {
      if (!found) found = Field::kOps.member(const_cast<Field*>(std::addressof(field)))->receiver;
    }
  });
  return found;
}

template <class Source>
Ref SourceRef(const Source& source) {
  Ref ref;
  if constexpr (std::is_base_of_v<Value, Source>) {
    ref = source.ref();
  } else if constexpr (std::is_same_v<Source, EventEmitter>) {
    ref = source.state()->One();
  } else {
    static_assert(Reflectable<Source>,
                  "What has events is a Value, an EventEmitter, or a typed interface with a Method "
                  "or Property of the object that emits them.");
    ref = ReceiverOf(source);
  }
  if (!ref) ThrowNoSource();
  return ref;
}

struct EmitterOps {
  std::shared_ptr<EmitterState> (*get)(const void* emitter);
  void (*set)(void* emitter, std::shared_ptr<EmitterState> state);
};

namespace conversions {
extern NODEHOST_API const Conversion kEventEmitter;  // EmitterOps
}  // namespace conversions

template <class E>
struct EmitterOf {
  static constexpr EmitterOps kOps{
      [](const void* emitter) { return static_cast<const E*>(emitter)->state(); },
      [](void* emitter, std::shared_ptr<EmitterState> state) {
        *static_cast<E*>(emitter) = E(std::move(state));
      }};
};
template <>
struct InfoOf<EventEmitter> {
  static constexpr TypeInfo Make();
};

}  // namespace detail
}  // namespace nodehost
