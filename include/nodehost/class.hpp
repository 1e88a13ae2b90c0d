// Class<T>: a C++ class for JavaScript, described once by Describe<T>. For a JavaScript class seen
// from C++ there is Constructor.
#pragma once

#include <concepts>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "nodehost/convert.hpp"
#include "nodehost/detail/bound.hpp"
#include "nodehost/detail/class_info.hpp"
#include "nodehost/detail/class_instance.hpp"
#include "nodehost/detail/native.hpp"
#include "nodehost/detail/type_name.hpp"

namespace nodehost {

namespace detail {

/// class_events.hpp
template <class T, auto Emitter>
struct EmitterMethods;

}  // namespace detail

/// A C++ class in JavaScript. What JavaScript sees of it is described once, next to the class and
/// before anything uses it:
///
///     template <>
///     struct nodehost::Describe<Counter> {
///       static void To(nh::Class<Counter>& c) {
///         c.Constructor<int>().Method<&Counter::Increment>().Property<&Counter::value>();
///       }
///     };
///
/// and given to JavaScript as a field of a struct: `struct Module { nh::Class<::Counter> Counter;
/// }`. There it is a class like any other: `new Counter(1)`, `instanceof`, `class Mine extends
/// Counter`.
///
/// The JavaScript names are the C++ names in camelCase, read off the pointers at compile time; the
/// optional argument is another one. All that is described here runs on the JS thread, where what
/// it throws is an Error, and may have a first parameter `Js&`, which JavaScript does not pass.
///
/// Objects cross by what the C++ type says:
/// - `T&`, `const T&`: the same object, for the time of the call.
/// - `std::shared_ptr<T>`: kept by both sides. The same C++ object is the same JavaScript object
///   for as long as JavaScript can reach it.
/// - `std::unique_ptr<T>`: handed over. JavaScript's object is empty afterwards, and a TypeError to
///   use; refused while C++ holds a std::shared_ptr to it.
/// - `T`: a copy. A raw pointer does not compile.
///
/// JavaScript's share of an object is given up on the JS thread, when the garbage collector finds
/// the JavaScript object unreachable and at the latest when the environment ends.
template <class T>
class Class {
 public:
  /// A field of a struct: the class itself.
  Class() noexcept = default;

  /// `new T(A…)`. Several are overloads: by the number of arguments, then by their types in the
  /// order given here. Without any, JavaScript cannot make objects.
  template <class... A>
  Class& Constructor() {
    static_assert(std::is_constructible_v<T, A...>, "nodehost: T has no such constructor");
    using Making = detail::Making<detail::Types<A...>>;
    info_->constructions.push_back({Making::kSignature, [](detail::NativeCall& call) {
                                      return Making::Make(call, [](auto&&... arguments) {
                                        return detail::MadeOf(
                                            new T(static_cast<decltype(arguments)>(arguments)...));
                                      });
                                    }});
    doc_ = &info_->constructions.back().doc;
    return *this;
  }

  /// A function that makes a `std::shared_ptr<T>` or `std::unique_ptr<T>`, as a constructor.
  template <auto Factory>
  Class& ConstructedBy() {
    using Traits = detail::FunctionTraits<decltype(Factory)>;
    using Making = detail::Making<typename Traits::Arguments>;
    info_->constructions.push_back(
        {Making::kSignature, [](detail::NativeCall& call) {
           return Making::Make(call, [](auto&&... arguments) {
             return MadeBy(Factory(static_cast<decltype(arguments)>(arguments)...));
           });
         }});
    doc_ = &info_->constructions.back().doc;
    return *this;
  }

  /// `super(A…)` of a JavaScript class that extends this one makes an Extended, which derives from
  /// T and from Overridable: its virtual functions are JavaScript's. Several are overloads. A class
  /// with this alone is abstract: `new T()` is a TypeError. overridable.hpp
  template <class Extended, class... A>
  Class& ExtendedAs() {
    static_assert(std::is_base_of_v<T, Extended> && std::has_virtual_destructor_v<T>,
                  "nodehost: ExtendedAs: Extended derives from T, which has a virtual destructor");
    static_assert(std::is_base_of_v<Overridable, Extended>,
                  "nodehost: ExtendedAs: Extended derives from nodehost::Overridable, too");
    static_assert(std::is_constructible_v<Extended, A...>,
                  "nodehost: ExtendedAs: Extended has no such constructor");
    using Making = detail::Making<detail::Types<A...>>;
    info_->extensions.push_back({Making::kSignature, [](detail::NativeCall& call) {
                                   return Making::Make(call, [](auto&&... arguments) {
                                     auto* const made = new Extended(
                                         static_cast<decltype(arguments)>(arguments)...);
                                     detail::Made object = detail::MadeOf<T>(made);
                                     object.link = made->link().get();
                                     return object;
                                   });
                                 }});
    doc_ = &info_->extensions.back().doc;
    return *this;
  }

