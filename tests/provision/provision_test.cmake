# cmake -D CASE=<name> ... -P: one case of tests/provision/CMakeLists.txt.
cmake_minimum_required(VERSION 3.25)
include("${CMAKE_CURRENT_LIST_DIR}/../support/expect.cmake")
file(REMOVE_RECURSE "${WORK}")
file(MAKE_DIRECTORY "${WORK}")

# Configures project/ with ARGN; sets `result` and `output` in the caller.
macro(configure)
  run_for_output("${CMAKE_COMMAND}" -E env --unset=NODEHOST_LIBNODE_ROOT
                 "${CMAKE_COMMAND}" -S "${CMAKE_CURRENT_LIST_DIR}/project" -B "${WORK}/build"
                 -G "${GENERATOR}" "-DCMAKE_CXX_COMPILER=${COMPILER}" "-DSOURCE=${SOURCE}" ${ARGN})
endmacro()

macro(make_entry)
  run_for_output("${CMAKE_COMMAND}" -D "WORK=${WORK}" -D "SOURCE=${SOURCE}" ${ARGN}
                 -P "${CMAKE_CURRENT_LIST_DIR}/entry.cmake")
endmacro()

function(expect_made times)
  file(READ "${WORK}/made" made)
  string(LENGTH "${made}" count)
  if(NOT count EQUAL times)
    message(FATAL_ERROR "Expected the entry to be made ${times} times, it was ${count}:\n${output}")
  endif()
endfunction()

# A tree that looks like Debian's libnode-dev of that version.
function(make_fake_node prefix version module)
  string(REPLACE "." ";" parts "${version}")
  list(GET parts 0 major)
  list(GET parts 1 minor)
  list(GET parts 2 patch)
  file(WRITE "${prefix}/include/node/node_version.h"
    "#define NODE_MAJOR_VERSION ${major}\n#define NODE_MINOR_VERSION ${minor}\n"
    "#define NODE_PATCH_VERSION ${patch}\n#define NODE_MODULE_VERSION ${module}\n")
  file(WRITE "${prefix}/lib/libnode.so.${module}" "not really a library")
  file(CREATE_LINK "libnode.so.${module}" "${prefix}/lib/libnode.so" SYMBOLIC)
endfunction()

function(case_off_names_everything_that_is_missing)
  file(WRITE "${WORK}/manifest/package.json" "{}")
  file(WRITE "${WORK}/manifest/package-lock.json" "{}")
  configure(-DNODEHOST_PROVISION=OFF -DNODEHOST_SYSTEM_PACKAGES=OFF
            "-DNODEHOST_PROVISION_DIR=${WORK}/nothing" "-DWITH_MANIFEST=${WORK}/manifest")
  expect(failure "NODEHOST_PROVISION=OFF forbids fetching"
    "fmt" "doctest" "CLI11" "benchmark" "libnode" "sample (npm packages locked in"
    "looked in: ${WORK}/nothing" "install the Debian package libfmt-dev"
    "set NODEHOST_LIBNODE_ROOT" "NODEHOST_NPM_SAMPLE_ROOT" "NODEHOST_PROVISION=ON")
  string(REGEX MATCHALL "CMake Error" errors "${output}")
  list(LENGTH errors count)
  if(NOT count EQUAL 1)
    message(FATAL_ERROR "Expected one error, not ${count}:\n${output}")
  elseif(EXISTS "${WORK}/nothing")
    message(FATAL_ERROR "Something was written to the provision folder")
  endif()
endfunction()

function(case_off_uses_what_is_already_there)
  # The configure that made this test has provisioned everything.
  configure(-DNODEHOST_PROVISION=OFF "-DNODEHOST_PROVISION_DIR=${SHARED}"
            "-DNODEHOST_SYSTEM_PACKAGES=${SYSTEM_PACKAGES}" "-DNODEHOST_LIBNODE_ROOT=${ROOT}")
  expect(success "origin=")
  if(output MATCHES "Fetching")
    message(FATAL_ERROR "Something was fetched:\n${output}")
  endif()
endfunction()

function(case_what_was_unpacked_is_looked_for_each_time)
  file(GLOB entries RELATIVE "${SHARED}" "${SHARED}/*/*")
  foreach(entry IN LISTS entries)
    get_filename_component(folder "${WORK}/provisioned/${entry}" DIRECTORY)
    file(MAKE_DIRECTORY "${folder}")
    file(CREATE_LINK "${SHARED}/${entry}" "${WORK}/provisioned/${entry}" SYMBOLIC)
  endforeach()
  set(options -DNODEHOST_PROVISION=OFF "-DNODEHOST_PROVISION_DIR=${WORK}/provisioned"
      "-DNODEHOST_SYSTEM_PACKAGES=${SYSTEM_PACKAGES}" "-DNODEHOST_LIBNODE_ROOT=${ROOT}")
  configure(${options})
  expect(success)
  if(NOT output MATCHES "asio: Debian's")
    message("Skipped: asio is the system's, or is not there")
    return()
  endif()
  file(GLOB asio "${WORK}/provisioned/debian/libasio-dev-*")
  file(REMOVE ${asio})
  configure(${options})
  expect(success "asio: not found")
