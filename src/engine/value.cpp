// What the handle classes do that only V8 can.
#include <fmt/format.h>
#include <v8.h>

#include <algorithm>
#include <string>
#include <utility>

#include "catch.hpp"
#include "encode_decode.hpp"
#include "entry.hpp"
#include "js_errors.hpp"
#include "nodehost/detail/value_ops.hpp"
#include "nodehost/errors.hpp"
#include "value_class_table.hpp"

namespace nodehost::detail {

namespace {

// A handle made by As<T>() holds a T; a default-constructed one holds undefined.
template <class V>
v8::Local<V> Expect(const Entry& entry, ValueClass value_class) {
  if (IsOfClass(entry.value(), value_class)) [[likely]]
    return entry.value().As<V>();
  ThrowTypeError(
      fmt::format("expected {}, got undefined (a handle that holds nothing)", NameOf(value_class)));
}

}  // namespace

void CloseIterator(const Ref& iterator) noexcept {
  const JsThread* const current = JsThread::Current();
  if (!iterator || iterator.get()->thread != current || !current->realm()) return;
  try {
    const Entry entry(iterator);
    const v8::TryCatch caught(entry.isolate());
    v8::Local<v8::Value> self = entry.value();
    // What `return` throws is ignored in favour of the error under way, as for-of does.
    static_cast<void>(entry.realm()
                          .operations()
                          .Get(entry.realm(), Operation::kStop)
                          ->Call(entry.context(), v8::Undefined(entry.isolate()), 1, &self)
                          .IsEmpty());
  } catch (const std::exception&) {
    // That it could not be called is ignored, too.
  }
}

std::uint8_t PromiseStateOf(const Ref& promise) {
  const Entry entry(promise);
  switch (Expect<v8::Promise>(entry, ValueClass::kPromise)->State()) {
    case v8::Promise::kPending:
      return 0;
    case v8::Promise::kFulfilled:
      return 1;
    case v8::Promise::kRejected:
      return 2;
  }
  return 0;
}

Ref PromiseResult(const Ref& ref) {
  const Entry entry(ref);
  const auto promise = Expect<v8::Promise>(entry, ValueClass::kPromise);
  if (promise->State() == v8::Promise::kPending) {
    throw HostError("The promise is pending: it has no result yet. Ask for its state first.");
  }
  return entry.Make(promise->Result());
}

JsError ErrorData(const Ref& error) {
  const Entry entry(error);
  return DescribeError(entry.realm(), entry.value());
}

double DateTime(const Ref& date) {
  const Entry entry(date);
  return Expect<v8::Date>(entry, ValueClass::kDate)->ValueOf();
}

Ref NewBigInt(Js& js, bool negative, std::span<const std::uint64_t> words) {
  Realm& realm = Realm::Of(js.thread());
  const v8::HandleScope scope(realm.isolate());
  const Catch caught(realm);
  v8::Local<v8::BigInt> number;
  // V8's own limit is far below what an int counts; above it V8 throws.
  const int count = static_cast<int>(std::min<std::size_t>(words.size(), 1 << 30));
  if (!v8::BigInt::NewFromWords(realm.context(), negative ? 1 : 0, count, words.data())
           .ToLocal(&number)) {
    ThrowCaught(realm, caught);
  }
  return realm.references().Make(realm.isolate(), number);
}

bool BigIntWords(const Ref& ref, std::vector<std::uint64_t>& words) {
  const Entry entry(ref);
  const auto number = Expect<v8::BigInt>(entry, ValueClass::kBigInt);
  int negative = 0;
  int count = number->WordCount();
  words.resize(static_cast<std::size_t>(count));
  number->ToWordsArray(&negative, &count, words.data());
  return negative != 0;
}

Ref ProxyPart(const Ref& ref, bool handler) {
  const Entry entry(ref);
  const auto proxy = Expect<v8::Proxy>(entry, ValueClass::kProxy);
  return entry.Make(handler ? proxy->GetHandler() : proxy->GetTarget());
}

void RevokeProxy(const Ref& ref) {
  const Entry entry(ref);
  Expect<v8::Proxy>(entry, ValueClass::kProxy)->Revoke();
}

Ref MakeWeak(const Ref& object) {
  const Entry entry(object);
  const auto target = Expect<v8::Object>(entry, ValueClass::kObject);
  Ref weak = entry.Make(target);
  weak.get()->handle.SetWeak();
  return weak;
}

Ref LockWeak(const Ref& weak) {
  if (!weak) return {};
  Realm& realm = Entry::RealmOf(weak);
  const v8::HandleScope scope(realm.isolate());
  const v8::Local<v8::Value> value = weak.get()->Get(realm.isolate());
  return value.IsEmpty() ? Ref() : realm.references().Make(realm.isolate(), value);
}

}  // namespace nodehost::detail
