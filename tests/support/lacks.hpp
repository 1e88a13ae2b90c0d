// For a test of what not every Node.js has: `if (test::Lacks(NodeMajor() < 22, "...")) return;`
// CTest reports it as skipped, and cmake/README.md says what each Node.js lacks.
#pragma once

#include <cstdio>

namespace test {

/// The major version of the Node.js that the tests are built with.
int NodeMajor();

/// Says what is lacking, if it is; DoctestDiscover.cmake knows the words.
inline bool Lacks(bool lacks, const char* what) {
  if (lacks) std::printf("skipped: Node.js %d lacks %s\n", NodeMajor(), what);
  return lacks;
}

/// Rights::read_files and write_files know the native functions of these versions only.
inline bool LacksFileRights() {
  return Lacks(NodeMajor() != 22 && NodeMajor() != 24, "what Rights::read_files stands on");
}

}  // namespace test
