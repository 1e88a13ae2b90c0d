# nodehost_npm_install: the packages of a locked npm manifest, for a program that imports them.
#
#   nodehost_npm_install(<name> MANIFEST_DIR <folder> OUT_VAR <var>
#                        [INSTALL_TO <folder>] [ALLOW_SCRIPTS <package>...]
#                        [KEEP <file>...] [KEY_FILES <file>...] [QUIET])
#
# MANIFEST_DIR holds package.json and package-lock.json with integrity hashes; OUT_VAR is then a
# folder with those two and node_modules. It lies in the provision folder, is made once and shared by
# all builds, and the source tree is not written to.
#
#   INSTALL_TO     a folder of your own sources instead, which then find the packages; MANIFEST_DIR
#                  itself, or another one, which gets a copy of the manifest. Workspaces and
#                  `file:` folders need it, as their code too must find what it imports; in another
#                  folder than MANIFEST_DIR they are copied, again by each configure.
#   ALLOW_SCRIPTS  runs the install scripts of these packages, for such as build or fetch a binary;
#                  by default none is run. They run under a node of libnode's version, where there
#                  is one, so that the binary is made for it.
#   KEEP           deletes all of node_modules but these files and folders.
#   KEY_FILES      must be there, and are verified by content each time.
#   QUIET          the caller reports what is missing: <var>_LOOKED says where it was looked for.
#
# NODEHOST_NPM_<NAME>_ROOT names a ready folder, to be used as it is.
include_guard(GLOBAL)

function(nodehost_npm_install name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "QUIET" "MANIFEST_DIR;OUT_VAR;INSTALL_TO"
                        "ALLOW_SCRIPTS;KEEP;KEY_FILES")
  if(arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "nodehost_npm_install(${name}): unknown: ${arg_UNPARSED_ARGUMENTS}")
  endif()
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
  if(arg_ALLOW_SCRIPTS)
    nodehost_npm_script_node(bin nodedir version)
    string(APPEND key "scripts ${arg_ALLOW_SCRIPTS} under ${version}")
  endif()

  nodehost_npm_local_parts("${manifest}" folders archives)
  if(arg_INSTALL_TO)
    get_filename_component(folder "${arg_INSTALL_TO}" ABSOLUTE)
    nodehost_npm_install_to(${name})
  elseif(folders)
    list(JOIN folders ", " folders)
    message(FATAL_ERROR "nodehost_npm_install(${name}): ${manifest} has packages of its own "
      "(${folders}), whose code must find what it imports: add INSTALL_TO <folder>, which may be "
      "MANIFEST_DIR itself")
  else()
    string(REPLACE ";" "," scripts "${arg_ALLOW_SCRIPTS}")
    nodehost_provision_entry("npm/${name}" KEY "${key}"
                             FETCH nodehost_fetch_npm
                             ARGS "${manifest}" "scripts:${scripts}" ${arg_KEEP}
                             KEY_FILES node_modules/.package-lock.json ${arg_KEY_FILES}
                             OUT_VAR folder)
  endif()
  if(NOT folder AND NOT arg_QUIET)
    nodehost_missing("${name} (npm packages locked in ${manifest})"
      LOOKED "${variable} (${${variable}})" "${folder_LOOKED}"
      PACKAGE "them with `npm ci` in a copy of that folder"
      VARIABLE "${variable} to the folder that holds node_modules")
  endif()
  set(${arg_OUT_VAR} "${folder}" PARENT_SCOPE)
  set(${arg_OUT_VAR}_LOOKED "${folder_LOOKED}" PARENT_SCOPE)
endfunction()

# What the lock file takes from the manifest's own tree: FOLDERS_VAR gets workspaces and `file:`
# folders, ARCHIVES_VAR `file:` archives.
function(nodehost_npm_local_parts manifest folders_var archives_var)
  file(READ "${manifest}/package-lock.json" lock)
  foreach(kind folders archives)
    set(regex "\"resolved\": \"file:([^\"]+)\"")
    if(kind STREQUAL "folders")
      set(regex "\"resolved\": \"([^\"]+)\",[ \n\r]*\"link\": true")
    endif()
    string(REGEX MATCHALL "${regex}" found "${lock}")
    list(TRANSFORM found REPLACE "${regex}" "\\1")
    list(REMOVE_DUPLICATES found)
    set(${${kind}_var} "${found}" PARENT_SCOPE)
  endforeach()
endfunction()

