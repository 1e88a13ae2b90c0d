# nodehost_bundle: an app with all its packages as one file inside of a program, which then needs no
# node_modules.
#
#   nodehost_bundle(<target> ENTRY <file> [NAME <name>] [PACKAGES <folder>...] [MINIFY])
#
# When the target is built, esbuild makes one ES module of ENTRY and what it imports, which becomes a
# part of the target: an executable, a shared library or a module. A file that changed is bundled
# again. Each environment then has the module under NAME: `node.Import<App>("app:main")`.
#
#   NAME      "app:" and the name of ENTRY without its extension, unless it is given.
#   PACKAGES  folders that nodehost_npm_install gave, where ENTRY has no node_modules beside or above.
#   MINIFY    makes the text small; stacks then name what is left of the names.
#
# Node's own modules are not bundled. What finds files beside itself when it runs (native addons, data
# files, a Worker's script) cannot be bundled: esbuild names an addon that it meets.
#
# The same file is the generator:
# `cmake -DESBUILD=... -DENTRY=... -DNAME=... -DOUTPUT=... -DMINIFY=... -P Bundle.cmake`.

if(NOT CMAKE_SCRIPT_MODE_FILE)
  include_guard(GLOBAL)
  set(_nodehost_bundle_script "${CMAKE_CURRENT_LIST_FILE}" CACHE INTERNAL "")

  function(nodehost_bundle target)
    cmake_parse_arguments(PARSE_ARGV 1 arg "MINIFY" "ENTRY;NAME" "PACKAGES")
    if(arg_UNPARSED_ARGUMENTS)
      message(FATAL_ERROR "nodehost_bundle(${target}): unknown: ${arg_UNPARSED_ARGUMENTS}")
    endif()
    get_target_property(type ${target} TYPE)
    if(type STREQUAL "STATIC_LIBRARY")
      message(FATAL_ERROR "nodehost_bundle(${target}): a linker leaves out what nobody names of a "
                          "static library; give the program that links it")
    endif()
    get_filename_component(entry "${arg_ENTRY}" ABSOLUTE)
    if(NOT arg_ENTRY OR NOT EXISTS "${entry}")
      message(FATAL_ERROR "nodehost_bundle(${target}): there is no ENTRY ${entry}")
    endif()
    get_filename_component(stem "${entry}" NAME_WE)
    if(NOT arg_NAME)
      set(arg_NAME "app:${stem}")
    endif()
    nodehost_esbuild(esbuild)
    if(NOT esbuild)
      return()  # reported as missing
    endif()

    string(MAKE_C_IDENTIFIER "${target}_${arg_NAME}" file)
    set(output "${CMAKE_CURRENT_BINARY_DIR}/nodehost_bundle/${file}.cpp")
    list(TRANSFORM arg_PACKAGES APPEND "/node_modules")
    list(JOIN arg_PACKAGES ":" packages)
    add_custom_command(
      OUTPUT "${output}" DEPFILE "${output}.d" DEPENDS "${_nodehost_bundle_script}"
      COMMAND "${CMAKE_COMMAND}" -E env "NODE_PATH=${packages}"
        "${CMAKE_COMMAND}" "-DESBUILD=${esbuild}" "-DENTRY=${entry}" "-DNAME=${arg_NAME}"
        "-DOUTPUT=${output}" "-DMINIFY=${arg_MINIFY}" -P "${_nodehost_bundle_script}"
      COMMENT "Bundling ${arg_NAME} for ${target}" VERBATIM)
    target_sources(${target} PRIVATE "${output}")
    set_source_files_properties("${output}" PROPERTIES SKIP_LINTING ON)
  endfunction()

  # Sets OUT_VAR to the esbuild of this machine, fetched if need be; nothing where it is missing.
  set(_nodehost_esbuild_manifest "${CMAKE_CURRENT_LIST_DIR}/esbuild" CACHE INTERNAL "")
  if(NOT EXISTS "${_nodehost_esbuild_manifest}")  # in libnodehost's own sources
    get_filename_component(_nodehost_esbuild_path
                           "${CMAKE_CURRENT_LIST_DIR}/../third_party/esbuild" ABSOLUTE)
    set(_nodehost_esbuild_manifest "${_nodehost_esbuild_path}" CACHE INTERNAL "")
  endif()
  function(nodehost_esbuild out_var)
    set(${out_var} "" PARENT_SCOPE)
    nodehost_npm_install(esbuild MANIFEST_DIR "${_nodehost_esbuild_manifest}" OUT_VAR folder)
    if(folder)
      file(GLOB found "${folder}/node_modules/@esbuild/*/bin/esbuild")
      if(NOT found)
        message(FATAL_ERROR "nodehost_bundle: esbuild has no program for this machine in ${folder}")
      endif()
      list(GET found 0 found)
      set(${out_var} "${found}" PARENT_SCOPE)
    endif()
  endfunction()
  return()
endif()

# --- The generator --------------------------------------------------------------------------------
cmake_minimum_required(VERSION 3.25)

set(options "")
if(MINIFY)
  list(APPEND options --minify)
endif()
get_filename_component(folder "${ENTRY}" DIRECTORY)
execute_process(
  COMMAND "${ESBUILD}" "${ENTRY}" --bundle --platform=node --format=esm --target=node20
    --charset=utf8 --log-level=warning "--outfile=${OUTPUT}.mjs" "--metafile=${OUTPUT}.json" ${options}
  WORKING_DIRECTORY "${folder}" RESULT_VARIABLE result)
if(NOT result EQUAL 0)
  message(FATAL_ERROR "esbuild could not bundle ${ENTRY}; it says above why")
endif()

# What the bundle is made of, in the form that Make and Ninja read.
file(READ "${OUTPUT}.json" meta)
string(JSON inputs GET "${meta}" inputs)
string(JSON count LENGTH "${inputs}")
set(rule "${OUTPUT}:")
math(EXPR last "${count} - 1")
foreach(i RANGE ${last})
  string(JSON input MEMBER "${inputs}" ${i})
  get_filename_component(input "${input}" ABSOLUTE BASE_DIR "${folder}")
  if(EXISTS "${input}")  # and no module of esbuild's own
    string(REPLACE " " "\\ " input "${input}")
    string(APPEND rule " \\\n  ${input}")
  endif()
endforeach()
file(WRITE "${OUTPUT}.d" "${rule}\n")

# Characters, as in EmbedJs.cmake: a string literal has a length limit in some compilers.
file(READ "${OUTPUT}.mjs" hex HEX)
string(LENGTH "${hex}" length)
math(EXPR length "${length} / 2")
string(REGEX REPLACE "(................................)" "\\1\n" hex "${hex}")
string(REGEX REPLACE "([0-9a-f][0-9a-f])" "'\\\\x\\1'," body "${hex}")
file(WRITE "${OUTPUT}" "// Generated by nodehost_bundle from ${ENTRY}.
#include <nodehost/detail/bundle.hpp>

namespace {

constexpr char kText[] = {
${body}'\\0'};

const nodehost::detail::Bundle kBundle(\"${NAME}\", {kText, ${length}});

}  // namespace
")
