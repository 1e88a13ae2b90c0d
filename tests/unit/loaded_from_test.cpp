// Which file a function was loaded from.
#include <doctest/doctest.h>

#include <unistd.h>

#include <filesystem>
#include <string>

#include "process/loaded_from.hpp"

namespace fs = std::filesystem;
using nodehost::host::AreInOneFile;
using nodehost::host::BuildIdOf;
using nodehost::host::LoadedFrom;

namespace {

void OfThisProgram() {}
void AnotherOfThisProgram() {}

const auto* const kOwn = reinterpret_cast<const void*>(&OfThisProgram);
const auto* const kOfLibc = reinterpret_cast<const void*>(&getpid);

}  // namespace

TEST_CASE("a function of a shared library is found in its file") {
  const std::string path = LoadedFrom(kOfLibc);
  CHECK(fs::path(path).filename().string().starts_with("libc."));
  CHECK(fs::is_regular_file(path));
}

TEST_CASE("a function of the program is found in the program") {
  CHECK(fs::equivalent(LoadedFrom(kOwn), "/proc/self/exe"));
}

TEST_CASE("what no file holds is found in none") {
  const int on_the_stack = 0;
  CHECK(LoadedFrom(&on_the_stack).empty());
  CHECK(LoadedFrom(nullptr).empty());
  CHECK_FALSE(AreInOneFile(&on_the_stack, &on_the_stack));
}

TEST_CASE("two functions are in one file or in two") {
  CHECK(AreInOneFile(kOwn, reinterpret_cast<const void*>(&AnotherOfThisProgram)));
  CHECK(AreInOneFile(kOfLibc, reinterpret_cast<const void*>(&getppid)));
  CHECK_FALSE(AreInOneFile(kOwn, kOfLibc));
  CHECK_FALSE(AreInOneFile(kOfLibc, kOwn));
}

TEST_CASE("files have different builds") {
  CHECK_FALSE(BuildIdOf(kOwn).empty());
  CHECK(BuildIdOf(kOwn) == BuildIdOf(reinterpret_cast<const void*>(&AnotherOfThisProgram)));
  CHECK(BuildIdOf(kOwn) != BuildIdOf(kOfLibc));
}
