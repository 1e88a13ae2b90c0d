// Module: a struct of C++ as a module for JavaScript, under a name.
#pragma once

#include <concepts>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>

#include "nodehost/class.hpp"
#include "nodehost/convert.hpp"
#include "nodehost/detail/callable.hpp"
#include "nodehost/detail/holds_js.hpp"
#include "nodehost/js.hpp"

namespace nodehost {

namespace detail {

template <class F>
concept ModuleFactory = std::invocable<F&, Js&>;

}  // namespace detail

/// A struct of `Method`s, `Class`es, `Property`s, data and structs of the same kind, as a module:
///
///     struct Calculator { nh::Method<double(double, double)> add; };
///     node.AddModule({"app:sum", Calculator{.add = [](double a, double b) { return a + b; }}});
///     // JavaScript: import { add } from 'app:sum'; const { add } = require('app:sum');
///
/// The default export, and what `require` returns, is the struct's object; its members are exported
/// by name, with the values that they have at the first import. The object is made when the module
/// is first imported, once in each environment. The name comes before a package's of the same name.
///
/// It is found by `require`, `import` and `import()` of the environment's main thread, not in its
/// Workers; before Node.js 22.15 by `require` alone.
class Module {
 public:
  template <class M>
  requires(!detail::ModuleFactory<M>) Module(std::string name, M exports)
      : name_(std::move(name)), type_(&detail::kTypeInfo<M>) {
    static_assert(std::is_class_v<M>, "nodehost: a module is a struct");
    static_assert(!detail::kHoldsJs<M>,
                  "nodehost: a module goes to several environments, and holds no Value; give a "
                  "function that makes it");
    auto kept = std::make_shared<const M>(std::move(exports));
    make_ = [kept](Js&) -> std::shared_ptr<const void> { return kept; };
  }

  /// A function that makes the struct, called on the JS thread of each environment at the first
  /// import there.
  template <detail::ModuleFactory F>
  Module(std::string name, F factory)
      : name_(std::move(name)),
        type_(&detail::kTypeInfo<std::remove_cvref_t<std::invoke_result_t<F&, Js&>>>) {
    using M = std::remove_cvref_t<std::invoke_result_t<F&, Js&>>;
    make_ = [factory = std::move(factory)](Js& js) mutable -> std::shared_ptr<const void> {
      return std::make_shared<const M>(factory(js));
    };
  }

  const std::string& name() const noexcept { return name_; }

  /// For the library itself.
  const detail::TypeInfo& type() const noexcept { return *type_; }
  const std::function<std::shared_ptr<const void>(Js&)>& make() const noexcept { return make_; }

 private:
  std::string name_;
  const detail::TypeInfo* type_;
  std::function<std::shared_ptr<const void>(Js&)> make_;
};

}  // namespace nodehost