  /// A member function, or a function whose first parameter is a `T&`. A second of the same name is
  /// an overload. `toString`, `toJSON` and `[Symbol.iterator]` are methods: the name
  /// "Symbol.dispose" is that symbol. May be a Leaf.
  template <auto Function>
  Class& Method(std::string_view name = {}) {
    Add(name, detail::NameOfPointer<Function>(), false, detail::MethodOf<T, Function>::Make());
    return *this;
  }
  /// A lambda that captures nothing, whose first parameter is a `T&`.
  template <detail::Stateless F>
  Class& Method(std::string_view name, F) {
    Add(name, {}, false, detail::LambdaMethodOf<T, F>::Make());
    return *this;
  }
  template <auto Function>
  Class& StaticMethod(std::string_view name = {}) {
    Add(name, detail::NameOfPointer<Function>(), true, detail::StaticOf<Function>());
    return *this;
  }

  /// A data member, read-only if it is const; or a member function that returns the value, as a
  /// read-only property. `GetName` is the property `name`.
  template <auto Member>
  Class& Property(std::string_view name = {}) {
    if constexpr (std::is_member_object_pointer_v<decltype(Member)>) {
      using V = std::remove_reference_t<decltype(std::declval<T&>().*Member)>;
      using Variable = detail::VariableBinding<V, T, Member>;
      AddPair<Member>(name, false, Variable::Get(), Variable::Set());
    } else {
      AddPair<Member>(name, false, detail::MethodOf<T, Member>::Make(), {});
    }
    return *this;
  }
  /// A pair of member functions that read and write it.
  template <auto Get, auto Set>
  Class& Property(std::string_view name = {}) {
    AddPair<Get>(name, false, detail::MethodOf<T, Get>::Make(), detail::MethodOf<T, Set>::Make());
    return *this;
  }
  /// A variable or a function that returns the value, as a property of the class.
  template <auto Variable>
  Class& StaticProperty(std::string_view name = {}) {
    using Pointed = std::remove_pointer_t<decltype(Variable)>;
    if constexpr (std::is_function_v<Pointed>) {
      AddPair<Variable>(name, true, detail::StaticOf<Variable>(), {});
    } else {
      using Binding = detail::VariableBinding<Pointed, void, Variable>;
      AddPair<Variable>(name, true, Binding::Get(), Binding::Set());
    }
    return *this;
  }
  template <auto Get, auto Set>
  Class& StaticProperty(std::string_view name = {}) {
    AddPair<Get>(name, true, detail::StaticOf<Get>(), detail::StaticOf<Set>());
    return *this;
  }

  /// A value of the class that never changes, converted once in each environment.
  template <class V>
  Class& Constant(std::string_view name, V value) {
    info_->constants.push_back({std::string(name), &detail::kTypeInfo<std::decay_t<V>>,
                                std::make_shared<const std::decay_t<V>>(std::move(value))});
    doc_ = &info_->constants.back().doc;
    return *this;
  }

  /// `for (const item of object)`, over what begin() and end() go over, as it is when the loop
  /// begins.
  Class& Iterable() {
    using Item = std::remove_cvref_t<decltype(*std::begin(std::declval<T&>()))>;
    using List = std::vector<Item>;
    Add("Symbol.iterator", {}, false,
        {&detail::SignatureOf<List>::kValue, [](detail::NativeCall& call, void* self) {
           T& object = *static_cast<T*>(self);
           const List list(std::begin(object), std::end(object));
           detail::ReturnIterator(call, detail::kTypeInfo<List>, std::addressof(list));
         }});
    return *this;
  }

