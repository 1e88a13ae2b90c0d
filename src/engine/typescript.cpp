// TypeScript: the declarations of a module, written from the same descriptions that serve calls.
#include "nodehost/typescript.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "convert/conversion.hpp"
#include "nodehost/convert/callables.hpp"
#include "nodehost/convert/classes.hpp"
#include "nodehost/convert/containers.hpp"
#include "nodehost/convert/enums.hpp"
#include "nodehost/convert/functions.hpp"
#include "nodehost/convert/streams.hpp"
#include "nodehost/convert/structs.hpp"
#include "nodehost/convert/variants.hpp"
#include "nodehost/detail/engine.hpp"
#include "nodehost/errors.hpp"
#include "parameters.hpp"
#include "type_names.hpp"

namespace nodehost::detail {

namespace {

using namespace std::string_view_literals;

// Whether JavaScript has the name as a keyword: properties and methods may have it, functions not.
bool IsReserved(std::string_view name) {
  constexpr std::array kWords = {
      "arguments"sv, "await"sv,      "break"sv,     "case"sv,    "catch"sv,      "class"sv,
      "const"sv,     "continue"sv,   "debugger"sv,  "default"sv, "delete"sv,     "do"sv,
      "else"sv,      "enum"sv,       "eval"sv,      "export"sv,  "extends"sv,    "false"sv,
      "finally"sv,   "for"sv,        "function"sv,  "if"sv,      "implements"sv, "import"sv,
      "in"sv,        "instanceof"sv, "interface"sv, "let"sv,     "new"sv,        "null"sv,
      "package"sv,   "private"sv,    "protected"sv, "public"sv,  "return"sv,     "static"sv,
      "super"sv,     "switch"sv,     "this"sv,      "throw"sv,   "true"sv,       "try"sv,
      "typeof"sv,    "var"sv,        "void"sv,      "while"sv,   "with"sv,       "yield"sv};
  return std::find(kWords.begin(), kWords.end(), name) != kWords.end();
}

std::string TakenList(const Signature& signature) {
  return ParameterList(signature, ParameterTypes::kTaken);
}

// Of a function that is no Method: null for everything else.
const Signature* FunctionSignature(const TypeInfo& type) {
  if (type.Is(conversions::kCallable)) return OpsOf<CallableOps>(type).signature;
  if (type.Is(conversions::kFunction)) return OpsOf<MethodOps>(*type.element).signature;
  return nullptr;
}

const TypeInfo& Held(const TypeInfo& type) {
  return type.Is(conversions::kOptional) ? *type.element : type;
}

// Only JavaScript classes that extend it have objects.
bool IsAbstract(const ClassInfo& info) {
  return info.constructions.empty() && !info.extensions.empty();
}

std::string ClassWord(const ClassInfo& info) {
  return IsAbstract(info) ? "abstract class " : "class ";
}

bool IsOfEachEvent(std::string_view typescript) {
  return typescript.find("{event}") != std::string_view::npos;
}

void CheckEvents(const ClassInfo& info) {
  const auto listens = [](const auto& function) {
    return IsOfEachEvent(function->overloads.front().typescript);
  };
  if (info.events.empty() || std::any_of(info.functions.begin(), info.functions.end(), listens)) {
    return;
  }
  throw HostError(fmt::format(
      "The class {} is described with the event '{}' and emits none; describe it with Emits.",
      info.name, info.events.front().name));
}

// The declarations of one module.
class Declarations {
 public:
  /// `inside`: for the body of a `declare module`; else for a file.
  explicit Declarations(bool inside)
      : indent_(inside ? "  " : ""), declare_(inside ? "" : "declare ") {}

  std::string Module(const StructInfo& module) {
    for (const FieldInfo& field : module.fields) {
      if (Held(*field.type).Is(conversions::kClass)) {
        const ClassInfo& info = OpsOf<ClassOps>(Held(*field.type)).info();
        exported_.insert(&info);
        named_.emplace(info.name, &info);
        CheckClassName(info, field.name);
      }
    }
    FindNestedClasses(module);
    std::string defaults;
    for (const FieldInfo& field : module.fields) {
      Export(field);
      const std::string local = LocalName(field.name);
      defaults += fmt::format("{}  {}: typeof {};\n", indent_,
                              local == field.name ? local : KeyText(field.name), local);
    }
    for (const ClassInfo* info : nested_) {
      DeclareOnce(info->name, info,
                  [&] { Class(*info, indent_ + declare_ + ClassWord(*info), true); });
    }
    // The types that the exports name, and those that these types name.
    while (!waiting_.empty()) {
      const TypeInfo& type = *waiting_.back();
      waiting_.pop_back();
      Declare(type);
    }
    for (const auto& [name, text] : types_) text_ += text;
    text_ += fmt::format("{0}{1}const exported: {{\n{2}{0}}};\n", indent_, declare_, defaults);
    text_ += fmt::format("{}export {{ exported as default{} }};\n", indent_, renamed_);
    return text_;
  }

