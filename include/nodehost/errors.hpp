// The exceptions libnodehost throws. `JsError` is what JavaScript threw; the `HostError` family is
// what the host itself refuses. Any thread may catch, copy and keep them, for longer than the
// environment they came from.
#pragma once

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "nodehost/detail/export.hpp"
#include "nodehost/end_reason.hpp"

namespace nodehost {

/// The base of everything the host itself refuses; `what()` is one sentence that says what was
/// wrong and what would be right.
class HostError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Node.js could not be started in this process, or the options for it were refused; `what()`
/// holds Node's own text.
class PlatformError : public HostError {
 public:
  explicit PlatformError(const std::string& text, int exit_code = 1)
      : HostError(text), exit_code_(exit_code) {}

  /// What the `node` program would have exited with: 9 for a bad option, 0 after `--version`.
  int exit_code() const noexcept { return exit_code_; }

 private:
  int exit_code_;
};

/// JavaScript was touched from a thread that is not its own.
class WrongThread : public HostError {
 public:
  using HostError::HostError;
};

/// The environment has stopped or is stopping, so the call was not made.
class EnvironmentStopped : public HostError {
 public:
  EnvironmentStopped(const std::string& text, std::optional<int> exit_code,
                     EndReason reason = EndReason::kNone)
      : HostError(text), exit_code_(exit_code), reason_(reason) {}

  /// The exit code, if the environment has ended on its own: by `process.exit`, by an uncaught
  /// error, or by running out of work.
  std::optional<int> exit_code() const noexcept { return exit_code_; }

  /// Why the environment ended; `kNone` if it was only about to end.
  EndReason reason() const noexcept { return reason_; }

 private:
  std::optional<int> exit_code_;
  EndReason reason_;
};

/// A job was not done within the timeout it was given; see `RunOptions::timeout`.
class DeadlineExceeded : public HostError {
 public:
  DeadlineExceeded(const std::string& text, bool started) : HostError(text), started_(started) {}

  /// Whether the job had begun, and may have had effects.
  bool started() const noexcept { return started_; }

 private:
  bool started_;
};

/// A job or call was given up because its `std::stop_token` said so; see `RunOptions::stop`.
class Cancelled : public HostError {
 public:
  Cancelled(const std::string& text, bool started) : HostError(text), started_(started) {}

  /// Whether it had begun, and may have had effects.
  bool started() const noexcept { return started_; }

 private:
  bool started_;
};

/// One own enumerable property of an error: `path` of a failed `fs.open`, say.
struct JsErrorProperty {
  std::string name;
  std::string text;  ///< A string as it is; anything else as people read it.
  std::string json;  ///< The value as JSON; empty where it has none (a function, a ring).
};

/// What a JavaScript exception says about itself, as plain data.
struct JsErrorData {
  std::string name =
      {};  ///< `error.name`: "TypeError". Empty when what was thrown is not an Error.
  std::string message = {};  ///< `error.message`, or the thrown value as text.
  std::string code = {};  ///< `error.code`, such as "ERR_MODULE_NOT_FOUND"; empty if there is none.
  std::string stack = {};  ///< `error.stack` with the JavaScript frames; may be empty.
  std::shared_ptr<const JsErrorData> cause = {};  ///< `error.cause`, or null.
  /// Own enumerable properties but for the above; at most 64.
  std::vector<JsErrorProperty> properties = {};
  /// `errors` of an AggregateError.
  std::vector<std::shared_ptr<const JsErrorData>> errors = {};
  /// False for what was thrown without being an Error: `throw 42`.
  bool is_error = true;
  /// What is no Error as JSON: `42`, `"text"`, `{"a":1}`; empty where it has none (undefined, NaN,
  /// a bigint, a symbol, a function). Its text is the message then.
  std::string thrown_json = {};
};

/// A JavaScript exception as data, for any thread. It keeps what was thrown alive: JavaScript of
/// the same environment gets that very value back, and JavaScript of another one an Error that says
/// the same, or what was no Error as it was. when-javascript-goes-wrong.md has the details.
class NODEHOST_API JsError : public std::runtime_error {
 public:
  /// An Error without a message, to be assigned to.
  JsError();
  explicit JsError(JsErrorData data);                         ///< A new error, also of a copy.
  explicit JsError(std::shared_ptr<const JsErrorData> data);  ///< Of `error.data()`: that error.

  const std::string& name() const noexcept { return data_->name; }
  const std::string& message() const noexcept { return data_->message; }
  const std::string& code() const noexcept { return data_->code; }
  const std::string& stack() const noexcept { return data_->stack; }

  /// What caused this error (`new Error(text, { cause })`), if it says so.
  std::optional<JsError> cause() const;

  /// The errors of an AggregateError.
  std::vector<JsError> errors() const;

  /// What else the error carries: `errno`, `syscall` and `path` of a failed system call.
  const std::vector<JsErrorProperty>& properties() const noexcept { return data_->properties; }

  /// One of them as text, if it is there: `error.property("syscall")` is "open".
  std::optional<std::string> property(std::string_view name) const;

  /// False when something else was thrown: `throw 42`. Its text is the message then.
  bool is_error() const noexcept { return data_->is_error; }

  /// What was thrown that is no Error, as JSON; empty where it has none, as `undefined`.
  const std::string& thrown_json() const noexcept { return data_->thrown_json; }

  const std::shared_ptr<const JsErrorData>& data() const noexcept { return data_; }

 private:
  std::shared_ptr<const JsErrorData> data_;
};

}  // namespace nodehost
