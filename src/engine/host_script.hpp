// HostScripts: runs the JavaScript that the host itself needs, the files of js/. The folder says
// when a file runs:
//
//   start/      before any user code, in the environment and most of them in each of its Workers
//   bridge/     in a library's environment before any user code, in a command's when the host first
//               needs JavaScript
//   first_use/  when a program first uses what they are for
//
// A file is the body of a function (primordials, process, require, options). `primordials` is what
// start/primordials.js has returned: what the files use of JavaScript's globals, taken before user
// code could replace it. `require` is Node's own for the files of start/, and start/builtins.js's
// for the others.
#pragma once

#include <v8.h>

#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace nodehost::detail {

class HostScripts {
 public:
  /// Takes the primordials of `context`: before any user code runs in it. Where that fails, so
  /// does each Run.
  explicit HostScripts(v8::Local<v8::Context> context);
  HostScripts(const HostScripts&) = delete;
  HostScripts& operator=(const HostScripts&) = delete;

  /// Takes Node's require for built-ins, which the files of start/ get from now on: before any user
  /// code.
  void SetRequire(v8::Local<v8::Value> require) { require_.Reset(isolate_, require); }

  /// Takes what the files of bridge/ and first_use/ need of the built-ins as well. False if it
  /// threw.
  [[nodiscard]] bool TakeRequire(v8::Local<v8::Value> require);
  bool has_require() const noexcept { return !builtins_.IsEmpty(); }

  /// Runs the file at `path` in js/, compiled at its first run, and returns what it returns. Empty
  /// if it threw.
  v8::MaybeLocal<v8::Value> Run(std::string_view path, v8::Local<v8::Value> options);

  /// As Run, but a file runs once: later calls return what it returned then.
  v8::MaybeLocal<v8::Value> RunOnce(std::string_view path);

  /// Run as a JavaScript function (path, options), which must only be called while this object
  /// lives. Empty if it could not be made.
  v8::MaybeLocal<v8::Function> RunFunction();

  /// Forgets everything of V8's.
  void Clear() noexcept;

 private:
  v8::MaybeLocal<v8::Function> Compile(std::string_view path);
  static void RunCallback(const v8::FunctionCallbackInfo<v8::Value>& info);

  v8::Isolate* const isolate_;
  v8::Global<v8::Context> context_;
  v8::Global<v8::Value> process_;
  v8::Global<v8::Value> primordials_;
  v8::Global<v8::Value> require_;   // Node's
  v8::Global<v8::Value> builtins_;  // start/builtins.js's
  std::map<std::string, v8::Global<v8::Function>, std::less<>> compiled_;
  std::map<std::string, v8::Global<v8::Value>, std::less<>> returned_;  // by RunOnce
};

}  // namespace nodehost::detail
