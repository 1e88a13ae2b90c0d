// TypeScript: the declarations (.d.ts) of a module that C++ gives to JavaScript.
#pragma once

#include <string>
#include <string_view>
#include <type_traits>

#include "nodehost/convert.hpp"
#include "nodehost/detail/export.hpp"
#include "nodehost/module.hpp"

namespace nodehost {

namespace detail {

/// `module` is a struct or an interface.
NODEHOST_API std::string TypeScriptOf(const TypeInfo& module, std::string_view name);

}  // namespace detail

/// The TypeScript declarations of the module struct M, with all structs and classes that it names.
/// With `name` they are those of a module of that name, for a file that a program includes:
///
///     std::ofstream("counter.d.ts") << nh::TypeScript<CounterModule>("app:counter");
///
/// Without, they are the contents of a `.d.ts` beside a module. Comments are what `Class::Doc` and
/// the attribute `Doc` of a field say. What is Node's and not the language's, as streams and
/// EventEmitters are, is imported where it is named and needs @types/node. Needs no environment;
/// any thread. Throws HostError where TypeScript cannot say it: two types of one name, a class that
/// derives from one that is not in the module, or one with an `Event` that does not emit.
template <class M>
std::string TypeScript(std::string_view name = {}) {
  static_assert(std::is_class_v<M> && detail::Reflectable<M>, "nodehost: a module is a struct");
  return detail::TypeScriptOf(detail::kTypeInfo<M>, name);
}

}  // namespace nodehost
