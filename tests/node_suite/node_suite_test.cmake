# Fetches Node.js's sources, of the minor version of libnode, and runs the tests of FOLDER. In the
# environment NODEHOST_SUITE_SAMPLE is how many of them (default: all) and NODEHOST_SUITE_SEED which.
cmake_minimum_required(VERSION 3.25)
include("${CMAKE_CURRENT_LIST_DIR}/source.cmake")
set(CMAKE_BINARY_DIR "${WORK}")
set(NODEHOST_PROVISION_DIR "${PROVISION_DIR}" CACHE PATH "")
list(APPEND CMAKE_MODULE_PATH "${CMAKE_CURRENT_LIST_DIR}/../../cmake")
include(Provision)

set(source "$ENV{NODEHOST_NODE_SOURCE}")  # a clone of Node's repository, where there is one
if(NOT source)
  nodehost_provision_entry(debian/node-source KEY "${VERSION}" FETCH fetch_node_source
                           ARGS "${VERSION}" KEY_FILES test/common/index.js OUT_VAR source)
endif()
file(MAKE_DIRECTORY "${WORK}")
execute_process(
  COMMAND "${OFFICIAL}" "${CMAKE_CURRENT_LIST_DIR}/run_tests.mjs" --nodehost "${NODEHOST}"
          --source "${source}" --folder "${FOLDER}" --work "${WORK}"
          --include "${INCLUDE}"
          --sample "$ENV{NODEHOST_SUITE_SAMPLE}" --seed "$ENV{NODEHOST_SUITE_SEED}"
  RESULT_VARIABLE result)
if(NOT result EQUAL 0)
  message(FATAL_ERROR "Node's tests of ${FOLDER}: see above (${result})")
endif()
