# nodehost_add_module: a plug-in, for `nodehost run --module` and `nodehost types`.
#
#   nodehost_add_module(<target> <source>...)
#
# builds lib<target>.so from sources of which one says NODEHOST_PLUGIN (nodehost/plugin.hpp), and
# exports nothing else of them.
include_guard(GLOBAL)

function(nodehost_add_module target)
  if(NOT ARGN)
    message(FATAL_ERROR "nodehost_add_module(${target}): there are no sources")
  endif()
  get_target_property(library nodehost::nodehost ALIASED_TARGET)
  if(NOT library)
    set(library nodehost::nodehost)
  endif()
  get_target_property(type ${library} TYPE)
  if(type STREQUAL "STATIC_LIBRARY")
    message(FATAL_ERROR "nodehost_add_module(${target}): a plug-in shares libnodehost with the "
                        "program that loads it, and this one is static: BUILD_SHARED_LIBS=ON")
  endif()
  add_library(${target} MODULE ${ARGN})
  set_target_properties(${target} PROPERTIES
    CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON)
  target_link_libraries(${target} PRIVATE nodehost::nodehost)
endfunction()
