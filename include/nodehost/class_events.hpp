// What Class<T>::Emits adds: the methods of an EventEmitter, which go on to one that is a member.
#pragma once

#include "nodehost/class.hpp"
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
  static void AddChained(Class<T>& c) {
    c.Method(name.view(), [](T& object, Js& js, const Rest<Value>& arguments) -> T& {
      Value::From(js, object.*Emitter).Call(name.view(), arguments);
      return object;
    });
  }
  /// One that returns a value.
  template <FixedText name>
  static void Add(Class<T>& c) {
    c.Method(name.view(), [](T& object, Js& js, const Rest<Value>& arguments) {
      return Value::From(js, object.*Emitter).Call(name.view(), arguments);
    });
  }

  static void AddTo(Class<T>& c) {
    AddChained<"on">(c);
    AddChained<"once">(c);
    AddChained<"off">(c);
    AddChained<"addListener">(c);
    AddChained<"removeListener">(c);
    AddChained<"removeAllListeners">(c);
    AddChained<"prependListener">(c);
    AddChained<"prependOnceListener">(c);
    Add<"emit">(c);
    Add<"eventNames">(c);
    Add<"listeners">(c);
    Add<"listenerCount">(c);
  }
};

}  // namespace nodehost::detail
