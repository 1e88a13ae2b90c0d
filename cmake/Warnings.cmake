# nodehost_warnings: the warnings our own targets are compiled with, as errors. Link it PRIVATE.
option(NODEHOST_WERROR "Warnings are errors" ${PROJECT_IS_TOP_LEVEL})

add_library(nodehost_warnings INTERFACE)
target_compile_options(nodehost_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wconversion -Wshadow
  $<$<BOOL:${NODEHOST_WERROR}>:-Werror>)
