// Constructor: a field of a typed interface that makes instances. For a class and its instances
// seen from C++; Class<T> is for a C++ class seen from JavaScript.
#pragma once

#include <memory>
#include <type_traits>
#include <utility>

#include "nodehost/convert.hpp"
#include "nodehost/detail/holds_js.hpp"
#include "nodehost/detail/member.hpp"
#include "nodehost/detail/native.hpp"
#include "nodehost/detail/parameter.hpp"

namespace nodehost {

/// A JavaScript class as a field, found under the field's name. A call is `new`:
///
///     struct Url { nh::Property<std::string> host; nh::Method<std::string()> toString; };
///     struct UrlModule { nh::Constructor<Url(std::string)> URL; };
///     Url url = node.Import<UrlModule>("node:url").URL("https://example.org");
///
/// `T` is an interface, or data that is read from the new object. Threads and exceptions are as for
/// Method; a C++ function that returns a T may stand in its place, too.
template <class T, class... A>
class Constructor<T(A...)> {
 public:
  Constructor() noexcept { Check(); }

  /// A C++ function that makes a T. An empty one gives an empty Constructor.
  template <class F>
  requires detail::Implements<Constructor, F, T, A...> Constructor(F&& function) {
    Check();
    member_.native = detail::MakeNative<T, A...>(std::forward<F>(function));
  }

  /// `new Class(...arguments)`
  template <class When = Constructor>
  T operator()(detail::Parameter<A, When>... arguments) const {
    if (member_.native) {
      using Native = detail::TypedNative<T, A...>;
      return static_cast<Native&>(*member_.native)
          .Call(std::forward<detail::Parameter<A, When>>(arguments)...);
    }
    const void* const pointers[] = {std::addressof(arguments)..., nullptr};
    T result = detail::MakeBlank<T>();
    detail::InvokeNew(member_, kSignature, pointers, &result);
    return result;
  }

  /// Whether there is something to call.
  explicit operator bool() const noexcept { return member_.function || member_.native; }

 private:
  static detail::Member* MemberOf(void* field) {
    return &static_cast<Constructor*>(field)->member_;
  }

 public:
  /// For the library's own templates.
  static constexpr const detail::Signature& kSignature = detail::SignatureOf<T, A...>::kValue;
  static constexpr detail::MethodOps kOps{&kSignature, &MemberOf};

 private:
  static constexpr void Check() noexcept {
    static_assert(!detail::kHoldsJs<T> && (!detail::kHoldsJs<A> && ...),
                  "A Constructor moves only data, so that any thread may call it. Use "
                  "value.Construct inside Run instead.");
    static_assert(std::is_object_v<T> && !std::is_pointer_v<T>,
                  "A Constructor's result is an interface or data, by value.");
  }

  detail::Member member_;
};

}  // namespace nodehost
