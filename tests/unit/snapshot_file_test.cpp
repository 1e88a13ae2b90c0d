// SnapshotFile: what was written is read, and what does not fit is refused with the reason.
#include <doctest/doctest.h>

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "nodehost/errors.hpp"
#include "process/snapshot_file.hpp"

namespace {

namespace fs = std::filesystem;
namespace host = nodehost::host;

constexpr std::string_view kLibnode = "Node.js 22.1.0 of build ab";

class File {
 public:
  File() : path_((fs::temp_directory_path() / ("snapshot-" + std::to_string(getpid()))).string()) {
    host::WriteSnapshotFile(path_, {.libnode = kLibnode,
                                    .node = "what Node stores",
                                    .scripts_of = "a hash",
                                    .scripts = {{"start/one.js", "code"}, {"two.js", ""}}});
  }
  ~File() { fs::remove(path_); }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

std::string RefusalOf(const std::string& path, std::string_view libnode = kLibnode) {
  try {
    const host::SnapshotFile file(path, libnode);
    return "";
  } catch (const nodehost::PlatformError& error) {
    return error.what();
  }
}

}  // namespace

TEST_CASE("a snapshot file gives back what was written") {
  const File written;
  const host::SnapshotFile file(written.path(), kLibnode);
  CHECK(file.contents().libnode == kLibnode);
  CHECK(file.contents().node == "what Node stores");
  CHECK(file.contents().scripts_of == "a hash");
  CHECK(file.contents().scripts.size() == 2);
  CHECK(file.contents().scripts.at("start/one.js") == "code");
}

TEST_CASE("a snapshot file of another libnode is refused, with both named") {
  const File written;
  CHECK(RefusalOf(written.path(), "Node.js 22.1.0 of build cd") ==
        "the snapshot " + written.path() +
            " was made with another libnode: with Node.js 22.1.0 of build ab, and this is Node.js "
            "22.1.0 of build cd");
}

TEST_CASE("a snapshot file that ends early, or has one other byte, is refused") {
  const File written;
  std::ifstream in(written.path(), std::ios::binary);
  const std::string whole{std::istreambuf_iterator<char>(in), {}};
  const auto with = [&](const std::string& bytes) {
    std::ofstream(written.path(), std::ios::binary | std::ios::trunc) << bytes;
    return RefusalOf(written.path());
  };
  CHECK(with(whole).empty());
  for (std::size_t size = 0; size < whole.size(); ++size) {
    CAPTURE(size);
    CHECK(with(whole.substr(0, size)).find(written.path()) != std::string::npos);
    std::string other = whole;
    other[size] ^= 1;
    CHECK(with(other).find(written.path()) != std::string::npos);
  }
}
