// What Class<T>::Emits adds: the methods of an EventEmitter, which go on to one that is a member.
#pragma once

#include <string_view>
#include <utility>

#include "nodehost/class.hpp"
#include "nodehost/detail/bound.hpp"
#include "nodehost/detail/fixed_text.hpp"
#include "nodehost/events.hpp"
#include "nodehost/js.hpp"
#include "nodehost/rest.hpp"
#include "nodehost/value.hpp"

namespace nodehost::detail {

template <class T, auto Emitter>
struct EmitterMethods {
  /// One that returns the object.
  template <FixedText name>
  static void AddChained(Class<T>& c, std::string_view typescript) {
    AddAs(c, name.view(), typescript, [](T& object, Js& js, const Rest<Value>& arguments) -> T& {
      Value::From(js, object.*Emitter).Call(name.view(), arguments);
      return object;
    });
  }
  /// One that returns a value.
  template <FixedText name>
  static void Add(Class<T>& c, std::string_view typescript) {
    AddAs(c, name.view(), typescript, [](T& object, Js& js, const Rest<Value>& arguments) {
      return Value::From(js, object.*Emitter).Call(name.view(), arguments);
    });
  }

  static void AddTo(Class<T>& c) {
    constexpr std::string_view kListen = "(event: {event}, listener: {listener}): this";
    constexpr std::string_view kListeners = "(event: string | symbol): Function[]";
    AddChained<"on">(c, kListen);
    AddChained<"once">(c, kListen);
    AddChained<"off">(c, kListen);
    AddChained<"addListener">(c, kListen);
    AddChained<"removeListener">(c, kListen);
    AddChained<"removeAllListeners">(c, "(event?: string | symbol): this");
    AddChained<"prependListener">(c, kListen);
    AddChained<"prependOnceListener">(c, kListen);
    AddChained<"setMaxListeners">(c, "(count: number): this");
    Add<"emit">(c, "(event: {event}{arguments}): boolean");
    Add<"eventNames">(c, "(): (string | symbol)[]");
    Add<"listeners">(c, kListeners);
    Add<"rawListeners">(c, kListeners);
    Add<"listenerCount">(c, "(event: string | symbol, listener?: Function): number");
    Add<"getMaxListeners">(c, "(): number");
  }

 private:
  template <class F>
  static void AddAs(Class<T>& c, std::string_view name, std::string_view typescript, F) {
    Overload overload = LambdaMethodOf<T, F>::Make();
    overload.typescript = typescript;
    c.Add(name, {}, false, std::move(overload));
  }
};

}  // namespace nodehost::detail
