#include "struct_shapes.hpp"

#include <fmt/format.h>

#include <string>
#include <string_view>

#include "catch.hpp"
#include "js_errors.hpp"
#include "node_version.hpp"
#include "nodehost/convert/structs.hpp"
#include "realm.hpp"

namespace nodehost::detail {

namespace {

constexpr std::uint32_t kFirstFew = 8;
constexpr std::size_t kMostShapes = 16;  // of one struct; each optional field doubles what may be

}  // namespace

std::string LiteralKey(std::string_view name) {
  std::string key = "[\"";
  for (const char c : name) {
    if (static_cast<unsigned char>(c) < 0x20) {
      constexpr std::string_view kDigits = "0123456789abcdef";
      key += "\\x";
      key += kDigits[static_cast<std::size_t>(c) >> 4];
      key += kDigits[static_cast<std::size_t>(c) & 15];
    } else {
      if (c == '"' || c == '\\') key += '\\';
      key += c;
    }
  }
  return key + "\"]";
}

v8::Global<v8::Function> StructShapes::Compile(Realm& realm, const StructInfo& info,
                                               Present present) {
  v8::Isolate* const isolate = realm.isolate();
  const v8::HandleScope scope(isolate);
  std::vector<v8::Local<v8::String>> parameters;
  std::string text = "'use strict'; return {";
  for (std::size_t i = 0; i < info.fields.size(); ++i) {
    if ((present >> i & 1) == 0) continue;
    const std::string parameter = fmt::format("f{}", parameters.size());
    text += fmt::format("{}: {}, ", LiteralKey(info.fields[i].name), parameter);
    parameters.push_back(realm.String(parameter));
  }
  text += "};";
  v8::ScriptCompiler::Source source(
      realm.String(text), OriginOf(isolate, realm.String(fmt::format("nodehost:{}", info.name))));
  v8::Local<v8::Function> function;
  if (!v8::ScriptCompiler::CompileFunction(realm.context(), &source, parameters.size(),
                                           parameters.data())
           .ToLocal(&function)) {
    return {};
  }
  return v8::Global<v8::Function>(isolate, function);
}

StructShapes::Shape* StructShapes::Find(const StructInfo& info, Present present) {
  if (info.id >= shapes_.size()) shapes_.resize(info.id + 1);
  std::vector<Shape>& shapes = shapes_[info.id];
  for (Shape& shape : shapes) {
    if (shape.present == present) return &shape;
  }
  if (shapes.size() == kMostShapes) return nullptr;
  shapes.emplace_back().present = present;
  return &shapes.back();
}

v8::MaybeLocal<v8::Value> StructShapes::Make(Realm& realm, const StructInfo& info, Present present,
                                             std::span<v8::Local<v8::Value>> values) {
  Shape* const found = Find(info, present);
  if (!found) return {};
  Shape& shape = *found;
  if (shape.uses < kFirstFew) {
    ++shape.uses;
    return {};
  }
  v8::Isolate* const isolate = realm.isolate();
  const Catch caught(realm);
  if (shape.make.IsEmpty()) shape.make = Compile(realm, info, present);
  if (shape.make.IsEmpty()) {
    ThrowIfTerminated(realm, caught);
    return {};
  }
  v8::Local<v8::Value> made;
  if (!Borrowed(isolate, shape.make)
           ->Call(realm.context(), v8::Undefined(isolate), static_cast<int>(values.size()),
                  values.data())
           .ToLocal(&made)) {
    ThrowIfTerminated(realm, caught);
  }
  return made;
}

}  // namespace nodehost::detail
