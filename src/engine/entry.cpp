#include "entry.hpp"

#include <fmt/format.h>

#include <charconv>

#include "js_errors.hpp"
#include "nodehost/errors.hpp"

namespace nodehost::detail {

template <class T>
void Key::WriteName(T number) noexcept {
  const char* const end = std::to_chars(digits_, digits_ + sizeof digits_, number).ptr;
  length_ = static_cast<std::uint8_t>(end - digits_);
}

void Key::Name(std::int64_t number) noexcept { WriteName(number); }
void Key::Name(std::uint64_t number) noexcept { WriteName(number); }

Realm& Entry::RealmOf(const Ref& ref) {
  if (ref) [[likely]]
    return Realm::Of(*ref.get()->thread);
  if (const JsThread* const current = JsThread::Current()) return Realm::Of(*current);
  ThrowTypeError("The Value holds nothing (it is undefined), and this is no JS thread.");
}

v8::Local<v8::Value> Entry::LocalOf(Realm& realm, const Ref& ref) {
  const Reference* const reference = ref.get();
  if (!reference) return v8::Undefined(realm.isolate());
  if (reference->thread != &realm.thread()) [[unlikely]] {
    throw WrongThread(fmt::format(
        "A Value of environment \"{}\" was handed to environment \"{}\". Values stay in "
        "their environment; hand over data.",
        reference->thread->name(), realm.thread().name()));
  }
  return reference->Get(realm.isolate());
}

v8::Local<v8::Value> Entry::KeyOf(Realm& realm, const Key& key) {
  switch (key.kind()) {
    case Key::Kind::kText:
      return realm.Key(key.text());
    case Key::Kind::kIndex:
      return v8::Integer::NewFromUnsigned(realm.isolate(), key.index());
    case Key::Kind::kValue:
      break;
  }
  return LocalOf(realm, key.value());
}

}  // namespace nodehost::detail