endfunction()

function(case_an_entry_is_made_once)
  make_entry()
  expect(success)
  make_entry()
  expect(success)
  expect_made(1)
endfunction()

function(case_a_damaged_entry_is_made_again)
  make_entry()
  file(READ "${WORK}/folder" folder)
  file(REMOVE "${folder}/.stamp")
  make_entry()
  expect_made(2)
  file(WRITE "${folder}/key" "content!")
  make_entry()
  expect_made(3)
  file(WRITE "${folder}/sub/other" "")
  make_entry()
  expect_made(4)
  file(REMOVE "${folder}/sub/other")
  make_entry()
  expect_made(5)
  make_entry()
  expect_made(5)
endfunction()

function(case_a_failed_fetch_leaves_nothing)
  make_entry(-D FAIL=ON)
  expect(failure "Could not provision sample" "the network is down")
  file(GLOB_RECURSE files "${WORK}/provisioned/*half*")
  if(files)
    message(FATAL_ERROR "Left behind: ${files}")
  endif()
  make_entry()
  expect(success)
  expect_made(2)
endfunction()

function(case_what_is_optional_may_fail)
  make_entry(-D FAIL=ON -D OPTIONAL=OPTIONAL)
  expect(success "Could not provision sample, which is left out: the network is down")
  file(READ "${WORK}/folder" folder)
  if(folder)
    message(FATAL_ERROR "Expected no folder, not ${folder}")
  endif()
  make_entry(-D OPTIONAL=OPTIONAL)
  expect(success)
  expect_made(2)
endfunction()

function(case_what_is_optional_may_have_no_mirror)
  file(WRITE "${WORK}/bin/apt-get" "#!/bin/sh\necho the mirror is down\nexit 100\n")
  file(CHMOD "${WORK}/bin/apt-get" PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE)
  file(WRITE "${WORK}/optional.cmake" "cmake_minimum_required(VERSION 3.25)\n"
    "list(APPEND CMAKE_MODULE_PATH \"${SOURCE}/cmake\")\ninclude(Provision)\n"
    "nodehost_optional_debian(folder libasio-dev)\nmessage(STATUS \"folder=<\${folder}>\")\n")
  run_for_output("${CMAKE_COMMAND}" -E env "PATH=${WORK}/bin:$ENV{PATH}" "${CMAKE_COMMAND}"
                 -D "NODEHOST_PROVISION_DIR=${WORK}/provisioned" -P "${WORK}/optional.cmake")
  expect(success "Could not provision debian/libasio-dev, which is left out:" "the mirror is down"
         "folder=<>")
endfunction()

