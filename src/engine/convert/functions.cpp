// Functions: Method, Constructor and Property, and std::function, which becomes a Method.
#include "nodehost/convert/functions.hpp"

#include <fmt/format.h>

#include <string>
#include <string_view>

#include "engine/callbacks.hpp"
#include "engine/convert/conversion.hpp"
#include "engine/convert/decoder.hpp"
#include "engine/convert/encoder.hpp"
#include "engine/convert/members.hpp"
#include "engine/entry.hpp"
#include "engine/parameters.hpp"
#include "nodehost/detail/engine.hpp"
#include "nodehost/errors.hpp"

namespace nodehost::detail {

v8::Local<v8::Value> MemberToJs(Encoder& encoder, const Member& member,
                                const NativeFunctions::Look& look) {
  if (member.function) {
    if (member.function.get()->thread != &encoder.realm().thread()) {
      throw WrongThread(
          fmt::format("A Method of environment \"{}\" was handed to environment \"{}\". Wrap it in "
                      "a lambda, which may call it from there.",
                      member.function.get()->thread->name(), encoder.realm().thread().name()));
    }
    return Entry::LocalOf(encoder.realm(), member.function);
  }
  if (member.native)
    return encoder.realm().natives().FunctionOf(encoder.realm(), member.native, look);
  return v8::Undefined(encoder.isolate());
}

NativeFunctions::Look LookOf(const TypeInfo& type, std::string_view name) {
  return {.name = name,
          .signature = OpsOf<MethodOps>(type).signature,
          .use = type.Is(conversions::kConstructor) ? NativeFunctions::Use::kConstruct
                                                    : NativeFunctions::Use::kCall};
}

namespace {

v8::Local<v8::Value> MethodToJs(Encoder& encoder, const TypeInfo& type, const void* value) {
  return MemberToJs(encoder, *OpsOf<MethodOps>(type).member(Mutable(value)),
                    LookOf(type, encoder.name()));
}

bool MethodFromJs(Decoder& decoder, v8::Local<v8::Value> value, const TypeInfo& type,
                  void* result) {
  if (!value->IsFunction()) return decoder.RefuseAs(value, "function", false);
  *OpsOf<MethodOps>(type).member(result) = decoder.MemberOf(value);
  return true;
}

bool ConstructorFromJs(Decoder& decoder, v8::Local<v8::Value> value, const TypeInfo& type,
                       void* result) {
  if (!value->IsFunction() || !value.As<v8::Object>()->IsConstructor()) {
    return decoder.RefuseAs(value, "class", false);
  }
  *OpsOf<MethodOps>(type).member(result) = decoder.MemberOf(value);
  return true;
}

std::string MethodName(const TypeInfo& type) {
  const Signature& signature = *OpsOf<MethodOps>(type).signature;
  return fmt::format("{} => {}", ParameterList(signature), ResultName(signature));
}

std::string ConstructorName(const TypeInfo& type) {
  return fmt::format("new {}", MethodName(type));
}

// Only a field of an interface is a property.
v8::Local<v8::Value> PropertyToJs(Encoder& encoder, const TypeInfo&, const void*) {
  return v8::Undefined(encoder.isolate());
}

bool PropertyFromJs(Decoder& decoder, v8::Local<v8::Value> value, const TypeInfo& type,
                    void* result) {
  const auto& ops = OpsOf<PropertyOps>(type);
  auto probe = [&](void* scratch, void*) {
    // The members of its value are found on that value, so the place is put back after it.
    const Decoder::Place place = decoder.place();
    const bool fits = decoder.Decode(value, *type.element, scratch);
    decoder.place() = place;
    return fits;
  };
  if (!ops.probe(FillerOf(probe))) return false;
  *ops.member(result) = decoder.MemberOf({});
  return true;
}

Fit PropertyFit(Decoder&, v8::Local<v8::Value> value, const TypeInfo&) {
  return AcceptedIf(value->IsObject());
}

v8::Local<v8::Value> FunctionToJs(Encoder& encoder, const TypeInfo& type, const void* value) {
  v8::Local<v8::Value> function = v8::Undefined(encoder.isolate());
  auto visit = [&](const void* method, const void*) {
    function = encoder.Encode(*type.element, method);
  };
  OpsOf<FunctionOps>(type).visit(value, VisitorOf(visit));
  return function;
}

bool FunctionFromJs(Decoder& decoder, v8::Local<v8::Value> value, const TypeInfo& type,
                    void* result) {
  auto fill = [&](void* method, void*) { return decoder.Decode(value, *type.element, method); };
  return OpsOf<FunctionOps>(type).fill(result, FillerOf(fill));
}

std::string ElementName(const TypeInfo& type) { return TypeScriptName(*type.element); }

}  // namespace

namespace conversions {

constinit const Conversion kMethod{.to_js = &MethodToJs,
                                   .from_js = &MethodFromJs,
                                   .fit = &NaturalIf<&v8::Value::IsFunction>,
                                   .typescript_of = &MethodName,
                                   .callable = true};
constinit const Conversion kConstructor{.to_js = &MethodToJs,
                                        .from_js = &ConstructorFromJs,
                                        .fit = &NaturalIf<&v8::Value::IsFunction>,
                                        .typescript_of = &ConstructorName,
                                        .callable = true};
constinit const Conversion kProperty{.to_js = &PropertyToJs,
                                     .from_js = &PropertyFromJs,
                                     .fit = &PropertyFit,
                                     .typescript_of = &ElementName};
constinit const Conversion kFunction{.to_js = &FunctionToJs,
                                     .from_js = &FunctionFromJs,
                                     .fit = &NaturalIf<&v8::Value::IsFunction>,
                                     .typescript_of = &ElementName,
                                     .callable = true};

}  // namespace conversions

}  // namespace nodehost::detail
