#include "snapshot_command.hpp"

#include <cstdio>
#include <exception>

#include "nodehost/snapshot.hpp"

namespace nodehost::cli {

void DescribeSnapshot(CLI::App& verb, SnapshotCommand& command) {
  verb.add_option("entry", command.entry,
                  "A CommonJS file that loads what is to be in memory from the start");
  verb.add_option("-o,--output", command.output, "The file to write")->required();
  verb.add_option("--node-option", command.node_options, "An option of node's to run it with");
  verb.footer("\nExample:\n  nodehost snapshot app.js -o app.snapshot");
}

int RunSnapshot(const SnapshotCommand& command) {
  try {
    WriteSnapshot(
        {.output = command.output, .entry = command.entry, .node_options = command.node_options});
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "nodehost snapshot: %s\n", error.what());
    return 1;
  }
}

}  // namespace nodehost::cli
