# Entries: what is fetched or made once and then shared by every build folder. Also part of the
# installed package, where nodehost_npm_install (ProvisionNpm.cmake) stands on it.
#
#   NODEHOST_PROVISION        ON: fetch what the system lacks. OFF: never touch the network, npm or
#                             apt.
#   NODEHOST_PROVISION_DIR    where everything fetched lies; every preset shares one.
#
# Each fetched thing is an entry: a folder made aside, checked, stamped last and only then moved
# into place under a lock, so that two configures at once, or one that is interrupted, leave no half
# of it.
include_guard(GLOBAL)

option(NODEHOST_PROVISION "Fetch what the system lacks; OFF never touches the network" ON)
set(NODEHOST_PROVISION_DIR "${CMAKE_BINARY_DIR}/provisioned" CACHE PATH
    "Folder of everything that is fetched; may be shared by build folders")
get_filename_component(NODEHOST_PROVISION_DIR "${NODEHOST_PROVISION_DIR}" ABSOLUTE
                       BASE_DIR "${CMAKE_BINARY_DIR}")

# Every folder below adds to what is missing.
set_property(GLOBAL PROPERTY NODEHOST_MISSING "")

# Notes that WHAT could not be had; LOOKED are the places searched, SUPPLY the three ways to supply
# it.
function(nodehost_missing what)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "PACKAGE;VARIABLE" "LOOKED")
  set(text "  ${what}\n")
  foreach(place IN LISTS arg_LOOKED)
    string(APPEND text "      looked in: ${place}\n")
  endforeach()
  string(APPEND text "      supply it: install ${arg_PACKAGE}; or set ${arg_VARIABLE};"
                     " or configure with -D NODEHOST_PROVISION=ON\n")
  set_property(GLOBAL APPEND_STRING PROPERTY NODEHOST_MISSING "${text}")
endfunction()

# The one error. Runs when the top folder has been read, after every request has been made.
function(nodehost_provision_report)
  get_property(missing GLOBAL PROPERTY NODEHOST_MISSING)
  if(missing)
    # Preformatted, so that CMake does not reflow the list.
    string(REPLACE "\n" "\n  " missing "${missing}")
    message(FATAL_ERROR
      "\n  The following is missing, and NODEHOST_PROVISION=OFF forbids fetching it:\n  ${missing}")
  endif()
endfunction()
if(NOT CMAKE_SCRIPT_MODE_FILE)
  cmake_language(DEFER DIRECTORY "${CMAKE_SOURCE_DIR}" CALL nodehost_provision_report)
endif()

# One line a file, size and path, of the folder; what an entry's stamp is compared with.
function(nodehost_inventory folder out_var)
  # A dangling link has no size, but it is part of the inventory.
  file(GLOB_RECURSE files LIST_DIRECTORIES FALSE RELATIVE "${folder}" "${folder}/*")
  list(REMOVE_ITEM files .stamp)
  list(SORT files)
  set(lines "")
  foreach(name IN LISTS files)
    if(EXISTS "${folder}/${name}")
      file(SIZE "${folder}/${name}" size)
    else()
      set(size "dangling")
    endif()
    string(APPEND lines "${size} ${name}\n")
  endforeach()
  string(SHA256 digest "${lines}")
  list(LENGTH files count)
  set(${out_var} "${count} files, sizes ${digest}" PARENT_SCOPE)
endfunction()

# The stamp of the entry in FOLDER made for KEY: the sizes of all files and the hashes of KEY_FILES.
function(nodehost_entry_stamp folder key out_var)
  nodehost_inventory("${folder}" inventory)
  set(stamp "${key}\n${inventory}\n")
  foreach(name IN LISTS ARGN)
    if(NOT EXISTS "${folder}/${name}")
      set(${out_var} "" PARENT_SCOPE)
      return()
    endif()
    file(SHA256 "${folder}/${name}" digest)
    string(APPEND stamp "${digest} ${name}\n")
  endforeach()
  set(${out_var} "${stamp}" PARENT_SCOPE)
endfunction()

