// Properties of JavaScript objects, and data in and out of single values.
#include <fmt/format.h>
#include <v8.h>

#include <string>

#include "catch.hpp"
#include "convert/decoder.hpp"
#include "encode_decode.hpp"
#include "entry.hpp"
#include "js_errors.hpp"
#include "nodehost/detail/engine.hpp"
#include "nodehost/errors.hpp"
#include "nodehost/object.hpp"
#include "nodehost/promise.hpp"
#include "quick.hpp"
#include "v8_strings.hpp"
#include "value_class_table.hpp"

namespace nodehost::detail {

namespace {

// The key as an error shows it.
std::string Show(const Entry& entry, const Key& key) {
  if (key.kind() == Key::Kind::kIndex) return std::to_string(key.index());
  if (key.kind() == Key::Kind::kText) return std::string(key.text());
  std::string text;
  v8::Local<v8::String> shown;
  const v8::TryCatch caught(entry.isolate());
  if (Entry::KeyOf(entry.realm(), key)->ToDetailString(entry.context()).ToLocal(&shown)) {
    FromV8String(entry.isolate(), shown, text);
  }
  return text;
}

// undefined and null have no properties; everything else is, or becomes, an object.
v8::Local<v8::Object> ToObject(const Entry& entry, const Key& key) {
  if (entry.value()->IsObject()) [[likely]]
    return entry.value().As<v8::Object>();
  v8::Local<v8::Object> object;
  if (!entry.value()->IsNullOrUndefined() &&
      entry.value()->ToObject(entry.context()).ToLocal(&object)) {
    return object;
  }
  ThrowTypeError(fmt::format("Cannot read properties of {} (reading '{}')",
                             entry.value()->IsNull() ? "null" : "undefined", Show(entry, key)));
}

}  // namespace

v8::Local<v8::Value> Entry::Get(const Key& key) const {
  const Entry& entry = *this;
  const v8::Local<v8::Object> object = ToObject(entry, key);
  const v8::Local<v8::Context> context = entry.context();
  const Catch caught(entry.realm());
  v8::Local<v8::Value> value;
  const bool got = key.kind() == Key::Kind::kIndex
                       ? object->Get(context, key.index()).ToLocal(&value)
                       : object->Get(context, Entry::KeyOf(entry.realm(), key)).ToLocal(&value);
  if (!got) [[unlikely]]
    ThrowCaught(entry.realm(), caught);
  return value;
}

Ref GetProperty(const Ref& ref, const Key& key) {
  const Entry entry(ref);
  return entry.Make(entry.Get(key));
}

Ref ToJs(Js& js, const TypeInfo& type, const void* value) {
  Realm& realm = Realm::Of(js.thread());
  const v8::HandleScope scope(realm.isolate());
  return realm.references().Make(realm.isolate(), Encode(realm, type, value));
}

void FromJs(const Ref& ref, const TypeInfo& type, void* result) {
  if (ref && ref.get()->is_number && type.quick == Quick::kDouble) {
    Realm::Of(*ref.get()->thread);  // checks, as for every value
    *static_cast<double*>(result) = ref.get()->number;
    return;
  }
  const Entry entry(ref);
  if (DecodeQuick(entry.realm(), entry.value(), type, result)) return;
  Decode(entry.realm(), entry.value(), type, result, {}, v8::Undefined(entry.isolate()));
}

bool TryFromJs(const Ref& ref, const TypeInfo& type, void* result) {
  const Entry entry(ref);
  return Decoder(entry.realm(), v8::Undefined(entry.isolate())).Decode(entry.value(), type, result);
}

bool IsOfClass(const Ref& ref, ValueClass value_class) {
  const Entry entry(ref);
  return IsOfClass(entry.value(), value_class);
}

}  // namespace nodehost::detail

namespace nodehost {

void Object::Define(const detail::Key& key, const PropertyDescriptor& descriptor) const {
  detail::DoAt<void>(Op::kDefine, ref(), key, descriptor, descriptor.value.has_value());
}

std::optional<PropertyDescriptor> Object::OwnDescriptor(const detail::Key& key) const {
  auto found = detail::DoAt<std::optional<PropertyDescriptor>>(Op::kDescriptor, ref(), key);
  // An optional cannot tell a value that is undefined from none.
  if (found && !found->value && detail::DoAt<bool>(Op::kHasDescriptorValue, ref(), key)) {
    found->value.emplace();
  }
  return found;
}

Deferred Promise::New(Js& js) { return detail::DoIn<Deferred>(Op::kNewPromise, js); }

}  // namespace nodehost
