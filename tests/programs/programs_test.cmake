# Fetches the programs of package.json from npm, and runs programs_test.mjs with them.
cmake_minimum_required(VERSION 3.25)
set(CMAKE_BINARY_DIR "${WORK}")
set(NODEHOST_PROVISION_DIR "${PROVISION_DIR}" CACHE PATH "")
list(APPEND CMAKE_MODULE_PATH "${CMAKE_CURRENT_LIST_DIR}/../../cmake")
include(Provision)

nodehost_npm_install(programs MANIFEST_DIR "${CMAKE_CURRENT_LIST_DIR}" OUT_VAR packages)
execute_process(
  COMMAND "${NODEHOST}" "${CMAKE_CURRENT_LIST_DIR}/programs_test.mjs" "${OFFICIAL}"
          "${packages}/node_modules"
  RESULT_VARIABLE result)
if(NOT result EQUAL 0)
  message(FATAL_ERROR "Programs of npm behave unlike under node, see above (${result})")
endif()