 private:
  static void CheckClassName(const ClassInfo& info, std::string_view field) {
    if (info.name == field) return;
    throw HostError(fmt::format(
        "The class {} is exported as '{}', and TypeScript knows it by one name; describe "
        "it with .Name(\"{}\").",
        info.name, field, field));
  }

  // The classes in structs of the module: declared, so that the structs may name them.
  void FindNestedClasses(const StructInfo& info) {
    for (const FieldInfo& field : info.fields) {
      const TypeInfo& type = Held(*field.type);
      if (type.Is(conversions::kClass)) {
        const ClassInfo& of = OpsOf<ClassOps>(type).info();
        if (exported_.insert(&of).second) nested_.push_back(&of);
      } else if (type.Is(conversions::kInterface)) {
        const StructInfo& inner = OpsOf<StructOps>(type).info();
        if (searched_.insert(&inner).second) FindNestedClasses(inner);
      }
    }
  }

  // A name for `declare`, which a reserved word cannot be.
  static std::string LocalName(std::string_view name) {
    std::string local(name);
    if (IsIdentifier(name)) return IsReserved(name) ? fmt::format("{}_", local) : local;
    for (char& c : local) {
      if (!IsIdentifier({&c, 1}) && !std::isdigit(static_cast<unsigned char>(c))) c = '_';
    }
    return fmt::format("_{}", local);
  }

  void Export(const FieldInfo& field) {
    const TypeInfo& type = Held(*field.type);
    const bool optional = &type != field.type || field.optional;
    const std::string local = LocalName(field.name);
    std::string start = fmt::format("{}export ", indent_);
    if (local != field.name) {
      start = indent_ + declare_;
      if (IsIdentifier(field.name)) renamed_ += fmt::format(", {} as {}", local, field.name);
    }
    Comment(field.doc, indent_);
    Find(type);
    if (type.Is(conversions::kClass)) {
      const ClassInfo& info = OpsOf<ClassOps>(type).info();
      Class(info, start + ClassWord(info), true);
    } else if (type.Is(conversions::kMethod) && !optional) {
      const Signature& signature = *OpsOf<MethodOps>(type).signature;
      text_ += fmt::format("{}function {}{}: {};\n", start, local, TakenList(signature),
                           ResultName(signature));
    } else if (type.Is(conversions::kEnumObject)) {
      CheckName(local, &type);
      text_ += fmt::format("{}const {}: {};\n", start, local, TypeScriptName(*field.type));
      text_ += fmt::format("{}type {} = {};\n", start, local, TypeScriptName(*type.element));
    } else if (const Signature* const signature = FunctionSignature(*field.type)) {
      text_ += fmt::format("{}const {}: {} => {};\n", start, local, TakenList(*signature),
                           ResultName(*signature));
    } else {
      text_ += fmt::format("{}const {}: {};\n", start, local, TypeScriptName(*field.type));
    }
  }

  void Comment(std::string_view doc, const std::string& indent) {
    text_ += CommentText(doc, indent);
  }

  static std::string CommentText(std::string_view doc, const std::string& indent) {
    if (doc.empty()) return {};
    std::string text = indent + "/**";
    const bool lines = doc.find('\n') != std::string_view::npos;
    while (!doc.empty()) {
      const std::string_view line = doc.substr(0, doc.find('\n'));
      doc.remove_prefix(std::min(line.size() + 1, doc.size()));
      text += (lines ? "\n" + indent + " *" : "") + (line.empty() ? "" : " ");
      for (std::size_t i = 0; i < line.size(); ++i) {
        const bool ends = line[i] == '*' && i + 1 < line.size() && line[i + 1] == '/';
        text += line[i];
        if (ends) text += '\\';
      }
    }
    return text + (lines ? "\n" + indent : "") + " */\n";
  }

  // ---- The types that are named ----

