// How a start-up snapshot is made: a first child runs Node's bootstrap, and a program's entry file,
// and stores the heap; a second one starts from that and adds the code that V8 has compiled
// there; a third one starts an environment from the whole. Each needs a process of its own, for
// V8 starts once in a process, and all its isolates are made from one snapshot.
#include "nodehost/snapshot.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <node.h>

#include <cstdint>
#include <cstring>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "engine/code_caches.hpp"
#include "engine/host_script.hpp"
#include "engine/v8_strings.hpp"
#include "nodehost/environment.hpp"
#include "nodehost/errors.hpp"
#include "nodehost/js.hpp"
#include "nodehost/platform.hpp"
#include "platform_state.hpp"
#include "process/in_child.hpp"
#include "process/snapshot_file.hpp"
#include "start_snapshot.hpp"
#include "thread/fork_guard.hpp"

namespace nodehost {

namespace {

// Node and V8 of a child, for as long as it lives.
class Node {
 public:
  explicit Node(const std::vector<std::string>& options) {
    using node::ProcessInitializationFlags::Flags;
    std::vector<std::string> args = {"node"};
    args.insert(args.end(), options.begin(), options.end());
    const auto result = node::InitializeOncePerProcess(
        args, static_cast<Flags>(Flags::kNoInitializeV8 | Flags::kNoInitializeNodeV8Platform |
                                 Flags::kNoDefaultSignalHandling | Flags::kNoAdjustResourceLimits |
                                 Flags::kDisableNodeOptionsEnv));
    if (result->early_return()) {
      throw PlatformError(fmt::format("{}", fmt::join(result->errors(), "\n")));
    }
    exec_args_ = result->exec_args();
    platform_ = node::MultiIsolatePlatform::Create(1);
    v8::V8::InitializePlatform(platform_.get());
    v8::V8::Initialize();
  }

  std::unique_ptr<node::CommonEnvironmentSetup> Prepare(const std::string& entry) {
    std::vector<std::string> args = {"node"};
    if (!entry.empty()) args.push_back(entry);
    std::vector<std::string> errors;
    auto setup = node::CommonEnvironmentSetup::CreateForSnapshotting(platform_.get(), &errors, args,
                                                                     exec_args_);
    if (!setup) throw PlatformError(fmt::format("{}", fmt::join(errors, "\n")));
    return setup;
  }

