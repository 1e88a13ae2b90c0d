# Fetches Node.js's sources, of the minor version of libnode, and runs TESTS of them: "--folder;NAME" or
# "--list;FILE". In the environment NODEHOST_SUITE_SAMPLE is how many of a folder (default: all) and
# NODEHOST_SUITE_SEED which.
cmake_minimum_required(VERSION 3.25)
include("${CMAKE_CURRENT_LIST_DIR}/source.cmake")
set(CMAKE_BINARY_DIR "${WORK}")
set(NODEHOST_PROVISION "${PROVISION}" CACHE BOOL "")
set(NODEHOST_PROVISION_DIR "${PROVISION_DIR}" CACHE PATH "")
list(APPEND CMAKE_MODULE_PATH "${CMAKE_CURRENT_LIST_DIR}/../../cmake")
include(Provision)

set(source "$ENV{NODEHOST_NODE_SOURCE}")  # a clone of Node's repository, where there is one
if(NOT source)
  nodehost_provision_entry(debian/node-source-archive KEY "${VERSION}" FETCH fetch_node_source
                           ARGS "${VERSION}" KEY_FILES node.tar OPTIONAL OUT_VAR archive)
  # The tests write into the sources: each build folder has its own.
  if(archive)
    set(source "${WORK}/node-${VERSION}")
    unpack_node_source("${archive}" "${source}")
  endif()
endif()
if(NOT source)
  message(FATAL_ERROR "There are no sources of Node.js ${VERSION} to take its tests from. Set "
                      "NODEHOST_NODE_SOURCE in the environment to a folder that has them.")
endif()
file(MAKE_DIRECTORY "${WORK}")
execute_process(
  COMMAND "${OFFICIAL}" "${CMAKE_CURRENT_LIST_DIR}/run_tests.mjs" --nodehost "${NODEHOST}"
          --source "${source}" --work "${WORK}" --include "${INCLUDE}" ${TESTS}
          --sample "$ENV{NODEHOST_SUITE_SAMPLE}" --seed "$ENV{NODEHOST_SUITE_SEED}"
  RESULT_VARIABLE result)
if(NOT result EQUAL 0)
  message(FATAL_ERROR "Node's tests, ${TESTS}: see above (${result})")
endif()