  // Has every struct and class in `type` declared.
  void Find(const TypeInfo& type) {
    if (!found_.insert(&type).second) return;
    if (type.Is(conversions::kStruct) || type.Is(conversions::kInterface) ||
        type.Is(conversions::kInstance)) {
      waiting_.push_back(&type);
      return;
    }
    if (type.Is(conversions::kMethod) || type.Is(conversions::kConstructor)) {
      Find(*OpsOf<MethodOps>(type).signature);
    }
    if (type.Is(conversions::kCallable)) Find(*OpsOf<CallableOps>(type).signature);
    if (type.Is(conversions::kVariant)) {
      for (const TypeInfo* part : OpsOf<VariantOps>(type).types) Find(*part);
    }
    if (type.Is(conversions::kTuple)) {
      for (const TypeInfo* part : OpsOf<TupleOps>(type).types) Find(*part);
    }
    if (type.Is(conversions::kMap)) Find(*OpsOf<MapOps>(type).key);
    if (type.Is(conversions::kStreamPair)) {
      Find(*OpsOf<StreamPairOps>(type).readable);
      Find(*OpsOf<StreamPairOps>(type).writable);
    }
    if (type.element) Find(*type.element);
  }
  void Find(const Signature& signature) {
    for (std::uint32_t i = 0; i < signature.count; ++i) Find(*signature.arguments[i]);
    Find(*signature.result);
  }

  void Declare(const TypeInfo& type) {
    if (type.Is(conversions::kInstance)) {
      const ClassInfo& info = OpsOf<InstanceOps>(type).info();
      if (!exported_.count(&info)) DeclareOnce(info.name, &info, [&] { Instance(info); });
      return;
    }
    const StructInfo& info = OpsOf<StructOps>(type).info();
    DeclareOnce(info.name, &info, [&] { Struct(info); });
  }

  // Whether the name is new; another type must not have it.
  bool CheckName(std::string_view name, const void* what) {
    const auto [known, is_new] = named_.emplace(std::string(name), what);
    if (known->second == what) return is_new;
    throw HostError(
        fmt::format("Two different types are called {} in TypeScript; rename one of them.", name));
  }

  template <class Write>
  void DeclareOnce(std::string_view name, const void* what, Write write) {
    if (!CheckName(name, what)) return;
    if (!IsIdentifier(name)) {
      throw HostError(fmt::format("The type '{}' needs a name to be declared.", name));
    }
    std::string before = std::move(text_);
    text_.clear();
    write();
    types_[std::string(name)] = std::move(text_);
    text_ = std::move(before);
  }

  void Struct(const StructInfo& info) {
    text_ += fmt::format("{}export interface {} {{\n", indent_, info.name);
    const std::string inner = indent_ + "  ";
    for (const FieldInfo& field : info.fields) {
      const TypeInfo& type = Held(*field.type);
      const bool optional = &type != field.type || field.optional;
      Find(type);
      Comment(field.doc, inner);
      text_ += fmt::format("{}{}{}", inner, KeyText(field.name), optional ? "?" : "");
      if (type.Is(conversions::kMethod) && !optional) {
        const Signature& signature = *OpsOf<MethodOps>(type).signature;
        text_ += fmt::format("{}: {};\n", ParameterList(signature), ResultName(signature));
      } else {
        text_ += fmt::format(": {};\n", TypeScriptName(type));
      }
    }
    text_ += fmt::format("{}}}\n", indent_);
  }

  // ---- Classes ----

  // The interface of a class that the module does not export: JavaScript gets objects of it only.
  void Instance(const ClassInfo& info) { Class(info, indent_ + "export interface ", false); }

  void Class(const ClassInfo& info, const std::string& start, bool whole) {
    Comment(info.doc, indent_);
    text_ += start + info.name;
    if (info.base) {
      text_ += fmt::format(" extends {}", info.base->name);
      if (!exported_.count(info.base)) {
        if (whole) {
          throw HostError(fmt::format(
              "The class {} derives from {}, which the module does not export; add it to the "
              "module.",
              info.name, info.base->name));
        }
        DeclareOnce(info.base->name, info.base, [&] { Instance(*info.base); });
      }
    }
    text_ += " {\n";
    if (whole) Constructors(info);
    CheckEvents(info);
    for (const auto& function : info.functions) {
      if (whole || !function->is_static) Function(info, *function);
    }
    for (const auto& property : info.properties) {
      if (whole || !property->is_static) Property(*property);
    }
    if (whole) {
      for (const ClassConstant& constant : info.constants) {
        Find(*constant.type);
        Comment(constant.doc, indent_ + "  ");
        text_ += fmt::format("{}  static readonly {}: {};\n", indent_, KeyText(constant.name),
                             TypeScriptName(*constant.type));
      }
    }
    text_ += fmt::format("{}}}\n", indent_);
  }

