// Attachments: C++ things that live as long as JavaScript can reach the object they belong to, and
// at most as long as the environment.
#pragma once

#include <v8.h>

#include <memory>

#include "borrow.hpp"

namespace nodehost::detail {

class Attachments;

/// Derive from it what is to be kept. Destroyed on the JS thread.
class Attachment {
 public:
  Attachment() = default;
  Attachment(const Attachment&) = delete;
  Attachment& operator=(const Attachment&) = delete;
  virtual ~Attachment() = default;

  /// The object; empty when it is gone, and the attachment is about to go.
  v8::Local<v8::Object> object(v8::Isolate* isolate) const { return object_.Get(isolate); }

 protected:
  /// The object, for as long as the attachment is there.
  v8::Local<v8::Object> borrowed(v8::Isolate* isolate) const { return Borrowed(isolate, object_); }

 private:
  friend class Attachments;
  v8::Global<v8::Object> object_;
  Attachment* next_ = nullptr;
  Attachment** link_ = nullptr;
  Attachments* owner_ = nullptr;
};

/// The attachments of one environment. On the JS thread.
class Attachments {
 public:
  Attachments() = default;
  Attachments(const Attachments&) = delete;
  Attachments& operator=(const Attachments&) = delete;

  void Add(v8::Isolate* isolate, v8::Local<v8::Object> object,
           std::unique_ptr<Attachment> attachment);

  /// Before the isolate goes, for it runs no weak callbacks then: destroys all that is left.
  void Clear() noexcept;

 private:
  static void Unreachable(const v8::WeakCallbackInfo<Attachment>& info);
  static void Collected(const v8::WeakCallbackInfo<Attachment>& info);
  static void Link(Attachment* attachment, Attachment*& first) noexcept;
  static void Unlink(Attachment* attachment) noexcept;
  static void Remove(Attachment* attachment) noexcept;

  Attachment* first_ = nullptr;
  // V8 calls back for one of those that a collection has found; the others wait here for that.
  Attachment* collected_ = nullptr;
  bool called_back_ = false;
};

}  // namespace nodehost::detail