function(case_two_configures_at_once_make_it_once)
  set(command "${CMAKE_COMMAND}" -D "WORK=${WORK}" -D "SOURCE=${SOURCE}"
              -P "${CMAKE_CURRENT_LIST_DIR}/entry.cmake")
  # Commands of one execute_process run at the same time.
  execute_process(COMMAND ${command} COMMAND ${command} COMMAND ${command}
                  RESULTS_VARIABLE results OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(NOT results STREQUAL "0;0;0")
    message(FATAL_ERROR "Expected three successes, not ${results}:\n${output}")
  endif()
  expect_made(1)
endfunction()

function(case_an_old_node_is_passed_over)
  make_fake_node("${WORK}/old" 18.20.4 108)
  configure(-DNODEHOST_PROVISION=OFF "-DNODEHOST_PROVISION_DIR=${WORK}/nothing"
            "-DCMAKE_PREFIX_PATH=${WORK}/old")
  expect_text("looked in: ${WORK}/old/lib/libnode.so (it is Node.js 18.20.4, older than 20)")
endfunction()

# As new as what third_party/libnode pins, or newer.
function(case_a_new_enough_system_node_is_used)
  make_fake_node("${WORK}/new" 124.1.0 137)
  configure("-DNODEHOST_PROVISION_DIR=${SHARED}" -DNODEHOST_SYSTEM_PACKAGES=ON
            "-DCMAKE_PREFIX_PATH=${WORK}/new")
  expect(success "origin=system version=124.1.0 modules=137"
    "libnode 124.1.0: ${WORK}/new/lib/libnode.so.137 (not older than the pinned ")
endfunction()

function(case_an_older_system_node_is_used_when_asked_for)
  make_fake_node("${WORK}/older" 20.19.2 115)
  set(common "-DNODEHOST_PROVISION_DIR=${SHARED}" -DNODEHOST_SYSTEM_PACKAGES=ON
      "-DCMAKE_PREFIX_PATH=${WORK}/older")
  find_program(npm npm)
  if(NOT ROOT AND npm)  # which fetches the pinned one
    configure(${common})
    expect(success "origin=prebuilt" "(the pinned prebuilt, newer than the system's 20.19.2, which is "
      "used with NODEHOST_SYSTEM_LIBNODE=ON)")
  endif()
  configure(${common} -DNODEHOST_SYSTEM_LIBNODE=ON)
  expect(success "origin=system version=20.19.2" "(asked for by NODEHOST_SYSTEM_LIBNODE)")
endfunction()

function(case_an_older_system_node_is_used_where_nothing_may_be_fetched)
  make_fake_node("${WORK}/older" 20.19.2 115)
  configure(-DNODEHOST_PROVISION=OFF "-DNODEHOST_PROVISION_DIR=${WORK}/nothing"
            -DNODEHOST_SYSTEM_PACKAGES=ON "-DCMAKE_PREFIX_PATH=${WORK}/older")
  expect_text("libnode 20.19.2: ${WORK}/older/lib/libnode.so.115 (the pinned "
    "NODEHOST_PROVISION=OFF forbids fetching it)")
endfunction()

function(case_a_system_node_asked_for_is_never_replaced)
  make_fake_node("${WORK}/old" 18.20.4 108)
  configure("-DNODEHOST_PROVISION_DIR=${SHARED}" -DNODEHOST_SYSTEM_LIBNODE=ON
            "-DCMAKE_PREFIX_PATH=${WORK}/old")
  expect(failure "NODEHOST_SYSTEM_LIBNODE is ON, but ${WORK}/old/lib/libnode.so cannot be used:"
    "it is Node.js 18.20.4, older than 20")
endfunction()

function(case_a_named_root_is_never_replaced)
  configure("-DNODEHOST_PROVISION_DIR=${SHARED}" "-DNODEHOST_LIBNODE_ROOT=${WORK}/empty")
  expect(failure "NODEHOST_LIBNODE_ROOT=${WORK}/empty holds no libnode")
  make_fake_node("${WORK}/old" 18.20.4 108)
  configure("-DNODEHOST_PROVISION_DIR=${SHARED}" "-DNODEHOST_LIBNODE_ROOT=${WORK}/old")
  expect(failure "it is Node.js 18.20.4, older than 20")

  make_fake_node("${WORK}/misnamed" 22.22.3 127)
  file(REMOVE "${WORK}/misnamed/lib/libnode.so" "${WORK}/misnamed/lib/libnode.so.127")
  execute_process(COMMAND "${COMPILER}" -shared -Wl,-soname,libnode.so.127 -x c++ /dev/null
                    -o "${WORK}/misnamed/lib/libnode.so" COMMAND_ERROR_IS_FATAL ANY)
  configure("-DNODEHOST_PROVISION_DIR=${SHARED}" "-DNODEHOST_LIBNODE_ROOT=${WORK}/misnamed")
  expect(failure "its SONAME is libnode.so.127, but the file is called libnode.so: rename it")
endfunction()

function(case_install_scripts_run_under_libnodes_version)
  find_program(npm npm)
  if(NOT npm)
    message("Skipped: there is no npm here")
    return()
  endif()
  include("${CMAKE_CURRENT_LIST_DIR}/../npm/app.cmake")
  make_scripted_app("${WORK}/app")
  configure("-DNODEHOST_PROVISION_DIR=${SHARED}" "-DNODEHOST_SYSTEM_PACKAGES=${SYSTEM_PACKAGES}"
            "-DNODEHOST_LIBNODE_ROOT=${ROOT}" "-DWITH_MANIFEST=${WORK}/app"
            "-DOPTIONS=INSTALL_TO ${WORK}/app ALLOW_SCRIPTS packed")
  expect(success)
  if(NOT output MATCHES "origin=prebuilt version=([0-9.]+)")
    message("Skipped: there is no official node of this libnode's version")
    return()
  endif()
  set(version "${CMAKE_MATCH_1}")
  file(READ "${WORK}/app/node_modules/packed/made" made)
  if(NOT made STREQUAL "v${version}")
    message(FATAL_ERROR "The script was run by ${made}, not by v${version}")
  endif()
endfunction()

function(case_lock_files_hold_no_addresses)
  set(locks "")
  foreach(part third_party tests examples)
    file(GLOB_RECURSE found "${SOURCE}/${part}/*package-lock.json")
    list(APPEND locks ${found})
  endforeach()
  if(NOT locks)
    message(FATAL_ERROR "No lock files found")
  endif()
  foreach(lock IN LISTS locks)
    file(READ "${lock}" text)
    if(text MATCHES "\"resolved\": *\"[a-z+]*:")
      message(FATAL_ERROR "${lock} holds a download address")
    elseif(NOT text MATCHES "\"integrity\": \"sha512-")
      message(FATAL_ERROR "${lock} holds no integrity hash")
    endif()
  endforeach()
endfunction()

cmake_language(CALL case_${CASE})
