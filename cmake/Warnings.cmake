# nodehost_warnings: the warnings our own targets are compiled with, as errors. Link it PRIVATE.
option(NODEHOST_WERROR "Warnings are errors" ${PROJECT_IS_TOP_LEVEL})

add_library(nodehost_warnings INTERFACE)
target_compile_options(nodehost_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wconversion -Wshadow
  $<$<BOOL:${NODEHOST_WERROR}>:-Werror>)
# GCC 12 warns of overlaps in `"text" + std::string` that cannot happen (its bug 105651, fixed in 13).
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  target_compile_options(nodehost_warnings INTERFACE -Wno-restrict)
endif()