# Makes sure the entry exists and sets OUT_VAR to its folder, or to nothing.
#
#   nodehost_provision_entry(<name>          its folder under NODEHOST_PROVISION_DIR
#     KEY <text>                             what it is made from; another key is another folder
#     FETCH <function> [ARGS <arg>...]       called as function(<empty folder> <error_var> <arg>...)
#     [KEY_FILES <file>...]                  must exist afterwards; verified by content each time
#     [LOCAL]                                made without network: allowed with
#                                            NODEHOST_PROVISION=OFF
#     [OPTIONAL]                             where it cannot be made this is said, and is no error
#     OUT_VAR <var>)
function(nodehost_provision_entry name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "LOCAL;OPTIONAL" "KEY;FETCH;OUT_VAR" "ARGS;KEY_FILES")
  string(SHA256 digest "${arg_KEY}")
  string(SUBSTRING "${digest}" 0 12 short)
  set(entry "${NODEHOST_PROVISION_DIR}/${name}-${short}")
  set(${arg_OUT_VAR} "${entry}" PARENT_SCOPE)

  string(REPLACE "/" "_" lock_name "${name}-${short}")
  set(lock "${NODEHOST_PROVISION_DIR}/.locks/${lock_name}")
  if(NODEHOST_PROVISION OR arg_LOCAL)
    file(MAKE_DIRECTORY "${NODEHOST_PROVISION_DIR}/.locks")
    file(LOCK "${lock}" GUARD FUNCTION TIMEOUT 900)
  elseif(EXISTS "${lock}")
    # A shared folder that we may only read is fine here.
    file(LOCK "${lock}" GUARD FUNCTION TIMEOUT 900 RESULT_VARIABLE ignored)
  endif()

  set(state "is not there")
  if(EXISTS "${entry}")
    set(state "is incomplete or damaged")
    if(EXISTS "${entry}/.stamp")
      file(READ "${entry}/.stamp" recorded)
      nodehost_entry_stamp("${entry}" "${digest}" actual ${arg_KEY_FILES})
      if(actual AND recorded STREQUAL actual)
        return()
      endif()
    endif()
  endif()
  if(NOT NODEHOST_PROVISION AND NOT arg_LOCAL)
    set(${arg_OUT_VAR} "" PARENT_SCOPE)
    set(${arg_OUT_VAR}_LOOKED "${entry} (${state})" PARENT_SCOPE)
    return()
  endif()
  if(EXISTS "${entry}")
    message(STATUS "${name}: what is provisioned ${state}; making it again")
  endif()

  # We hold the lock: what lies here was left by a configure that was interrupted.
  set(staging "${NODEHOST_PROVISION_DIR}/.staging/${lock_name}")
  file(GLOB leftovers "${staging}.*")
  file(REMOVE_RECURSE "${staging}" ${leftovers})
  file(MAKE_DIRECTORY "${staging}")
  set(error "")
  cmake_language(CALL ${arg_FETCH} "${staging}" error ${arg_ARGS})
  if(NOT error)
    nodehost_entry_stamp("${staging}" "${digest}" stamp ${arg_KEY_FILES})
    if(NOT stamp)
      set(error "one of these files is missing from what was fetched: ${arg_KEY_FILES}")
    endif()
  endif()
  if(error)
    file(REMOVE_RECURSE "${staging}")
    if(arg_OPTIONAL)
      message(STATUS "Could not provision ${name}, which is left out:\n${error}")
      set(${arg_OUT_VAR} "" PARENT_SCOPE)
      return()
    endif()
    message(FATAL_ERROR "Could not provision ${name}:\n${error}\n"
      "Configure with -D NODEHOST_PROVISION=OFF to see how to supply it without fetching.")
  endif()
  file(WRITE "${staging}/.stamp" "${stamp}")
  file(REMOVE_RECURSE "${entry}")
  get_filename_component(parent "${entry}" DIRECTORY)
  file(MAKE_DIRECTORY "${parent}")
  file(RENAME "${staging}" "${entry}")
endfunction()

# Looks for the programs in ARGN and keeps where they are in NODEHOST_<name>. Sets OUT_VAR to nothing, or
# to what is missing.
function(nodehost_find_tools out_var)
  set(${out_var} "" PARENT_SCOPE)
  foreach(tool IN LISTS ARGN)
    find_program(NODEHOST_${tool} ${tool})
    mark_as_advanced(NODEHOST_${tool})
    if(NOT NODEHOST_${tool})
      set(${out_var} "${tool} is not in PATH" PARENT_SCOPE)
      return()
    endif()
  endforeach()
endfunction()

# Runs a command for a fetch and sets OUT_VAR to nothing, or to what it said when it failed.
function(nodehost_run out_var)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "WORKING_DIRECTORY" "COMMAND")
  execute_process(COMMAND ${arg_COMMAND} WORKING_DIRECTORY "${arg_WORKING_DIRECTORY}"
                  RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
  set(${out_var} "" PARENT_SCOPE)
  if(NOT result EQUAL 0)
    list(JOIN arg_COMMAND " " command)
    set(${out_var} "`${command}` failed (${result}):\n${output}" PARENT_SCOPE)
  endif()
endfunction()

# A status line that is repeated only when it changes, so that a second configure is quiet.
function(nodehost_say_once topic)
  string(CONCAT text ${ARGN})
  if(NOT "${NODEHOST_SAID_${topic}}" STREQUAL "${text}")
    message(STATUS "${text}")
    set(NODEHOST_SAID_${topic} "${text}" CACHE INTERNAL "")
  endif()
endfunction()
