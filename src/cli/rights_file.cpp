#include "rights_file.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>  // fmt::join from fmt 11 on

#include <CLI/CLI.hpp>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <system_error>
#include <vector>

#include "nearest.hpp"
#include "nodehost/errors.hpp"

namespace nodehost::cli {

namespace {

using Setter = std::function<void(Rights&, const std::vector<std::string>&)>;

Setter Flag(bool Rights::*field) {
  return [field](Rights& rights, const std::vector<std::string>& values) {
    if (values.size() != 1 || (values[0] != "true" && values[0] != "false")) {
      throw HostError("it must be true or false");
    }
    rights.*field = values[0] == "true";
  };
}

Setter List(std::optional<std::vector<std::string>> Rights::*field) {
  return [field](Rights& rights, const std::vector<std::string>& values) {
    rights.*field = values;
    // CLI11 hands an empty list over as one empty text.
    if (values == std::vector<std::string>{""}) (rights.*field)->clear();
  };
}

const std::map<std::string, Setter>& Fields() {
  static const std::map<std::string, Setter> fields = {
      {"native_addons", Flag(&Rights::native_addons)},
      {"child_processes", Flag(&Rights::child_processes)},
      {"workers", Flag(&Rights::workers)},
      {"network", Flag(&Rights::network)},
      {"environment_variables", Flag(&Rights::environment_variables)},
      {"read_files", List(&Rights::read_files)},
      {"write_files", List(&Rights::write_files)},
      {"builtins", List(&Rights::builtins)}};
  return fields;
}

std::string NoField(const std::string& name) {
  std::vector<std::string> names;
  for (const auto& [field, setter] : Fields()) names.push_back(field);
  const std::string nearest = Nearest(name, names);
  if (!nearest.empty()) {
    return fmt::format("there is no such right. Did you mean \"{}\"?", nearest);
  }
  return fmt::format("there is no such right. There are: {}", fmt::join(names, " "));
}

std::vector<CLI::ConfigItem> ReadItems(const std::string& path) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error)) {
    throw HostError(fmt::format("--rights: there is no file {}",
                                std::filesystem::absolute(path, error).string()));
  }
  try {
    return CLI::ConfigTOML().from_file(path);
  } catch (const CLI::Error& refused) {
    throw HostError(fmt::format("--rights: {}: {}", path, refused.what()));
  }
}

}  // namespace

Rights ReadRights(const std::string& path) {
  Rights rights;
  for (const CLI::ConfigItem& item : ReadItems(path)) {
    if (item.name == "++" || item.name == "--") continue;  // where a section begins and ends
    const auto field = Fields().find(item.name);
    try {
      if (field == Fields().end() || !item.parents.empty()) throw HostError(NoField(item.name));
      field->second(rights, item.inputs);
    } catch (const HostError& wrong) {
      throw HostError(fmt::format("--rights: {}: {}: {}", path, item.fullname(), wrong.what()));
    }
  }
  return rights;
}

}  // namespace nodehost::cli
