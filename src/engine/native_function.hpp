// Native functions: C++ that JavaScript calls. One JavaScript function for each in an environment;
// JavaScript objects made of them; and the C++ exceptions that passed through JavaScript.
#pragma once

#include <v8.h>

#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "attachments.hpp"
#include "nodehost/detail/member.hpp"

namespace nodehost::detail {

class Realm;

/// What an environment has made of C++ functions.
class NativeFunctions {
 public:
  using Parts = std::vector<std::shared_ptr<NativeFunction>>;

  /// What JavaScript may do with a function: only a Constructor's may be called with `new`.
  enum class Use : std::uint8_t { kCall, kConstruct };

  /// What a function is to JavaScript.
  struct Look {
    std::string_view name;
    const Signature* signature = nullptr;  ///< its `length` is 0 where there is none
    Use use = Use::kCall;
  };

  /// The one JavaScript function that calls `native`; it looks as it did when it was made.
  v8::Local<v8::Function> FunctionOf(Realm& realm, const std::shared_ptr<NativeFunction>& native,
                                     const Look& look);

  /// The object that was made of these functions, if it is still there.
  v8::MaybeLocal<v8::Object> FindObject(v8::Isolate* isolate, const Parts& parts);
  void KeepObject(v8::Isolate* isolate, v8::Local<v8::Object> object, Parts parts);

  /// Makes the Error object `error` remember the C++ exception it was made from.
  void KeepException(Realm& realm, v8::Local<v8::Value> error, const std::exception_ptr& exception);
  /// The exception that a thrown value remembers, or null.
  std::exception_ptr ExceptionOf(Realm& realm, v8::Local<v8::Value> thrown);

  /// What a Leaf threw, on its way to the ordinary call that is about to follow.
  std::exception_ptr& carried() noexcept { return carried_; }

  /// Keeps `attachment` as long as `object`.
  void Attach(v8::Isolate* isolate, v8::Local<v8::Object> object,
              std::unique_ptr<Attachment> attachment) {
    attachments_.Add(isolate, object, std::move(attachment));
  }

  /// Before the isolate goes.
  void Clear() noexcept;

 private:
  class Served;
  class MadeObject;
  class KeptException;
  using Identity = std::vector<const NativeFunction*>;

  static Identity IdentityOf(const Parts& parts);
  static void Call(const v8::FunctionCallbackInfo<v8::Value>& info);
  v8::Local<v8::Private> ExceptionKey(v8::Isolate* isolate);

  // The JavaScript function of a native one. Of a function pointer there may be several natives,
  // and JavaScript functions of several signatures and names; all others are told by their address.
  struct Key {
    const void* identity;
    const Signature* signature;
    Use use;
    std::string_view name;

    bool operator==(const Key&) const = default;
  };
  struct HashOfKey {
    std::size_t operator()(const Key& key) const noexcept {
      return std::hash<const void*>()(key.identity);
    }
  };
  static Key KeyOf(const NativeFunction& native, const Look& look);

  // They are destroyed before the maps, which they leave.
  std::unordered_map<Key, Served*, HashOfKey> functions_;
  std::map<Identity, MadeObject*> objects_;
  v8::Global<v8::Private> exception_key_;
  std::exception_ptr carried_;
  Attachments attachments_;
};

}  // namespace nodehost::detail
