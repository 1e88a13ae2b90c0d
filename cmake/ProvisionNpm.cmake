# nodehost_npm_install: a locked npm manifest, installed once under the provision folder.
#
#   nodehost_npm_install(<name> MANIFEST_DIR <folder> OUT_VAR <var>
#                        [KEEP <file>...] [KEY_FILES <file>...] [QUIET])
#
# <folder> holds package.json and package-lock.json with integrity hashes; OUT_VAR is then a folder
# with those two and node_modules. No install script is run, and the source tree is not written to.
# KEEP deletes everything in node_modules but these files and folders. NODEHOST_NPM_<NAME>_ROOT
# names a ready folder instead. With QUIET the caller reports what is missing: <var>_LOOKED then
# says where it was looked for.
include_guard(GLOBAL)

function(nodehost_npm_install name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "QUIET" "MANIFEST_DIR;OUT_VAR" "KEEP;KEY_FILES")
  get_filename_component(manifest "${arg_MANIFEST_DIR}" ABSOLUTE)
  string(TOUPPER "${name}" variable)
  string(MAKE_C_IDENTIFIER "NODEHOST_NPM_${variable}_ROOT" variable)
  if(${variable} AND IS_DIRECTORY "${${variable}}/node_modules")
    set(${arg_OUT_VAR} "${${variable}}" PARENT_SCOPE)
    return()
  endif()
  set(key "")
  foreach(file package.json package-lock.json)
    if(NOT EXISTS "${manifest}/${file}")
      message(FATAL_ERROR "nodehost_npm_install(${name}): ${manifest} has no ${file}")
    endif()
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${manifest}/${file}")
    file(SHA256 "${manifest}/${file}" digest)
    string(APPEND key "${digest} ")
  endforeach()
  if(arg_KEEP)
    string(APPEND key "${arg_KEEP}")
  endif()
  nodehost_provision_entry("npm/${name}" KEY "${key}"
                           FETCH nodehost_fetch_npm ARGS "${manifest}" ${arg_KEEP}
                           KEY_FILES node_modules/.package-lock.json ${arg_KEY_FILES}
                           OUT_VAR folder)
  if(NOT folder AND NOT arg_QUIET)
    nodehost_missing("${name} (npm packages locked in ${manifest})"
      LOOKED "${variable} (${${variable}})" "${folder_LOOKED}"
      PACKAGE "them with `npm ci` in a copy of that folder"
      VARIABLE "${variable} to the folder that holds node_modules")
  endif()
  set(${arg_OUT_VAR} "${folder}" PARENT_SCOPE)
  set(${arg_OUT_VAR}_LOOKED "${folder_LOOKED}" PARENT_SCOPE)
endfunction()

function(nodehost_fetch_npm folder error_var manifest)
  find_program(NODEHOST_NPM npm)
  if(NOT NODEHOST_NPM)
    set(${error_var} "npm is not in PATH" PARENT_SCOPE)
    return()
  endif()
  message(STATUS "Fetching from npm: ${manifest}")
  file(COPY "${manifest}/package.json" "${manifest}/package-lock.json" DESTINATION "${folder}")
  nodehost_run(error WORKING_DIRECTORY "${folder}" COMMAND
    "${NODEHOST_NPM}" ci --ignore-scripts --no-audit --no-fund --omit-lockfile-registry-resolved)
  if(ARGN AND NOT error)
    file(RENAME "${folder}/node_modules" "${folder}/all")
    foreach(kept IN ITEMS node_modules/.package-lock.json ${ARGN})
      string(REGEX REPLACE "^node_modules/" "" path "${kept}")
      get_filename_component(parent "${folder}/${kept}" DIRECTORY)
      file(MAKE_DIRECTORY "${parent}")
      file(RENAME "${folder}/all/${path}" "${folder}/${kept}")
    endforeach()
    file(REMOVE_RECURSE "${folder}/all")
  endif()
  set(${error_var} "${error}" PARENT_SCOPE)
endfunction()
