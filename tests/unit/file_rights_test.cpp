#include "process/file_rights.hpp"

#include <doctest/doctest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "nodehost/errors.hpp"

using nodehost::Rights;
using nodehost::host::FileAccess;
using nodehost::host::FileRights;
namespace fs = std::filesystem;

namespace {

// A folder with two folders in it, of which tests allow "in".
struct Tree {
  Tree() {
    fs::remove_all(root);
    fs::create_directories(root / "in/deep");
    fs::create_directories(root / "out");
    std::ofstream(root / "in/file") << "x";
    std::ofstream(root / "out/file") << "x";
  }
  ~Tree() { fs::remove_all(root); }

  const fs::path root = fs::canonical(fs::temp_directory_path()) /
                        ("nodehost-file-rights-" + std::to_string(getpid()));
};

// Makes a folder the current one for its scope.
class CurrentFolder {
 public:
  explicit CurrentFolder(const fs::path& folder) : before_(fs::current_path()) {
    fs::current_path(folder);
  }
  ~CurrentFolder() { fs::current_path(before_); }

 private:
  const fs::path before_;
};

bool Allows(const FileRights& rights, FileAccess access, const fs::path& path, bool follow = true) {
  return !rights.Refusal(access, follow, path.string());
}

}  // namespace

TEST_CASE("file rights: inside of a folder, and nothing else") {
  const Tree tree;
  const FileRights rights({.read_files = {{tree.root / "in"}}});
  CHECK(Allows(rights, FileAccess::kRead, tree.root / "in"));
  CHECK(Allows(rights, FileAccess::kRead, tree.root / "in/file"));
  CHECK(Allows(rights, FileAccess::kRead, tree.root / "in/not/there"));
  CHECK(Allows(rights, FileAccess::kWrite, tree.root / "out/file"));
  CHECK_FALSE(Allows(rights, FileAccess::kRead, tree.root / "out/file"));
  CHECK_FALSE(Allows(rights, FileAccess::kRead, tree.root));
  CHECK_FALSE(Allows(rights, FileAccess::kRead, tree.root / "inn"));
  CHECK_FALSE(Allows(rights, FileAccess::kReadWrite, tree.root / "out/file"));
}

TEST_CASE("file rights: dots, NULs and paths relative to the working directory") {
  const Tree tree;
  const FileRights rights({.read_files = {{tree.root / "in"}}});
  CHECK_FALSE(Allows(rights, FileAccess::kRead, tree.root / "in/../out/file"));
  CHECK(Allows(rights, FileAccess::kRead, tree.root / "out/../in/file"));
  CHECK(Allows(rights, FileAccess::kRead, tree.root / "in/./deep/..//file"));
  // "in/new" does not exist, so nobody can say what "in/new/.." is: mkdir could make it a link.
  CHECK_FALSE(Allows(rights, FileAccess::kRead, tree.root / "in/new/../../out"));
  const std::string nul = (tree.root / "in/file").string() + '\0' + "x";
  CHECK(rights.Refusal(FileAccess::kRead, true, nul).has_value());
  const CurrentFolder in(tree.root / "in");
  CHECK(Allows(rights, FileAccess::kRead, "file"));
  CHECK(Allows(rights, FileAccess::kRead, ""));
  CHECK_FALSE(Allows(rights, FileAccess::kRead, "../out/file"));
}

TEST_CASE("file rights: symbolic links are what they lead to") {
  const Tree tree;
  fs::create_symlink("../out", tree.root / "in/folder");
  fs::create_symlink("../out/new", tree.root / "in/dangling");
  fs::create_symlink("loop", tree.root / "in/loop");
  fs::create_symlink(tree.root / "in", tree.root / "out/back");
  const FileRights rights({.read_files = {{tree.root / "in"}}});
  CHECK_FALSE(Allows(rights, FileAccess::kRead, tree.root / "in/folder"));
  CHECK_FALSE(Allows(rights, FileAccess::kRead, tree.root / "in/folder/file"));
  CHECK_FALSE(Allows(rights, FileAccess::kRead, tree.root / "in/dangling"));
  CHECK_FALSE(Allows(rights, FileAccess::kRead, tree.root / "in/loop"));
  CHECK(Allows(rights, FileAccess::kRead, tree.root / "out/back/file"));
  // ".." is above the folder that a link leads to, not above the link.
  CHECK_FALSE(Allows(rights, FileAccess::kRead, tree.root / "in/folder/../in2"));
  CHECK(Allows(rights, FileAccess::kRead, tree.root / "in/folder/../in/file"));
  // Calls that do not follow a link (lstat, unlink) ask for the link itself.
  CHECK(Allows(rights, FileAccess::kRead, tree.root / "in/folder", false));
  CHECK_FALSE(Allows(rights, FileAccess::kRead, tree.root / "in/folder/", false));
  CHECK_FALSE(Allows(rights, FileAccess::kRead, tree.root / "in/folder/file", false));
  CHECK_FALSE(Allows(rights, FileAccess::kRead, tree.root / "out/back", false));
}