  void Constructors(const ClassInfo& info) {
    const auto& constructions = IsAbstract(info) ? info.extensions : info.constructions;
    if (constructions.empty()) {
      const bool is_base = std::any_of(exported_.begin(), exported_.end(),
                                       [&](const auto& other) { return other->base == &info; });
      text_ += fmt::format("{}  {} constructor();\n", indent_, is_base ? "protected" : "private");
    }
    for (const Construction& construction : constructions) {
      Find(*construction.signature);
      Comment(construction.doc, indent_ + "  ");
      text_ += fmt::format("{}  constructor{};\n", indent_, TakenList(*construction.signature));
    }
  }

  void Function(const ClassInfo& info, const ClassFunction& function) {
    for (const Overload& overload : function.overloads) {
      if (!overload.typescript.empty()) {
        EmitterFunction(info, function, overload.typescript);
        continue;
      }
      Find(*overload.signature);
      Comment(overload.doc, indent_ + "  ");
      std::string result = ResultName(*overload.signature);
      if (function.name == "Symbol.iterator" && overload.signature->result->element) {
        result = fmt::format("IterableIterator<{}>",
                             TypeScriptName(*overload.signature->result->element));
      }
      text_ += fmt::format("{}  {}{}{}: {};\n", indent_, function.is_static ? "static " : "",
                           KeyText(function.name), TakenList(*overload.signature), result);
    }
  }

  // Of a class with Emits. The texts stand in class_events.hpp.
  void EmitterFunction(const ClassInfo& info, const ClassFunction& function,
                       std::string_view typescript) {
    const auto write = [&](std::string_view doc, std::string_view event, std::string_view listener,
                           std::string_view arguments) {
      Comment(doc, indent_ + "  ");
      text_ += fmt::format(
          "{}  {}{};\n", indent_, function.name,
          fmt::format(fmt::runtime(typescript), fmt::arg("event", event),
                      fmt::arg("listener", listener), fmt::arg("arguments", arguments)));
    };
    if (info.events.empty() || !IsOfEachEvent(typescript)) {
      write({}, "string | symbol", "(...a: any[]) => void", ", ...a: any[]");
      return;
    }
    for (const ClassEvent& event : info.events) {
      Find(*event.signature);
      const std::string list = ParameterList(*event.signature);
      const std::string inner = list.substr(1, list.size() - 2);
      write(event.doc, QuotedText(event.name), list + " => void",
            inner.empty() ? "" : ", " + inner);
    }
  }

  void Property(const ClassProperty& property) {
    const Overload& get = property.get.overloads.front();
    Find(*get.signature);
    Comment(get.doc, indent_ + "  ");
    const std::string start = fmt::format("{}  {}", indent_, property.is_static ? "static " : "");
    const std::string name = KeyText(property.name);
    const std::string type = ResultName(*get.signature);
    if (property.set.overloads.empty()) {
      text_ += fmt::format("{}readonly {}: {};\n", start, name, type);
      return;
    }
    const Signature& set = *property.set.overloads.front().signature;
    Find(set);
    const std::string taken = TakenName(*set.arguments[0]);
    if (taken == type) {
      text_ += fmt::format("{}{}: {};\n", start, name, type);
    } else {
      text_ += fmt::format("{}get {}(): {};\n", start, name, type);
      text_ += fmt::format("{}set {}(value: {});\n", start, name, taken);
    }
  }

  const std::string indent_;
  const std::string declare_;
  std::string text_;
  std::string renamed_;
  std::set<const ClassInfo*> exported_;
  std::vector<const ClassInfo*> nested_;
  std::set<const StructInfo*> searched_;
  std::set<const TypeInfo*> found_;
  std::vector<const TypeInfo*> waiting_;
  std::map<std::string, const void*> named_;
  std::map<std::string, std::string> types_;
};

}  // namespace

std::string TypeScriptOf(const TypeInfo& module, std::string_view name) {
  const StructInfo& info = OpsOf<StructOps>(module).info();
  if (name.empty()) return Declarations(false).Module(info);
  return fmt::format("declare module {} {{\n{}}}\n", QuotedText(name),
                     Declarations(true).Module(info));
}

}  // namespace nodehost::detail
