// RawAccess: the compiled part of <nodehost/v8.hpp>, without V8's types.
#pragma once

#include <memory>

#include "nodehost/detail/export.hpp"
#include "nodehost/detail/ref.hpp"

namespace nodehost {
class Js;
}

namespace nodehost::detail {

/// While it lives, the library's v8::TryCatch of the job takes nothing that V8 throws. `local` and
/// `caught` point to what V8's headers declare.
class NODEHOST_API RawAccess {
 public:
  explicit RawAccess(Js& js);
  ~RawAccess();
  RawAccess(const RawAccess&) = delete;
  RawAccess& operator=(const RawAccess&) = delete;

  void* isolate() const noexcept;                     ///< v8::Isolate*
  void GetContext(void* local) const;                 ///< v8::Local<v8::Context>*
  void GetLocal(const Ref& ref, void* local) const;   ///< v8::Local<v8::Value>*
  Ref Make(const void* local) const;                  ///< const v8::Local<v8::Value>*
  [[noreturn]] void Throw(const void* caught) const;  ///< const v8::TryCatch*

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace nodehost::detail
