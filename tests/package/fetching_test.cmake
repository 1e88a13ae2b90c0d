# Builds fetching/, a project that has libnodehost in its own build, and runs its program. What
# FetchContent would fetch is this repository; everything else is provisioned already.
cmake_minimum_required(VERSION 3.25)
include("${CMAKE_CURRENT_LIST_DIR}/run.cmake")
file(REMOVE_RECURSE "${WORK}")

run("${CMAKE_COMMAND}" -S "${CMAKE_CURRENT_LIST_DIR}/fetching" -B "${WORK}/build" -G "${GENERATOR}"
    "-DCMAKE_CXX_COMPILER=${COMPILER}" "-DCMAKE_CXX_COMPILER_LAUNCHER=${LAUNCHER}"
    "-DFETCHCONTENT_SOURCE_DIR_LIBNODEHOST=${SOURCE}" "-DNODEHOST_PROVISION_DIR=${SHARED}"
    "-DNODEHOST_SYSTEM_PACKAGES=${SYSTEM_PACKAGES}" "-DNODEHOST_LIBNODE_ROOT=${ROOT}"
    -DNODEHOST_PROVISION=OFF)
# A guest brings no tests, examples or targets of its own into the build.
run("${CMAKE_COMMAND}" --build "${WORK}/build" --target help)
if(output MATCHES "(api_tests|markdown|demo)")
  message(FATAL_ERROR "The project got `${CMAKE_MATCH_1}`:\n${output}")
endif()
run("${CMAKE_COMMAND}" --build "${WORK}/build" --target consumer)
run("${WORK}/build/consumer")
expect_output("42 from Node.js v[0-9]+")
run("${CMAKE_COMMAND}" --build "${WORK}/build" --target consumer_deploy)
file(RENAME "${WORK}/build/consumer-deployed" "${WORK}/moved")
file(RENAME "${WORK}/build" "${WORK}/hidden")
run("${WORK}/moved/consumer")
expect_output("42 from Node.js v[0-9]+")
expect_libraries_in("${WORK}/moved" consumer)
file(REMOVE_RECURSE "${WORK}")