 private:
  std::unique_ptr<node::MultiIsolatePlatform> platform_;
  std::vector<std::string> exec_args_;
};

// Runs the entry file as the first user code of an environment that is otherwise as all are.
void RunEntry(node::CommonEnvironmentSetup& setup, const std::string& entry) {
  v8::Isolate* const isolate = setup.isolate();
  const v8::Local<v8::Context> context = setup.context();
  detail::HostScripts scripts(context);
  const auto run = [&](const node::StartExecutionCallbackInfo& info) -> v8::MaybeLocal<v8::Value> {
    const v8::Local<v8::Object> options = v8::Object::New(isolate);
    if (options
            ->CreateDataProperty(context, detail::ToV8String(isolate, "entry"),
                                 detail::ToV8String(isolate, entry))
            .IsNothing()) {
      return {};
    }
    scripts.SetRequire(info.native_require);
    if (scripts.Run("start/snapshot_kept.js", options).IsEmpty()) return {};
    return scripts.Run("start/snapshot_entry.js", options);
  };
  // Node remembers in the heap that there is one: the boundary of each environment from it.
  const auto preload = [](node::Environment*, v8::Local<v8::Value>, v8::Local<v8::Value>) {};
  if (node::LoadEnvironment(setup.env(), run, preload).IsEmpty()) {
    throw PlatformError(fmt::format("{} threw an exception", entry));
  }
}

void LoadBuiltins(const node::CommonEnvironmentSetup& setup) {
  detail::HostScripts scripts(setup.context());
  if (scripts.Run("start/snapshot_builtins.js", v8::Undefined(setup.isolate())).IsEmpty()) {
    throw PlatformError("Node.js could not load its own modules");
  }
}

// Runs what is to be in the snapshot. The event loop runs, too: at its end Node tells what it has
// loaded that it is being stored.
void Fill(node::CommonEnvironmentSetup& setup, const std::string& entry) {
  const v8::HandleScope handles(setup.isolate());
  const v8::Context::Scope entered(setup.context());
  LoadBuiltins(setup);
  if (!entry.empty()) RunEntry(setup, entry);
  // Left by the bootstrap; V8 cannot store a queue with something in it.
  setup.isolate()->PerformMicrotaskCheckpoint();
  const int code = node::SpinEventLoop(setup.env()).FromMaybe(1);
  if (code != 0) throw PlatformError(fmt::format("{} has ended with code {}", entry, code));
}

void WriteHeap(const SnapshotOptions& options, const std::string& entry) {
  std::vector<std::string> node_options = options.node_options;
  // For start/snapshot_kept.js; the entry file does not have them.
  if (!entry.empty()) node_options.emplace_back("--expose-internals");
  Node node(node_options);
  const auto setup = node.Prepare(entry);
  std::vector<char> blob;
  {
    const v8::Locker locker(setup->isolate());
    const v8::Isolate::Scope isolate(setup->isolate());
    Fill(*setup, entry);
    const auto snapshot = setup->CreateSnapshot();
    if (!snapshot) throw PlatformError("Node.js could not store its heap");
    blob = snapshot->ToBlob();
  }
  const std::string libnode = host::LibnodeIdentity();
  host::WriteSnapshotFile(
      options.output,
      {.libnode = libnode, .node = {blob.data(), blob.size()}, .scripts_of = {}, .scripts = {}});
}

void Append(std::string& bytes, std::uint64_t number) {
  char text[sizeof(number)];
  std::memcpy(text, &number, sizeof(number));
  bytes.append(text, sizeof(number));
}

// The last part of what Node stores is a list of code caches of its built-in modules: their number;
// for each its name and its bytes, each behind its size. Node fills it when it builds itself, and
// leaves it empty in a snapshot of an embedder's. Returns false if there is something else.
bool AddBuiltinCaches(std::string& blob, const std::vector<detail::MadeCodeCache>& caches) {
  const std::string none(sizeof(std::uint64_t), '\0');
  if (!blob.ends_with(none)) return false;
  blob.resize(blob.size() - none.size());
  Append(blob, caches.size());
  for (const auto& [name, bytes] : caches) {
    Append(blob, name.size());
    blob += name;
    Append(blob, bytes.size());
    blob += bytes;
  }
  return true;
}

PlatformOptions StartFrom(const SnapshotOptions& options) {
  return {.node_options = options.node_options,
          .snapshot = options.output,
          .on_log = [](std::string_view line) { throw PlatformError(std::string(line)); }};
}

void AddCaches(const SnapshotOptions& options) {
  const std::string libnode = host::LibnodeIdentity();
  NodejsPlatform platform(StartFrom(options));
  Environment node = platform.CreateEnvironment();
  const auto [own, builtins] = node.Run([](Js& js) {
    return std::pair(detail::MakeHostCodeCaches(js.thread()),
                     detail::MakeBuiltinCodeCaches(js.thread()));
  });
  const host::SnapshotFile before(options.output, libnode);
  std::string blob(before.contents().node);
  AddBuiltinCaches(blob, builtins);
  const std::string scripts_of = detail::HostScriptsIdentity();
  host::SnapshotContents contents{
      .libnode = libnode, .node = blob, .scripts_of = scripts_of, .scripts = {}};
  for (const auto& [name, bytes] : own) contents.scripts[name] = bytes;
  host::WriteSnapshotFile(options.output, contents);
}

void Try(const SnapshotOptions& options) {
  NodejsPlatform platform(StartFrom(options));
  Environment node = platform.CreateEnvironment();
  node.Run([](Js& js) { return js.Eval("1 + 1").As<int>(); });
}

}  // namespace

void WriteSnapshot(const SnapshotOptions& options) {
  namespace fs = std::filesystem;
  detail::CheckNotForked();
  host::RequireUnstarted();
  const auto make = [&](const char* step, const std::function<void()>& function) {
    const std::string failure = host::InChild(function);
    if (failure.empty()) return;
    std::error_code error;
    fs::remove(options.output, error);
    throw PlatformError(
        fmt::format("The snapshot {} could not {}: {}.", options.output, step, failure));
  };
  std::error_code error;
  const std::string entry =
      options.entry.empty() ? std::string() : fs::absolute(options.entry, error).string();
  if (!entry.empty() && !fs::is_regular_file(entry, error)) {
    throw PlatformError(
        fmt::format("SnapshotOptions::entry: \"{}\" is not a file.", options.entry));
  }
  SnapshotOptions made = options;
  made.output += ".unfinished";
  make("be made", [&] { WriteHeap(made, entry); });
  make("be completed", [&] { AddCaches(made); });
  make("be used", [&] { Try(made); });
  fs::rename(made.output, options.output, error);
  if (error) {
    throw PlatformError(
        fmt::format("The snapshot {} cannot be written: {}.", options.output, error.message()));
  }
}

}  // namespace nodehost
