# cmake -D CASE=<name> ... -P: one case of tests/npm/CMakeLists.txt.
cmake_minimum_required(VERSION 3.25)
include("${CMAKE_CURRENT_LIST_DIR}/../support/expect.cmake")
include("${CMAKE_CURRENT_LIST_DIR}/app.cmake")
file(REMOVE_RECURSE "${WORK}")
set(app "${WORK}/app")
set(ENV{npm_config_update_notifier} false)

# Configures project/ with ARGN, of which OPTIONS go to nodehost_npm_install; sets `result` and `output` in the caller.
macro(configure)
  run_for_output("${CMAKE_COMMAND}" -S "${CMAKE_CURRENT_LIST_DIR}/project" -B "${WORK}/build"
                 -G "${GENERATOR}" "-DSOURCE=${SOURCE}" "-DMANIFEST=${app}" ${ARGN})
endmacro()

# What `node FILE` prints.
function(expect_run file text)
  execute_process(COMMAND node "${file}" OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(NOT output STREQUAL "${text}\n")
    message(FATAL_ERROR "Expected `${text}` from ${file}, not:\n${output}")
  endif()
endfunction()

function(expect_made folder package wanted)
  if(wanted AND NOT EXISTS "${folder}/node_modules/${package}/made")
    message(FATAL_ERROR "The script of ${package} was not run")
  elseif(NOT wanted AND EXISTS "${folder}/node_modules/${package}/made")
    message(FATAL_ERROR "The script of ${package} was run")
  endif()
endfunction()

macro(find_packages)
  string(REGEX MATCH "packages=([^ ]+)" ignored "${output}")
  set(packages "${CMAKE_MATCH_1}")
endmacro()

function(case_own_code_finds_the_packages)
  make_app("${app}")
  configure("-DOPTIONS=INSTALL_TO ${app}")
  expect(success "packages=${app}")
  expect_run("${app}/own.mjs" "packed, part of packed, beside")
endfunction()

function(case_a_folder_of_the_build_gets_copies)
  make_app("${app}")
  set(place "${WORK}/place")
  file(COPY "${app}/own.mjs" DESTINATION "${place}")
  configure("-DOPTIONS=INSTALL_TO ${place}")
  expect(success "packages=${place}")
  expect_run("${place}/own.mjs" "packed, part of packed, beside")
  if(EXISTS "${app}/node_modules")
    message(FATAL_ERROR "The source folder was written to")
  endif()

  # What changes is copied, and a build knows that it has changed.
  file(WRITE "${app}/beside/index.js" "module.exports = 'changed';\n")
  execute_process(COMMAND "${CMAKE_COMMAND}" --build "${WORK}/build" OUTPUT_QUIET
                  COMMAND_ERROR_IS_FATAL ANY)
  expect_run("${place}/own.mjs" "packed, part of packed, changed")
endfunction()

function(case_packages_of_its_own_need_a_place)
  make_app("${app}")
  configure()
  expect(failure "has packages of its own (parts/part, beside)" "add INSTALL_TO <folder>")

  file(WRITE "${app}/package.json"
    [[{"name": "app", "private": true, "dependencies": {"outside": "file:../outside"}}]])
  file(WRITE "${WORK}/outside/package.json" [[{"name": "outside", "version": "1.0.0"}]])
  file(WRITE "${WORK}/outside/index.js" "module.exports = 'outside';\n")
  file(WRITE "${app}/own.mjs" "import outside from 'outside';\nconsole.log(outside);\n")
  file(REMOVE_RECURSE "${app}/package-lock.json" "${app}/parts")
  lock_app("${app}")
  configure("-DOPTIONS=INSTALL_TO ${WORK}/place")
  expect(failure "takes ../outside from outside of itself" "INSTALL_TO \"${app}\"")
  configure("-DOPTIONS=INSTALL_TO ${app}")
  expect(success)
  expect_run("${app}/own.mjs" "outside")
endfunction()

function(case_no_script_is_run)
  make_scripted_app("${app}")
  configure()
  expect(success)
  find_packages()
  expect_made("${packages}" packed OFF)
  configure("-DOPTIONS=INSTALL_TO ${app}")
  expect(success)
  expect_made("${app}" packed OFF)
endfunction()

function(case_the_scripts_allowed_are_run)
  make_scripted_app("${app}")
  configure("-DOPTIONS=ALLOW_SCRIPTS packed")
  expect(success)
  find_packages()
  expect_made("${packages}" packed ON)
  expect_made("${packages}" other OFF)
  configure("-DOPTIONS=INSTALL_TO ${app} ALLOW_SCRIPTS other")
  expect(success)
  expect_made("${app}" packed OFF)
  expect_made("${app}" other ON)
  # What is allowed belongs to what is installed.
  configure("-DOPTIONS=INSTALL_TO ${app} ALLOW_SCRIPTS packed")
  expect_made("${app}" packed ON)
  expect_made("${app}" other OFF)
endfunction()

function(case_a_script_needs_its_package)
  make_scripted_app("${app}")
  configure("-DOPTIONS=ALLOW_SCRIPTS nosuch")
  expect(failure "ALLOW_SCRIPTS names nosuch, which ${app} does not bring")
endfunction()

function(case_what_is_installed_is_not_installed_again)
  make_app("${app}")
  configure("-DOPTIONS=INSTALL_TO ${app}")
  expect(success "Fetching from npm")
  configure()
  if(output MATCHES "Fetching")
    message(FATAL_ERROR "It was installed again")
  endif()
  file(APPEND "${app}/package.json" "\n")
  configure()
  expect(success "Fetching from npm")
endfunction()

function(case_off_uses_what_somebody_installed)
  make_app("${app}")
  configure("-DOPTIONS=INSTALL_TO ${app}" -DNODEHOST_PROVISION=OFF)
  expect(failure "NODEHOST_PROVISION=OFF forbids fetching" "looked in: ${app}/node_modules"
         "`npm ci`")
  execute_process(COMMAND npm ci --offline --ignore-scripts --no-audit --no-fund OUTPUT_QUIET
                  WORKING_DIRECTORY "${app}" COMMAND_ERROR_IS_FATAL ANY)
  configure()
  expect(success "packages=${app}")
endfunction()

function(case_an_error_says_what_to_do)
  make_scripted_app("${app}")
  file(WRITE "${app}/package.json" [[{"name": "app", "private": true,
    "dependencies": {"packed": "file:packed.tgz", "extra": "file:extra"}}]])
  file(WRITE "${app}/extra/package.json" [[{"name": "extra", "version": "1.0.0"}]])
  configure("-DOPTIONS=INSTALL_TO ${app}")
  expect(failure "npm: code EUSAGE" "npm: `npm ci` can only install packages when"
    "What to do: package-lock.json does not fit package.json"
    "`npm install --package-lock-only` in ${app}")

  file(WRITE "${app}/package-lock.json" [[{"name": "app", "lockfileVersion": 3, "requires": true,
    "packages": {"": {"name": "app", "dependencies": {"nosuch": "1.0.0"}},
      "node_modules/nosuch": {"version": "1.0.0", "integrity": "sha512-AAAA"}}}]])
  file(WRITE "${app}/package.json" [[{"name": "app", "dependencies": {"nosuch": "1.0.0"}}]])
  set(ENV{npm_config_registry} "http://127.0.0.1:1")
  set(ENV{npm_config_fetch_retries} 0)
  configure(-DOPTIONS=)
  expect(failure "npm: code ECONNREFUSED" "What to do: the registry cannot be reached")
  if(output MATCHES "complete log")
    message(FATAL_ERROR "More of npm's output than it takes:\n${output}")
  endif()

  make_archive("${app}" packed "{\"install\":\"echo no compiler; exit 3\"}")
  file(WRITE "${app}/package.json"
    [[{"name": "app", "private": true, "dependencies": {"packed": "file:packed.tgz"}}]])
  file(REMOVE "${app}/package-lock.json")
  lock_app("${app}")
  configure("-DOPTIONS=ALLOW_SCRIPTS packed")
  expect(failure "echo no compiler" "What to do: a script that ALLOW_SCRIPTS allows has failed")
endfunction()

cmake_language(CALL case_${CASE})
file(REMOVE_RECURSE "${WORK}")