TEST_CASE("file rights: links of /proc are not what they show") {
  const Tree tree;
  const FileRights rights({.read_files = {{tree.root / "in"}}});
  const CurrentFolder in(tree.root / "in");
  CHECK_FALSE(Allows(rights, FileAccess::kRead, "/proc/self/cwd/file"));
  CHECK_FALSE(Allows(rights, FileAccess::kRead, "/proc/self/mem"));
}

TEST_CASE("file rights: the way to a folder may be looked at, not read") {
  const Tree tree;
  fs::create_symlink("in", tree.root / "alias");
  const FileRights rights({.read_files = {{tree.root / "alias/deep"}}});
  for (const char* name : {"", "alias", "in", "in/deep"}) {
    CAPTURE(name);
    CHECK(Allows(rights, FileAccess::kLook, tree.root / name, false));
  }
  CHECK(Allows(rights, FileAccess::kLook, "/"));
  CHECK(Allows(rights, FileAccess::kRead, tree.root / "alias/deep/x"));
  CHECK_FALSE(Allows(rights, FileAccess::kRead, tree.root / "in"));
  CHECK_FALSE(Allows(rights, FileAccess::kLook, tree.root / "in/file"));
  CHECK_FALSE(Allows(rights, FileAccess::kLook, tree.root / "out"));
}

TEST_CASE("file rights: reading and writing are rights of their own") {
  const Tree tree;
  const FileRights rights(
      {.read_files = {{tree.root / "in"}}, .write_files = {{tree.root / "out"}}});
  CHECK(Allows(rights, FileAccess::kWrite, tree.root / "out/file"));
  CHECK(Allows(rights, FileAccess::kLook, tree.root / "out/file"));
  CHECK_FALSE(Allows(rights, FileAccess::kRead, tree.root / "out/file"));
  CHECK_FALSE(Allows(rights, FileAccess::kWrite, tree.root / "in/file"));
  CHECK_FALSE(Allows(rights, FileAccess::kReadWrite, tree.root / "in/file"));
  const FileRights none({.read_files = std::vector<std::string>()});
  CHECK_FALSE(Allows(none, FileAccess::kRead, "/"));
}

TEST_CASE("file rights: a refusal says what was asked, what it is, and what is allowed") {
  const Tree tree;
  fs::create_symlink("../out/file", tree.root / "in/link");
  const std::string root = tree.root.string();
  const FileRights rights({.read_files = {{tree.root / "in", tree.root / "in/deep"}},
                           .write_files = std::vector<std::string>{}});
  CHECK(rights.Refusal(FileAccess::kRead, true, root + "/in/link") ==
        "This environment may not read \"" + root + "/in/link\", which is \"" + root +
            "/out/file\": Rights::read_files allows only \"" + root + "/in\", \"" + root +
            "/in/deep\"");
  CHECK(rights.Refusal(FileAccess::kWrite, true, root + "/in/file") ==
        "This environment may not write \"" + root +
            "/in/file\": Rights::write_files allows no files");
}

TEST_CASE("file rights: a folder that does not exist is an error") {
  const Tree tree;
  CHECK_THROWS_WITH_AS(FileRights({.read_files = {{tree.root / "no"}}}),
                       ("Rights::read_files: there is no \"" + (tree.root / "no").string() +
                        "\". It must name a folder, or a file, that exists.")
                           .c_str(),
                       nodehost::HostError);
}