function(nodehost_fetch_npm folder error_var manifest scripts)
  message(STATUS "Fetching from npm: ${manifest}")
  nodehost_npm_copy_manifest("${manifest}" "${folder}")
  string(REGEX REPLACE "^scripts:" "" scripts "${scripts}")
  string(REPLACE "," ";" scripts "${scripts}")
  nodehost_npm_ci("${folder}" "${manifest}" error ${scripts})
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

# What `npm ci` reads, and the parts of its own that the manifest names.
function(nodehost_npm_copy_manifest manifest folder)
  nodehost_npm_local_parts("${manifest}" folders archives)
  foreach(part IN ITEMS package.json package-lock.json .npmrc ${archives} ${folders})
    if(NOT EXISTS "${manifest}/${part}")
      continue()
    elseif(part MATCHES "^\\.\\./")
      message(FATAL_ERROR "${manifest} takes ${part} from outside of itself, so it can only be "
                          "installed in place: INSTALL_TO \"${manifest}\"")
    endif()
    get_filename_component(parent "${folder}/${part}" DIRECTORY)
    file(COPY "${manifest}/${part}" DESTINATION "${parent}"
         PATTERN node_modules EXCLUDE PATTERN .git EXCLUDE)
    if(IS_DIRECTORY "${manifest}/${part}")
      file(GLOB_RECURSE files CONFIGURE_DEPENDS "${manifest}/${part}/*")
      list(FILTER files EXCLUDE REGEX "/(node_modules|\\.git)/")
      set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${files})
    endif()
  endforeach()
endfunction()

# For nodehost_npm_install, whose variables it reads: makes `folder` ready, or sets it to nothing and
# folder_LOOKED to what is wrong.
function(nodehost_npm_install_to name)
  get_filename_component(real_folder "${folder}" REALPATH)
  get_filename_component(real_manifest "${manifest}" REALPATH)
  string(SHA256 digest "${key}")
  string(SHA256 lock "${real_folder}")
  set(lock "${NODEHOST_PROVISION_DIR}/.locks/npm_${lock}")
  set(stamp "${folder}/node_modules/.nodehost-stamp")
  set(hidden_lock "${folder}/node_modules/.package-lock.json")
  if(NODEHOST_PROVISION)
    file(MAKE_DIRECTORY "${NODEHOST_PROVISION_DIR}/.locks")
    file(LOCK "${lock}" GUARD FUNCTION TIMEOUT 900)
    if(NOT real_folder STREQUAL real_manifest)
      nodehost_npm_copy_manifest("${manifest}" "${folder}")
    endif()
  endif()

  set(stamped "")
  if(EXISTS "${stamp}")
    file(READ "${stamp}" stamped)
  endif()
  foreach(file IN LISTS arg_KEY_FILES)
    if(NOT EXISTS "${folder}/${file}")
      set(stamped "")
    endif()
  endforeach()
  if(stamped STREQUAL digest)
    return()
  elseif(NOT NODEHOST_PROVISION)
    # Somebody may have run npm there.
    if(NOT EXISTS "${hidden_lock}" OR "${manifest}/package-lock.json" IS_NEWER_THAN "${hidden_lock}")
      set(folder_LOOKED "${folder}/node_modules (not there, or older than package-lock.json)"
          PARENT_SCOPE)
      set(folder "" PARENT_SCOPE)
    endif()
    return()
  endif()
  message(STATUS "Fetching from npm: ${manifest}, to ${folder}")
  nodehost_npm_ci("${folder}" "${manifest}" error ${arg_ALLOW_SCRIPTS})
  if(error)
    message(FATAL_ERROR "nodehost_npm_install(${name}) could not install to ${folder}:\n${error}")
  endif()
  # Without dependencies npm makes no folder.
  file(WRITE "${stamp}" "${digest}")
endfunction()

