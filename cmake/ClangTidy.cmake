# NODEHOST_TIDY: runs clang-tidy on every source of ours as it is compiled; the list is in
# .clang-tidy.
option(NODEHOST_TIDY "Run clang-tidy while compiling" OFF)

if(NODEHOST_TIDY)
  find_program(NODEHOST_CLANG_TIDY NAMES clang-tidy clang-tidy-19 clang-tidy-16 clang-tidy-14)
  if(NOT NODEHOST_CLANG_TIDY)
    message(FATAL_ERROR
      "The tidy preset needs clang-tidy, which is not in PATH. Install it (Debian: clang-tidy) or "
      "name it with -D NODEHOST_CLANG_TIDY=<path>; every other preset works without it.")
  endif()
  # Clang does not know some of GCC's warnings; that is no finding about our sources.
  set(CMAKE_CXX_CLANG_TIDY "${NODEHOST_CLANG_TIDY};--quiet;--extra-arg=-Wno-unknown-warning-option")
endif()