  /// Makes the objects EventEmitters, of which the data member `Emitter`, an `nh::EventEmitter`, is
  /// the C++ side: `on`, `once`, `off`, `emit` and the like are methods of the class, and what
  /// `object.events.Emit(…)` emits on any thread gets to their listeners. `this` of a listener is
  /// the emitter, not the object.
  ///
  /// Listeners stay as long as the C++ object, which may emit when JavaScript has forgotten it. A
  /// listener that refers to the object is thus a ring that the garbage collector does not see
  /// through: the object lives until that listener is removed (`once`, `off`,
  /// `removeAllListeners`) or the environment ends.
  template <auto Emitter>
  Class& Emits() {
    detail::EmitterMethods<T, Emitter>::AddTo(*this);
    return *this;
  }

  /// An event of a class with `Emits`, and the types of its arguments, for TypeScript:
  ///
  ///     c.Emits<&Download::events>().Event<double>("added").Event<>("end");
  ///
  /// TypeScript takes every event of a class of which none is described, and only those that are
  /// described of the others. What C++ emits is not checked.
  template <class... A>
  Class& Event(std::string_view name) {
    info_->events.push_back(
        {std::string(name), &detail::SignatureOf<void, std::remove_cvref_t<A>...>::kValue});
    doc_ = &info_->events.back().doc;
    return *this;
  }

  /// What TypeScript says about what was described last; about the class, if that is nothing yet.
  Class& Doc(std::string_view text) {
    *(doc_ ? doc_ : &info_->doc) = std::string(text);
    return *this;
  }

  /// Derives from the described class B, in JavaScript as in C++.
  template <class B>
  requires std::derived_from<T, B> && detail::Described<B> Class& Base() {
    info_->base = &detail::ClassInfoOf<B>();
    info_->upcast = [](void* object) -> void* { return static_cast<B*>(static_cast<T*>(object)); };
    return *this;
  }

  /// The name in JavaScript; the C++ name otherwise.
  Class& Name(std::string_view name) {
    info_->name = std::string(name);
    return *this;
  }

  /// A member function that says how many bytes an object holds beside its own `sizeof`. Asked
  /// once, when JavaScript gets the object, for the garbage collector to reckon with.
  template <auto Bytes>
  Class& ExternalBytes() {
    info_->external_bytes = [](const void* object) {
      return static_cast<std::size_t>((static_cast<const T*>(object)->*Bytes)());
    };
    return *this;
  }

  /// For the library's own templates.
  explicit Class(detail::ClassInfo& info) noexcept : info_(&info) {}
  static constexpr detail::ClassOps kOps{&detail::ClassInfoOf<T>};

 private:
  template <class U, auto Emitter>
  friend struct detail::EmitterMethods;

  static detail::Made MadeBy(std::shared_ptr<T> made) { return {{}, std::move(made), nullptr}; }
  static detail::Made MadeBy(std::unique_ptr<T> made) {
    return made ? detail::MadeOf(made.release()) : detail::Made();
  }

  void Add(std::string_view given, std::string_view found, bool is_static,
           detail::Overload overload) {
    doc_ =
        &detail::AddOverload(*info_, given.empty() ? detail::CamelCase(found) : std::string(given),
                             is_static, std::move(overload));
  }
  template <auto Pointer>
  void AddPair(std::string_view given, bool is_static, detail::Overload&& get,
               detail::Overload&& set) {
    doc_ = &detail::AddProperty(
        *info_,
        given.empty() ? detail::PropertyName(detail::NameOfPointer<Pointer>()) : std::string(given),
        is_static, std::move(get), std::move(set));
  }

  detail::ClassInfo* info_ = nullptr;
  std::string* doc_ = nullptr;  // of what was described last
};

namespace detail {

template <class T>
const ClassInfo& ClassInfoOf() {
  static_assert(!std::is_destructible_v<T> || std::is_nothrow_destructible_v<T>,
                "nodehost: the destructor of a class for JavaScript throws nothing: the garbage "
                "collector calls it, and nobody is there to catch");
  // Never destroyed: JavaScript may use it at the end of the process.
  static const ClassInfo* const info = [] {
    auto made = std::make_unique<ClassInfo>();
    made->name = std::string(TypeName<T>());
    made->size = sizeof(T);
    made->virtual_destructor = std::has_virtual_destructor_v<T>;
    Class<T> description(*made);
    Describe<T>::To(description);
#if defined(__cpp_rtti)
    RegisterClass(*made, &typeid(T));
#else
    RegisterClass(*made, nullptr);
#endif
    known_class<T>.store(made.get(), std::memory_order_release);
    return made.release();
  }();
  return *info;
}

}  // namespace detail
}  // namespace nodehost