# `npm ci` in FOLDER, then the install scripts of the packages in ARGN. Sets ERROR_VAR to nothing, or
# to what is wrong and what to do.
function(nodehost_npm_ci folder manifest error_var)
  set(${error_var} "" PARENT_SCOPE)
  find_program(NODEHOST_NPM npm)
  if(NOT NODEHOST_NPM)
    set(${error_var} "npm is not in PATH" PARENT_SCOPE)
    return()
  endif()
  execute_process(
    COMMAND "${NODEHOST_NPM}" ci --ignore-scripts --no-audit --no-fund
            --omit-lockfile-registry-resolved
    WORKING_DIRECTORY "${folder}"
    RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(result EQUAL 0 AND ARGN)
    foreach(package IN LISTS ARGN)
      if(NOT EXISTS "${folder}/node_modules/${package}/package.json")
        set(${error_var} "ALLOW_SCRIPTS names ${package}, which ${manifest} does not bring" PARENT_SCOPE)
        return()
      endif()
    endforeach()
    nodehost_npm_script_node(bin nodedir version)
    set(environment "")
    if(bin)
      list(APPEND environment "PATH=${bin}:$ENV{PATH}")
    endif()
    if(nodedir)  # node-gyp reads it
      list(APPEND environment "npm_config_nodedir=${nodedir}")
    endif()
    execute_process(
      COMMAND "${CMAKE_COMMAND}" -E env ${environment} "${NODEHOST_NPM}" rebuild ${ARGN}
              --ignore-scripts=false --foreground-scripts
      WORKING_DIRECTORY "${folder}"
      RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
  endif()
  if(NOT result EQUAL 0)
    nodehost_npm_explain("${manifest}" "${output}" error)
    set(${error_var} "${error}" PARENT_SCOPE)
  endif()
endfunction()

# A node of libnode's version for install scripts: sets BIN_VAR to the folder it is in, NODEDIR_VAR to
# where its headers are, and VERSION_VAR. Nothing where there is no such node: the one that runs npm
# serves.
function(nodehost_npm_script_node bin_var nodedir_var version_var)
  set(${bin_var} "" PARENT_SCOPE)
  set(${nodedir_var} "" PARENT_SCOPE)
  set(${version_var} "" PARENT_SCOPE)
  if(NOT TARGET Libnode::libnode)
    return()
  endif()
  get_target_property(version Libnode::libnode NODEHOST_VERSION)
  if(COMMAND nodehost_official_node)  # a build of libnodehost
    nodehost_official_node(official)
    if(NOT official)
      return()
    endif()
    set(${bin_var} "${official}/bin" PARENT_SCOPE)
    set(${nodedir_var} "${official}" PARENT_SCOPE)
  elseif(TARGET nodehost::command)  # the installed package, whose command is a node
    get_target_property(command nodehost::command IMPORTED_LOCATION)
    string(SHA256 digest "${command}")
    string(SUBSTRING "${digest}" 0 12 digest)
    set(bin "${NODEHOST_PROVISION_DIR}/node-${digest}")
    file(MAKE_DIRECTORY "${bin}")
    file(CREATE_LINK "${command}" "${bin}/node" SYMBOLIC)
    set(${bin_var} "${bin}" PARENT_SCOPE)
  else()
    return()
  endif()
  set(${version_var} "${version}" PARENT_SCOPE)
endfunction()

# The first lines of npm's error, and what to do about it.
function(nodehost_npm_explain manifest output out_var)
  string(REGEX MATCHALL "npm (error|ERR!)[^\n]*" lines "${output}")
  list(TRANSFORM lines REPLACE "^npm (error|ERR!) ?" "")
  list(FILTER lines EXCLUDE REGEX "^[0-9]* *$|complete log of this run")
  list(LENGTH lines count)
  if(count EQUAL 0)
    string(REGEX MATCHALL "[^\n]+" lines "${output}")
  endif()
  list(SUBLIST lines 0 6 lines)
  list(JOIN lines "\n  npm: " text)

  if(output MATCHES "EUSAGE")
    set(advice "package-lock.json does not fit package.json: run `npm install --package-lock-only` in "
               "${manifest}")
  elseif(output MATCHES "ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|E50[0-9]")
    set(advice "the registry cannot be reached: look at the network, and at `npm config get registry`. "
               "What was fetched once is not fetched again")
  elseif(output MATCHES "E40[134]|ETARGET|ENOVERSIONS")
    set(advice "the registry does not give this package: look at its name and version in "
               "${manifest}/package.json, and at `npm config get registry`")
  elseif(output MATCHES "EINTEGRITY")
    set(advice "the registry gave something else than what was locked: do not use it before you know "
               "why. If the lock file is wrong, make it anew with `npm install --package-lock-only`")
  elseif(output MATCHES "command failed")
    set(advice "a script that ALLOW_SCRIPTS allows has failed: it may need a tool, or the network")
  else()
    set(advice "run `npm ci --ignore-scripts` in a copy of ${manifest} to see all of it")
  endif()
  list(JOIN advice "" advice)
  set(${out_var} "  npm: ${text}\n  What to do: ${advice}." PARENT_SCOPE)
endfunction()
