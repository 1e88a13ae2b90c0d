// The TypeScript name of each type, for errors, and for declarations.
#include <algorithm>
#include <string>
#include <vector>

#include "nodehost/detail/class_info.hpp"
#include "nodehost/detail/engine.hpp"
#include "nodehost/detail/type_info.hpp"
#include "value_class.hpp"

namespace nodehost::detail {

namespace {

template <class Ops>
const Ops& OpsOf(const TypeInfo& type) {
  return *static_cast<const Ops*>(type.ops);
}

std::string TypedArrayName(Kind element) {
  switch (element) {
    case Kind::kInt8:
      return "Int8Array";
    case Kind::kInt16:
      return "Int16Array";
    case Kind::kUint16:
      return "Uint16Array";
    case Kind::kInt32:
      return "Int32Array";
    case Kind::kUint32:
      return "Uint32Array";
    case Kind::kInt64:
      return "BigInt64Array";
    case Kind::kUint64:
      return "BigUint64Array";
    case Kind::kFloat:
      return "Float32Array";
    case Kind::kDouble:
      return "Float64Array";
    default:
      return "Uint8Array";
  }
}

// `A | B`, each once: a variant of int and double is a number.
std::string Union(const std::vector<std::string>& names) {
  std::string text;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (std::find(names.begin(), names.begin() + static_cast<std::ptrdiff_t>(i), names[i]) !=
        names.begin() + static_cast<std::ptrdiff_t>(i)) {
      continue;
    }
    text += (text.empty() ? "" : " | ") + names[i];
  }
  return text;
}

std::string EnumName(const TypeInfo& type) {
  std::vector<std::string> names;
  for (const EnumValue& value : OpsOf<EnumOps>(type).values) {
    names.push_back('"' + std::string(value.name) + '"');
  }
  return names.empty() ? "number" : Union(names);
}

std::vector<std::string> NamesOf(std::span<const TypeInfo* const> types) {
  std::vector<std::string> names;
  for (const TypeInfo* type : types) names.push_back(TypeScriptName(*type));
  return names;
}

std::string TupleName(const TypeInfo& type) {
  std::string text;
  for (const std::string& name : NamesOf(OpsOf<TupleOps>(type).types)) {
    text += (text.empty() ? "" : ", ") + name;
  }
  return "[" + text + "]";
}

std::string ArrayName(const TypeInfo& type) {
  const std::string element = TypeScriptName(*type.element);
  return element.find_first_of(" ?") == std::string::npos ? element + "[]" : "(" + element + ")[]";
}

std::string FunctionName(const TypeInfo& type) {
  const Signature& signature = *OpsOf<MethodOps>(type).signature;
  std::string text;
  for (std::uint32_t i = 0; i < signature.count; ++i) {
    const TypeInfo& argument = *signature.arguments[i];
    const bool optional = argument.kind == Kind::kOptional;
    text += (i == 0 ? "" : ", ") + std::string(1, static_cast<char>('a' + i % 26)) +
            (i < 26 ? "" : std::to_string(i / 26)) + (optional ? "?: " : ": ") +
            TypeScriptName(optional ? *argument.element : argument);
  }
  const bool nothing = signature.result->kind == Kind::kUndefined;
  return "(" + text + ") => " + (nothing ? "void" : TypeScriptName(*signature.result));
}

std::string ScalarName(Kind kind) {
  switch (kind) {
    case Kind::kUndefined:
      return "undefined";
    case Kind::kNull:
      return "null";
    case Kind::kBool:
      return "boolean";
    case Kind::kInt64:
    case Kind::kUint64:
      return "bigint";
    case Kind::kChar:
    case Kind::kString:
    case Kind::kStringView:
    case Kind::kCString:
    case Kind::kString16:
    case Kind::kString16View:
    case Kind::kPath:
      return "string";
    case Kind::kBytesCopy:
    case Kind::kBytes:
      return "Uint8Array";
    case Kind::kDate:
      return "Date";
    case Kind::kErrorCode:
    case Kind::kException:
    case Kind::kJsError:
      return "Error";
    default:
      return "number";
  }
}

}  // namespace

std::string TypeScriptName(const TypeInfo& type) {
  switch (type.kind) {
    case Kind::kEnum:
      return EnumName(type);
    case Kind::kOptional:
      return Union({TypeScriptName(*type.element), "undefined"});
    case Kind::kVariant:
      return Union(NamesOf(OpsOf<VariantOps>(type).types));
    case Kind::kTuple:
      return TupleName(type);
    case Kind::kSequence:
    case Kind::kList:
      return ArrayName(type);
    case Kind::kSet:
      return "Set<" + TypeScriptName(*type.element) + ">";
    case Kind::kRecord:
      return "Record<string, " + TypeScriptName(*type.element) + ">";
    case Kind::kMap:
      return "Map<" + TypeScriptName(*OpsOf<MapOps>(type).key) + ", " +
             TypeScriptName(*type.element) + ">";
    case Kind::kSpan:
      return TypedArrayName(type.element->kind);
    case Kind::kCustom:
      return std::string(OpsOf<CustomOps>(type).typescript);
    case Kind::kStruct:
    case Kind::kInterface:
      return std::string(OpsOf<StructOps>(type).info().name);
    case Kind::kInstance:
      return OpsOf<InstanceOps>(type).info().name;
    case Kind::kClass:
      return "typeof " + OpsOf<ClassOps>(type).info().name;
    case Kind::kMethod:
      return FunctionName(type);
    case Kind::kConstructor:
      return "new " + FunctionName(type);
    case Kind::kFunction:
    case Kind::kProperty:
      return TypeScriptName(*type.element);
    case Kind::kTask:
      return "Promise<" +
             (type.element->kind == Kind::kUndefined ? "void" : TypeScriptName(*type.element)) +
             ">";
    case Kind::kValue:
      return std::string(NameOf(ClassOf(type)));
    default:
      return ScalarName(type.kind);
  }
}

}  // namespace nodehost::detail
