# NODEHOST_DEBUG_INFO: whether what is built has the debug information that the build type asks for. OFF
# in .ci/run: what is built to be run once needs none, and the library compiles in a fifth less time. A
# variable of the environment, so that it is there for all presets of a workflow.
set(debug_info ON)
if(DEFINED ENV{NODEHOST_DEBUG_INFO})
  set(debug_info "$ENV{NODEHOST_DEBUG_INFO}")
endif()
option(NODEHOST_DEBUG_INFO "Debug information, where the build type asks for it" ${debug_info})

# A sanitizer's report names lines.
if(PROJECT_IS_TOP_LEVEL AND NOT NODEHOST_DEBUG_INFO AND NOT NODEHOST_SANITIZE
   AND CMAKE_CXX_COMPILER_ID MATCHES "GNU|Clang")
  set(NODEHOST_NO_DEBUG_INFO ON)
  add_compile_options(-g0)
endif()
