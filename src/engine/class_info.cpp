// The descriptions of C++ classes: their registry, and how names of C++ are names of JavaScript.
#include "nodehost/detail/class_info.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <mutex>
#include <shared_mutex>
#include <typeindex>
#include <unordered_map>
#include <utility>

#include "nodehost/errors.hpp"

namespace nodehost::detail {

namespace {

struct Registry {
  std::shared_mutex mutex;
  std::unordered_map<std::type_index, const ClassInfo*> classes;
  std::uint32_t next_id = 0;
};

Registry& Known() {
  static auto* const registry = new Registry;  // JavaScript may outlive static objects
  return *registry;
}

bool IsUpper(char c) { return std::isupper(static_cast<unsigned char>(c)) != 0; }
char Lower(char c) { return static_cast<char>(std::tolower(static_cast<unsigned char>(c))); }
char Upper(char c) { return static_cast<char>(std::toupper(static_cast<unsigned char>(c))); }

template <class List>
auto FindMember(List& list, std::string_view name, bool is_static) {
  return std::find_if(list.begin(), list.end(), [&](const auto& member) {
    return member->name == name && member->is_static == is_static;
  });
}

// In JavaScript one of the two would take the place of the other.
[[noreturn]] void ThrowBoth(const ClassInfo& info, std::string_view name) {
  throw HostError(fmt::format(
      "'{}' of the class {} is described as a method and as a property; give one of them another "
      "name.",
      name, info.name));
}

}  // namespace

void RegisterClass(ClassInfo& info, const std::type_info* type) {
  for (const auto& function : info.functions) {
    function->info = &info;
    function->full_name = fmt::format("{}.{}", info.name, function->name);
  }
  for (const auto& property : info.properties) {
    for (ClassFunction* const function : {&property->get, &property->set}) {
      function->info = &info;
      function->name = property->name;
      function->full_name = fmt::format("{}.{}", info.name, property->name);
      function->is_static = property->is_static;
    }
  }
  Registry& registry = Known();
  const std::lock_guard lock(registry.mutex);
  info.id = registry.next_id++;
  if (type) registry.classes[*type] = &info;
}

const ClassInfo* FindClass(const std::type_info& type) noexcept {
  Registry& registry = Known();
  const std::shared_lock lock(registry.mutex);
  const auto found = registry.classes.find(type);
  return found == registry.classes.end() ? nullptr : found->second;
}

std::string& AddOverload(ClassInfo& info, std::string_view name, bool is_static,
                         Overload overload) {
  if (FindMember(info.properties, name, is_static) != info.properties.end()) ThrowBoth(info, name);
  const auto found = FindMember(info.functions, name, is_static);
  if (found != info.functions.end()) {
    (*found)->overloads.push_back(std::move(overload));
    return (*found)->overloads.back().doc;
  }
  auto added = std::make_unique<ClassFunction>();
  added->name = std::string(name);
  added->is_static = is_static;
  added->overloads.push_back(std::move(overload));
  return info.functions.emplace_back(std::move(added))->overloads.back().doc;
}

std::string& AddProperty(ClassInfo& info, std::string_view name, bool is_static, Overload get,
                         Overload set) {
  if (FindMember(info.functions, name, is_static) != info.functions.end()) ThrowBoth(info, name);
  if (FindMember(info.properties, name, is_static) != info.properties.end()) {
    throw HostError(fmt::format(
        "The property '{}' of the class {} is described twice; give one of them another name.",
        name, info.name));
  }
  auto added = std::make_unique<ClassProperty>();
  added->name = std::string(name);
  added->is_static = is_static;
  added->get.overloads.push_back(std::move(get));
  if (set.serve) added->set.overloads.push_back(std::move(set));
  return info.properties.emplace_back(std::move(added))->get.overloads.front().doc;
}

std::string CamelCase(std::string_view name) {
  std::string text;
  for (std::size_t i = 0; i < name.size(); ++i) {
    if (name[i] == '_' && !text.empty() && i + 1 < name.size()) {
      text += Upper(name[++i]);
    } else if (name[i] != '_') {
      text += name[i];
    }
  }
  // The first word becomes lower case: all of an abbreviation but the letter of the next word.
  for (std::size_t i = 0; i < text.size() && IsUpper(text[i]); ++i) {
    if (i > 0 && i + 1 < text.size() && !IsUpper(text[i + 1]) &&
        std::isalpha(static_cast<unsigned char>(text[i + 1]))) {
      break;
    }
    text[i] = Lower(text[i]);
  }
  return text;
}

std::string PropertyName(std::string_view getter) {
  if (getter.size() > 3 && getter.starts_with("Get") && IsUpper(getter[3])) {
    getter.remove_prefix(3);
  } else if (getter.size() > 4 && getter.starts_with("get_")) {
    getter.remove_prefix(4);
  } else if (getter.size() > 3 && getter.starts_with("get") && IsUpper(getter[3])) {
    getter.remove_prefix(3);
  }
  return CamelCase(getter);
}

}  // namespace nodehost::detail
