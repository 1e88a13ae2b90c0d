# nodehost_relink_libnode: a copy of a prebuilt libnode that runs on this machine's glibc and starts
# faster. The tool that makes it, cmake/relink, is built here while configuring; both lie in the
# provision folder.
#
#   NODEHOST_RELINK  OFF: use the prebuilt as it was fetched. Where glibc is older than the one it
#                    was linked on, its floor is lowered in a copy all the same: without that it
#                    cannot load.
#   NODEHOST_RELINK_CALLS  OFF: bind, but leave the calls through the PLT as they are.
include_guard(GLOBAL)

option(NODEHOST_RELINK "Bind a prebuilt libnode to its own symbols, for a faster start" ON)
option(NODEHOST_RELINK_CALLS "Make a prebuilt libnode's calls to its own symbols direct" ON)
get_filename_component(nodehost_relink_source "${CMAKE_CURRENT_LIST_DIR}/relink" ABSOLUTE)
set(NODEHOST_RELINK_SOURCE_DIR "${nodehost_relink_source}" CACHE INTERNAL "")

# The glibc we compile for, as 2.36; nothing where there is another C library.
function(nodehost_glibc_version out_var)
  if(NOT DEFINED CACHE{NODEHOST_GLIBC_VERSION})
    execute_process(COMMAND "${CMAKE_CXX_COMPILER}" -E -dM -include features.h -x c++ /dev/null
                    OUTPUT_VARIABLE macros ERROR_QUIET)
    set(version "")
    if(macros MATCHES "#define __GLIBC__ ([0-9]+)")
      set(version "${CMAKE_MATCH_1}")
      string(REGEX MATCH "#define __GLIBC_MINOR__ ([0-9]+)" ignored "${macros}")
      string(APPEND version ".${CMAKE_MATCH_1}")
    endif()
    set(NODEHOST_GLIBC_VERSION "${version}" CACHE INTERNAL "")
  endif()
  set(${out_var} "${NODEHOST_GLIBC_VERSION}" PARENT_SCOPE)
endfunction()

# Builds the tool (once for these sources and this compiler) and sets OUT_VAR to its folder.
function(nodehost_relink_tool out_var)
  file(GLOB sources CONFIGURE_DEPENDS "${NODEHOST_RELINK_SOURCE_DIR}/*")
  set(key "${CMAKE_CXX_COMPILER} ${CMAKE_CXX_COMPILER_VERSION}\n")
  foreach(source IN LISTS sources)
    file(SHA256 "${source}" digest)
    string(APPEND key "${digest}\n")
  endforeach()
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${sources}")
  nodehost_provision_entry(relink/tool KEY "${key}" LOCAL FETCH nodehost_build_relink_tool
                           KEY_FILES nodehost-relink libnhfloor.so OUT_VAR folder)
  set(${out_var} "${folder}" PARENT_SCOPE)
endfunction()

function(nodehost_build_relink_tool folder error_var)
  message(STATUS "Building the relinking tool")
  set(build "${folder}.build")
  nodehost_run(error COMMAND "${CMAKE_COMMAND}" -S "${NODEHOST_RELINK_SOURCE_DIR}" -B "${build}"
    -G "${CMAKE_GENERATOR}" "-DCMAKE_MAKE_PROGRAM=${CMAKE_MAKE_PROGRAM}"
    "-DCMAKE_CXX_COMPILER=${CMAKE_CXX_COMPILER}" -DCMAKE_BUILD_TYPE=Release)
  if(NOT error)
    nodehost_run(error COMMAND "${CMAKE_COMMAND}" --build "${build}")
  endif()
  if(NOT error)
    file(COPY "${build}/nodehost-relink" "${build}/libnhfloor.so" DESTINATION "${folder}")
  endif()
  file(REMOVE_RECURSE "${build}")
  set(${error_var} "${error}" PARENT_SCOPE)
endfunction()

function(nodehost_make_relinked_copy folder error_var tool library)
  get_filename_component(name "${library}" NAME)
  list(JOIN ARGN " " options)
  message(STATUS "Relinking a copy of ${name} (${options})")
  nodehost_run(error COMMAND "${tool}/nodehost-relink" ${ARGN} "${library}" "${folder}/${name}")
  if(NOT error AND "--floor" IN_LIST ARGN)
    file(COPY "${tool}/libnhfloor.so" DESTINATION "${folder}")
  endif()
  set(${error_var} "${error}" PARENT_SCOPE)
endfunction()

# Sets OUT_VAR to the library to use in place of LIBRARY (it may be LIBRARY itself) and FLOOR_VAR to
# the shim that must lie beside it, or to nothing. ORIGIN as in FindLibnode.
function(nodehost_relink_libnode library origin out_var floor_var)
  set(${out_var} "${library}" PARENT_SCOPE)
  set(${floor_var} "" PARENT_SCOPE)
  if(origin STREQUAL "system" OR NOT CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|amd64|AMD64)$")
    return()
  endif()
  nodehost_glibc_version(glibc)
  set(old_glibc OFF)
  if(glibc AND glibc VERSION_LESS 2.38)
    set(old_glibc ON)
  endif()
  if(NOT old_glibc AND (NOT NODEHOST_RELINK OR NOT origin STREQUAL "prebuilt"))
    return()
  endif()

  nodehost_relink_tool(tool)
  set(options "")
  if(old_glibc)
    execute_process(COMMAND "${tool}/nodehost-relink" --describe "${library}"
                    RESULT_VARIABLE result OUTPUT_VARIABLE description ERROR_VARIABLE error)
    if(NOT result EQUAL 0)
      message(FATAL_ERROR "${library} cannot be read as a libnode:\n${error}")
    endif()
    if(NOT description MATCHES "needs the glibc floor: no")
      list(APPEND options --floor)
    endif()
  endif()
  # A libnode somebody chose by path is left as it is, unless it could not load.
  if(NODEHOST_RELINK AND origin STREQUAL "prebuilt")
    list(APPEND options --bind)
    if(NODEHOST_RELINK_CALLS)
      list(APPEND options --direct-calls)
    endif()
  endif()
  if(NOT options)
    return()
  endif()
  if(NOT NODEHOST_RELINK)
    nodehost_say_once(relink_floor "NODEHOST_RELINK is OFF, but glibc ${glibc} is older than the "
      "2.38 this libnode needs: its glibc floor is lowered in a copy")
  endif()

  file(SHA256 "${library}" digest)
  get_filename_component(tool_key "${tool}" NAME)
  get_filename_component(name "${library}" NAME)
  set(key_files "${name}")
  if("--floor" IN_LIST options)
    list(APPEND key_files libnhfloor.so)
  endif()
  nodehost_provision_entry(relink/libnode KEY "${digest} ${tool_key} ${options}" LOCAL
                           FETCH nodehost_make_relinked_copy ARGS "${tool}" "${library}" ${options}
                           KEY_FILES ${key_files} OUT_VAR folder)
  set(${out_var} "${folder}/${name}" PARENT_SCOPE)
  if("--floor" IN_LIST options)
    set(${floor_var} "${folder}/libnhfloor.so" PARENT_SCOPE)
  endif()
endfunction()
