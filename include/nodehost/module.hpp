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

struct ModuleOptions {
  /// Whether the environment's Workers (`worker_threads`), and theirs in turn, find the module,
  /// too: those that start after it was added. Each has it for itself, and is a JS thread of its
  /// own to C++: a factory is called once in each, several threads may call the same C++ function
  /// at a time, and what a Worker has left with C++ throws `EnvironmentStopped` once the Worker has
  /// ended. A Worker that starts in an environment with such modules takes a few milliseconds
  /// longer.
  bool in_workers = false;
};

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
/// It is found by `require`, `import` and `import()` of the environment's main thread, and by
/// option of its Workers; before Node.js 22.15 by `require` alone.
class Module {
 public:
  template <class M>
  requires(!detail::ModuleFactory<M>)
      Module(std::string name, M exports, ModuleOptions options = {})
      : name_(std::move(name)), type_(&detail::kTypeInfo<M>), options_(options) {
    static_assert(std::is_class_v<M>, "nodehost: a module is a struct");
    static_assert(!detail::kHoldsJs<M>,
                  "nodehost: a module goes to several environments, and holds no Value; give a "
                  "function that makes it");
    auto kept = std::make_shared<const M>(std::move(exports));
    make_ = [kept](Js&) -> std::shared_ptr<const void> { return kept; };
  }

  /// A function that makes the struct, called on the JS thread of each environment at the first
  /// import there, and on that of each Worker that has the module.
  template <detail::ModuleFactory F>
  Module(std::string name, F factory, ModuleOptions options = {})
      : name_(std::move(name)),
        type_(&detail::kTypeInfo<std::remove_cvref_t<std::invoke_result_t<F&, Js&>>>),
        options_(options) {
    using M = std::remove_cvref_t<std::invoke_result_t<F&, Js&>>;
    make_ = [factory = std::move(factory)](Js& js) mutable -> std::shared_ptr<const void> {
      return std::make_shared<const M>(factory(js));
    };
  }

  const std::string& name() const noexcept { return name_; }
  bool in_workers() const noexcept { return options_.in_workers; }

  /// For the library itself.
  const detail::TypeInfo& type() const noexcept { return *type_; }
  const std::function<std::shared_ptr<const void>(Js&)>& make() const noexcept { return make_; }

 private:
  std::string name_;
  const detail::TypeInfo* type_;
  ModuleOptions options_;
  std::function<std::shared_ptr<const void>(Js&)> make_;
};

}  // namespace nodehost
