// What C++ throws, as the Error that JavaScript sees.
#include <algorithm>
#include <atomic>
#include <cctype>
#include <filesystem>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "error_originals.hpp"
#include "js_errors.hpp"
#include "nodehost/exceptions.hpp"
#include "realm.hpp"

namespace nodehost::detail {

namespace {

struct Registered {
  ExceptionReader read;
  const Registered* older = nullptr;
};

// Nothing leaves the list, so it is read without a lock, and a reader may itself register another.
constinit std::atomic<const Registered*> newest = nullptr;

std::optional<JsErrorData> ReadRegistered(const std::exception_ptr& error) {
  for (const Registered* one = newest.load(std::memory_order_acquire); one; one = one->older) {
    try {
      if (std::optional<JsErrorData> data = one->read(error)) return data;
    } catch (...) {
      // It cannot say what the exception is; another may.
    }
  }
  return std::nullopt;
}

// What is known of an exception without asking its class: data, and for a JsError the value it was.
struct Known {
  std::shared_ptr<const JsErrorData> data;
  v8::MaybeLocal<v8::Value> original;
};

// What a JsError says itself, and of all others what the program has registered.
Known Know(Realm& realm, const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const JsError& js) {
    if (!IsJsErrorItself()) return {js.data(), {}};  // an exception of the program's own
    return {js.data(), OriginalOf(realm, js.data())};
  } catch (...) {
    std::optional<JsErrorData> data = ReadRegistered(error);
    return {data ? std::make_shared<const JsErrorData>(std::move(*data)) : nullptr, {}};
  }
}

void Define(Realm& realm, v8::Local<v8::Object> object, const char* name, std::string_view value,
            v8::PropertyAttribute attributes) {
  object->DefineOwnProperty(realm.context(), realm.String(name), realm.String(value), attributes)
      .FromMaybe(false);
}

// The name of the system call that a program gave as the text of its std::system_error, whose
// what() is "open: No such file or directory".
std::string_view SystemCallOf(std::string_view what, std::string_view message) {
  if (!what.ends_with(message)) return {};
  what.remove_suffix(message.size());
  if (!what.ends_with(": ")) return {};
  what.remove_suffix(2);
  const bool is_name = std::ranges::all_of(
      what, [](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; });
  return is_name ? what : std::string_view();
}

// As Node.js has them: `syscall`, and `path` and `dest` of a failed operation on files.
v8::Local<v8::Value> MakeSystemError(Realm& realm, const std::system_error& system,
                                     const std::filesystem::filesystem_error* files = nullptr) {
  const v8::Local<v8::Value> made = ToJsError(realm, system.code());
  if (!made->IsObject()) return v8::Exception::Error(realm.String(system.what()));
  const v8::Local<v8::Object> object = made.As<v8::Object>();
  Define(realm, object, "message", system.what(), v8::DontEnum);
  const std::string message = system.code().message();
  const std::string_view call = SystemCallOf(system.what(), message);
  if (!call.empty()) Define(realm, object, "syscall", call, v8::None);
  if (files) {
    if (!files->path1().empty()) {
      Define(realm, object, "path", files->path1().string(), v8::None);
    }
    if (!files->path2().empty()) {
      Define(realm, object, "dest", files->path2().string(), v8::None);
    }
  }
  return made;
}

}  // namespace

void AddExceptionReader(ExceptionReader reader) {
  auto added = std::make_unique<Registered>(Registered{std::move(reader), newest.load()});
  while (!newest.compare_exchange_weak(added->older, added.get())) {
  }
  static_cast<void>(added.release());
}

namespace {

// By the standard class that the exception is of, as catch clauses tell it: not by dynamic_cast,
// for classes of a program that is compiled without RTTI.
v8::Local<v8::Value> MakeStandardError(Realm& realm, const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const std::filesystem::filesystem_error& files) {
    return MakeSystemError(realm, files, &files);
  } catch (const std::system_error& system) {
    return MakeSystemError(realm, system);
  } catch (const std::invalid_argument& invalid) {
    return v8::Exception::TypeError(realm.String(invalid.what()));
  } catch (const std::out_of_range& range) {
    return v8::Exception::RangeError(realm.String(range.what()));
  } catch (const std::exception& standard) {
    return v8::Exception::Error(realm.String(standard.what()));
  } catch (...) {
    return v8::Exception::Error(realm.String("A C++ exception of unknown type."));
  }
}

}  // namespace

ErrorValue MakeError(Realm& realm, const std::exception_ptr& error) {
  const Known known = Know(realm, error);
  v8::Local<v8::Value> original;
  if (known.original.ToLocal(&original)) return {original, /*is_original=*/true};
  return {known.data ? NewError(realm, *known.data) : MakeStandardError(realm, error)};
}

}  // namespace nodehost::detail
