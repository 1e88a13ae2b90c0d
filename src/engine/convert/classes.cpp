// Objects of described C++ classes, and the classes themselves.
#include "nodehost/convert/classes.hpp"

#include <fmt/format.h>

#include <string>

#include "engine/convert/conversion.hpp"
#include "engine/convert/decoder.hpp"
#include "engine/convert/encoder.hpp"

namespace nodehost::detail {

namespace {

v8::Local<v8::Value> InstanceToJs(Encoder& encoder, const TypeInfo& type, const void* value) {
  Realm& realm = encoder.realm();
  return realm.classes().ObjectOf(realm, OpsOf<InstanceOps>(type).share(value));
}

bool InstanceFromJs(Decoder& decoder, v8::Local<v8::Value> value, const TypeInfo& type,
                    void* result) {
  Realm& realm = decoder.realm();
  return realm.classes().Assign(realm, value, OpsOf<InstanceOps>(type), result) ||
         decoder.Refuse(value, type);
}

std::string InstanceName(const TypeInfo& type) { return OpsOf<InstanceOps>(type).info().name; }

v8::Local<v8::Value> ClassToJs(Encoder& encoder, const TypeInfo& type, const void*) {
  return encoder.realm().classes().ConstructorOf(encoder.realm(), OpsOf<ClassOps>(type).info());
}

// A Class<T> has no data to fill in, but JavaScript must have given that very class.
bool ClassFromJs(Decoder& decoder, v8::Local<v8::Value> value, const TypeInfo& type, void*) {
  Realm& realm = decoder.realm();
  const ClassInfo& info = OpsOf<ClassOps>(type).info();
  return value->StrictEquals(realm.classes().ConstructorOf(realm, info)) ||
         decoder.RefuseAs(value, fmt::format("the C++ class {}", info.name), false);
}

std::string ClassName(const TypeInfo& type) {
  return fmt::format("typeof {}", OpsOf<ClassOps>(type).info().name);
}

}  // namespace

namespace conversions {

constinit const Conversion kInstance{.to_js = &InstanceToJs,
                                     .from_js = &InstanceFromJs,
                                     .fit = &NaturalIf<&v8::Value::IsObject>,
                                     .typescript_of = &InstanceName};
constinit const Conversion kClass{.to_js = &ClassToJs,
                                  .from_js = &ClassFromJs,
                                  .fit = &NaturalIf<&v8::Value::IsFunction>,
                                  .typescript_of = &ClassName};

}  // namespace conversions

}  // namespace nodehost::detail
