#include "info.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <exception>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "nodehost/nodehost.hpp"

namespace nodehost::cli {

namespace {

struct GuardInfo {
  std::string name;
  std::string state;
  std::string protects;
  std::string reason;
  NODEHOST_FIELDS(GuardInfo, name, state, protects, reason)
};

struct Info {
  std::string nodehost;
  std::string libnode;
  std::string snapshot;  // empty: none
  std::map<std::string, std::string> versions;
  std::vector<GuardInfo> guards;
  std::vector<std::string> missing;
  NODEHOST_FIELDS(Info, nodehost, libnode, snapshot, versions, guards, missing)
};

const char* NameOf(GuardState state) {
  switch (state) {
    case GuardState::kHolds:
      return "holds";
    case GuardState::kOff:
      return "off";
    case GuardState::kMissing:
      return "missing";
  }
  return "";
}

// As a program that hosts Node.js has it, whose process the guards protect.
Info Collect(const NodejsPlatform& platform, Environment& node) {
  Info info{.nodehost = platform.versions().nodehost,
            .libnode = platform.versions().libnode_path,
            .snapshot = platform.snapshot(),
            .versions = {},
            .guards = {},
            .missing = {}};
  info.versions = node.Run([](Js& js) {
    return js.Global()["process"]["versions"].As<std::map<std::string, std::string>>();
  });
  for (const Guard& guard : platform.guards()) {
    info.guards.push_back({guard.name, NameOf(guard.state), guard.protects, guard.reason});
    if (guard.state == GuardState::kMissing) {
      info.missing.push_back(fmt::format(
          "the guard \"{}\": {} The libnode that nodehost is built with by default has it.",
          guard.name, guard.reason));
    }
  }
  if (info.snapshot.empty()) {
    info.missing.push_back(
        "a start-up snapshot: environments start in three times the time. Make it with `nodehost "
        "snapshot -o nodehost.snapshot`, beside libnode.");
  }
  return info;
}

void PrintText(const Info& info) {
  std::printf("nodehost %s\n", info.nodehost.c_str());
  for (const char* const name : {"node", "v8", "uv", "modules", "openssl", "icu"}) {
    const auto version = info.versions.find(name);
    if (version != info.versions.end()) std::printf("%s %s\n", name, version->second.c_str());
  }
  std::printf("libnode: %s\n", info.libnode.c_str());
  std::printf("start-up snapshot: %s\n", info.snapshot.empty() ? "none" : info.snapshot.c_str());
  std::puts("guards:");
  for (const GuardInfo& guard : info.guards) {
    std::printf("  %-8s %-8s %s%s\n", guard.name.c_str(), guard.state.c_str(),
                guard.protects.c_str(),
                guard.reason.empty() ? "" : fmt::format(" ({})", guard.reason).c_str());
  }
  std::puts(info.missing.empty() ? "missing: nothing" : "missing:");
  for (const std::string& one : info.missing) std::printf("  %s\n", one.c_str());
}

}  // namespace

void DescribeInfo(CLI::App& verb, InfoCommand& command) {
  verb.add_flag("--json", command.json, "As JSON, for programs");
  verb.footer("\nExample:\n  nodehost info --json");
}

int RunInfo(const InfoCommand& command) {
  try {
    NodejsPlatform platform({.on_log = [](std::string_view) {}});  // told below
    Environment node = platform.CreateEnvironment();
    const Info info = Collect(platform, node);
    if (!command.json) {
      PrintText(info);
      return 0;
    }
    const std::string text = node.Run([&](Js& js) {
      return js.Global()["JSON"].Call("stringify", info, nullptr, 2).As<std::string>();
    });
    std::puts(text.c_str());
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "nodehost info: %s\n", error.what());
    return 1;
  }
}

}  // namespace nodehost::cli
