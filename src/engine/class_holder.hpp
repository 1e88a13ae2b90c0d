// ClassHolder: what a JavaScript object of a described class holds: the C++ object, or a share of
// it. ClassHolders: those of an environment, by their C++ objects.
#pragma once

#include <v8.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>

#include "attachments.hpp"
#include "heap_layout.hpp"
#include "nodehost/detail/class_info.hpp"
#include "nodehost/detail/leaf_info.hpp"
#include "slab.hpp"

namespace nodehost::detail {

class ClassHolders;

class ClassHolder final : public Attachment {
 public:
  ClassHolder(ClassHolders& owner, const ClassInfo& info, Made made);
  ~ClassHolder() override;

  static void* operator new(std::size_t size, ClassHolders& owner);
  static void operator delete(void* memory, ClassHolders& owner) noexcept;
  static void operator delete(void* memory) noexcept;

  /// Makes a JavaScript object with kFields internal fields one that Of finds the holder of.
  void PutInto(v8::Local<v8::Object> object);
  static constexpr int kFields = 2;

  /// Of an object whose constructor has returned; null for all else. Calls nothing of V8's that
  /// could collect garbage.
  static ClassHolder* Of(v8::Local<v8::Value> value) noexcept {
    const InternalFields fields = HeapLayout::ReadFields(value);
    return fields.first == &kClassMark ? static_cast<Held*>(fields.second)->holder : nullptr;
  }

  const ClassInfo& info() const noexcept { return *info_; }
  /// Null once the object was handed over.
  void* object() const noexcept { return held_.object; }

  /// The object as a `wanted`, which its class is or derives from.
  void* As(const ClassInfo& wanted) const noexcept {
    void* object = held_.object;
    for (const ClassInfo* info = info_; info != &wanted; info = info->base) {
      object = info->upcast(object);
    }
    return object;
  }

  /// A share of the object. One whose virtual functions JavaScript overrides keeps the JavaScript
  /// object, too, for that is a part of what it is.
  std::shared_ptr<void> Share();

  /// Null but for an object that is Overridable.
  OverrideLink* link() const noexcept { return link_; }

  /// For std::unique_ptr: the object is the caller's to destroy. Throws JsError where it is in use.
  void* Release(const ClassInfo& wanted);

  /// While a method runs, its object is not handed over.
  class Use {
   public:
    explicit Use(ClassHolder& holder) : holder_(holder) { ++holder_.uses_; }
    ~Use() { --holder_.uses_; }
    Use(const Use&) = delete;
    Use& operator=(const Use&) = delete;

   private:
    ClassHolder& holder_;
  };

 private:
  friend class ClassHolders;

  // What the second field points at.
  struct Held : HeldObject {
    ClassHolder* holder = nullptr;
  };

  void Forget() noexcept;

  ClassHolders& owner_;
  const ClassInfo* const info_;
  Held held_;
  // What keeps the object: `owned_` as long as nobody has asked for a share of it.
  std::unique_ptr<void, Releasable> owned_;
  std::shared_ptr<void> shared_;
  OverrideLink* link_;             // the object's own
  const void* const root_object_;  // with info_'s root: what the object is known by
  ClassHolder* next_ = nullptr;    // in the list of ClassHolders that it is in
  ClassHolder** place_ = nullptr;  // what points at it there
  const std::int64_t bytes_;
  int uses_ = 0;
};

class ClassHolders {
 public:
  explicit ClassHolders(v8::Isolate* isolate) noexcept : isolate_(isolate) {}
  ClassHolders(const ClassHolders&) = delete;
  ClassHolders& operator=(const ClassHolders&) = delete;

  /// The holder of the object, which is a whole `info`; null if there is none. A base at the same
  /// address is the same object, a member is not. One whose JavaScript object is gone, and which is
  /// about to go, is passed over: there may be another by now.
  ClassHolder* Find(void* object, const ClassInfo& info);

  std::size_t size() const noexcept { return size_; }

 private:
  friend class ClassHolder;

  void Add(ClassHolder& holder) noexcept;
  void Remove(ClassHolder& holder) noexcept;
  static void Link(ClassHolder& holder, ClassHolder*& first) noexcept;
  static void Unlink(ClassHolder& holder) noexcept;
  void FillTable();
  std::size_t PlaceOf(const void* root_object) const noexcept {
    return (std::hash<const void*>()(root_object) >> 4) * kMix >> 32 & (places_ - 1);
  }
  /// Tells the garbage collector of `bytes` of C++'s.
  void Report(std::int64_t bytes) noexcept;

  static constexpr std::uint64_t kMix = 0x9e3779b97f4a7c15;  // 2^64 / golden ratio: Knuth

  v8::Isolate* const isolate_;
  Slab<sizeof(ClassHolder)> memory_;
  // Most objects are never looked for by their address. The new ones wait here until one is.
  ClassHolder* new_ = nullptr;
  std::unique_ptr<ClassHolder*[]> table_;
  std::size_t places_ = 0;  // a power of two
  std::size_t size_ = 0;
  std::int64_t unreported_ = 0;  // bytes
};

}  // namespace nodehost::detail
