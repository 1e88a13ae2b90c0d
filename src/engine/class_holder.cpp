#include "class_holder.hpp"

#include <fmt/format.h>

#include <cstdlib>
#include <utility>

#include "js_errors.hpp"
#include "node_version.hpp"
#include "override_link.hpp"
#include "realm.hpp"
#include "reference.hpp"
#include "thread/js_thread.hpp"

namespace nodehost::detail {

namespace {

struct Root {
  void* object;
  const ClassInfo* info;
};

Root RootOf(void* object, const ClassInfo& info) noexcept {
  const ClassInfo* root = &info;
  for (; root->base; root = root->base) object = root->upcast(object);
  return {object, root};
}

const ClassInfo* RootOf(const ClassInfo* info) noexcept {
  while (info->base) info = info->base;
  return info;
}

}  // namespace

ClassHolder::ClassHolder(ClassHolders& owner, const ClassInfo& info, Made made)
    : owner_(owner),
      info_(&info),
      held_{{made.link ? nullptr : &info, made.object()}, this},
      owned_(std::move(made.owned)),
      shared_(std::move(made.shared)),
      link_(made.link),
      root_object_(RootOf(held_.object, info).object),
      bytes_(static_cast<std::int64_t>(
          info.size + (info.external_bytes ? info.external_bytes(held_.object) : 0))) {
  owner_.Add(*this);
  owner_.Report(bytes_);
  if (!link_) return;
  link_->thread = JsThread::Current()->shared_from_this();
  link_->holder = this;
}

// At the end of the environment the JavaScript object is still there.
ClassHolder::~ClassHolder() {
  const v8::Local<v8::Object> object = borrowed(owner_.isolate_);
  if (!object.IsEmpty()) SetInternalPointer(object, 0, nullptr);
  Forget();
}

static_assert(alignof(ClassHolder) == alignof(void*), "as the memory of a Slab is aligned");
void* ClassHolder::operator new(std::size_t, ClassHolders& owner) { return owner.memory_.Take(); }
void ClassHolder::operator delete(void* memory, ClassHolders&) noexcept { operator delete(memory); }
void ClassHolder::operator delete(void* memory) noexcept {
  Slab<sizeof(ClassHolder)>::Give(memory);
}

void ClassHolder::PutInto(v8::Local<v8::Object> object) {
  SetInternalPointer(object, 0, const_cast<char*>(&kClassMark));
  SetInternalPointer(object, 1, &held_);
}

std::shared_ptr<void> ClassHolder::Share() {
  if (owned_) shared_ = std::move(owned_);
  if (!link_) return shared_;
  struct Both {
    std::shared_ptr<void> object;
    Ref in_js;
  };
  if (auto share = link_->share.lock()) return share;
  v8::Isolate* const isolate = owner_.isolate_;
  References& references = Realm::Of(*link_->thread).references();
  const auto both =
      std::make_shared<Both>(Both{shared_, references.Make(isolate, borrowed(isolate))});
  std::shared_ptr<void> share(both, held_.object);
  link_->share = share;
  return share;
}

void* ClassHolder::Release(const ClassInfo& wanted) {
  auto* const releasable = std::get_deleter<Releasable>(shared_);
  if (uses_ > 0 || (!owned_ && (!releasable || shared_.use_count() > 1))) {
    ThrowTypeError(fmt::format("{} cannot be handed over to C++, where it is in use", wanted.name));
  }
  if (info_ != &wanted && !wanted.virtual_destructor) {
    ThrowTypeError(
        fmt::format("{} cannot be handed over to C++ as a {}, which has no virtual destructor",
                    info_->name, wanted.name));
  }
  if (link_) {
    ThrowTypeError(
        fmt::format("{} cannot be handed over to C++ as a std::unique_ptr, because its methods are "
                    "JavaScript's; C++ can take it as a std::shared_ptr",
                    info_->name));
  }
  void* const object = As(wanted);
  if (releasable) releasable->destroy = nullptr;
  static_cast<void>(owned_.release());
  Forget();
  return object;
}

void ClassHolder::Forget() noexcept {
  if (!held_.object) return;
  owner_.Remove(*this);
  owner_.Report(-bytes_);
  held_.object = nullptr;
  if (link_) std::exchange(link_, nullptr)->holder = nullptr;
  // Last: its destructor may do anything.
  const std::shared_ptr<void> shared = std::move(shared_);
  const std::unique_ptr<void, Releasable> owned = std::move(owned_);
}

ClassHolder* ClassHolders::Find(void* object, const ClassInfo& info) {
  FillTable();
  if (!table_) return nullptr;
  const Root root = RootOf(object, info);
  const auto is_it = [&](const ClassHolder& holder) {
    return holder.root_object_ == root.object && RootOf(holder.info_) == root.info &&
           !holder.borrowed(isolate_).IsEmpty();
  };
  ClassHolder* holder = table_[PlaceOf(root.object)];
  while (holder && !is_it(*holder)) holder = holder->next_;
  return holder;
}

void ClassHolders::Link(ClassHolder& holder, ClassHolder*& first) noexcept {
  holder.next_ = first;
  holder.place_ = &first;
  if (first) first->place_ = &holder.next_;
  first = &holder;
}

void ClassHolders::Unlink(ClassHolder& holder) noexcept {
  *holder.place_ = holder.next_;
  if (holder.next_) holder.next_->place_ = holder.place_;
}

void ClassHolders::Add(ClassHolder& holder) noexcept {
  Link(holder, new_);
  ++size_;
}

void ClassHolders::Remove(ClassHolder& holder) noexcept {
  Unlink(holder);
  --size_;
}

void ClassHolders::FillTable() {
  if (!new_) return;
  if (size_ > places_) {
    for (std::size_t i = 0; i < places_; ++i) {
      while (ClassHolder* const holder = table_[i]) {
        Unlink(*holder);
        Link(*holder, new_);
      }
    }
    std::size_t places = 64;
    while (places < size_) places *= 4;
    table_ = std::make_unique<ClassHolder*[]>(places);
    places_ = places;
  }
  while (ClassHolder* const holder = new_) {
    Unlink(*holder);
    Link(*holder, table_[PlaceOf(holder->root_object_)]);
  }
}

void ClassHolders::Report(std::int64_t bytes) noexcept {
  constexpr std::int64_t kWorthIt = 16 << 10;  // each call into V8 costs as much as a small object
  unreported_ += bytes;
  if (std::abs(unreported_) < kWorthIt) return;
  isolate_->AdjustAmountOfExternalAllocatedMemory(std::exchange(unreported_, 0));
}

}  // namespace nodehost::detail
