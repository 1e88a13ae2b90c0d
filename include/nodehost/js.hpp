// Js: the permission to touch JavaScript. Only code that runs on the JS thread is handed one.
#pragma once

#include <cstddef>
#include <string_view>

#include "nodehost/detail/engine.hpp"
#include "nodehost/value.hpp"

namespace nodehost {

class Module;

/// The permission to touch JavaScript. Never store it: it is good for the call it was handed to.
///
/// Its members throw `WrongThread` off the JS thread, `EnvironmentStopped` after its end, and
/// `JsError` for what JavaScript throws.
class Js {
 public:
  /// `globalThis`
  NODEHOST_API Value Global();

  /// Imports `module` as `import` in a file in the environment's `base_dir` would find it, and
  /// where that finds nothing, as `require` would: a package, a package's sub-path, a built-in, a
  /// relative or absolute path, a `file:` URL, JSON, an addon; "globalThis" is the global object.
  /// With `name`, that export of it, looked for on the default export too.
  ///
  /// A module with top-level await is waited for by running the event loop inside this call.
  /// Throws `JsError` with Node's `code` if there is no such module.
  NODEHOST_API Value Import(std::string_view module, std::string_view name = {});

  /// Runs `code` as a script and returns the value of its last expression. `filename` is what stack
  /// traces and debuggers show; `import()` in the code resolves relative to it.
  NODEHOST_API Value Eval(std::string_view code, std::string_view filename = "eval.js");

  /// Gives JavaScript a module of C++'s. Throws `JsError` for a name that is taken.
  NODEHOST_API void AddModule(const Module& module);

  /// How many C++ objects of described classes JavaScript holds; see `Class`.
  NODEHOST_API std::size_t CppObjects() const;

  Js(const Js&) = delete;
  Js& operator=(const Js&) = delete;

  /// The JS thread; for the library's own templates.
  explicit Js(detail::JsThread& thread) noexcept : thread_(thread) {}
  detail::JsThread& thread() const noexcept { return thread_; }

 private:
  detail::JsThread& thread_;
};

}  // namespace nodehost
