# Builds fetching/, a project that has libnodehost in its own build, and runs its program. What
# FetchContent would fetch is this repository; everything else is provisioned already.
cmake_minimum_required(VERSION 3.25)
file(REMOVE_RECURSE "${WORK}")

function(run)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE result OUTPUT_VARIABLE output
                  ERROR_VARIABLE output)
  if(NOT result EQUAL 0)
    list(JOIN ARGN " " command)
    message("${output}")
    message(FATAL_ERROR "${command} failed (${result})")
  endif()
  set(output "${output}" PARENT_SCOPE)
endfunction()

run("${CMAKE_COMMAND}" -S "${CMAKE_CURRENT_LIST_DIR}/fetching" -B "${WORK}" -G "${GENERATOR}"
    "-DCMAKE_CXX_COMPILER=${COMPILER}" "-DCMAKE_CXX_COMPILER_LAUNCHER=${LAUNCHER}"
    "-DFETCHCONTENT_SOURCE_DIR_LIBNODEHOST=${SOURCE}" "-DNODEHOST_PROVISION_DIR=${SHARED}"
    "-DNODEHOST_SYSTEM_PACKAGES=${SYSTEM_PACKAGES}" "-DNODEHOST_LIBNODE_ROOT=${ROOT}"
    -DNODEHOST_PROVISION=OFF)
# A guest brings no tests, examples or targets of its own into the build.
run("${CMAKE_COMMAND}" --build "${WORK}" --target help)
if(output MATCHES "(api_tests|markdown|demo)")
  message(FATAL_ERROR "The project got `${CMAKE_MATCH_1}`:\n${output}")
endif()
run("${CMAKE_COMMAND}" --build "${WORK}" --target consumer)
run("${WORK}/consumer")
message("${output}")
if(NOT output MATCHES "42 from Node.js v[0-9]+")
  message(FATAL_ERROR "Unexpected output")
endif()
file(REMOVE_RECURSE "${WORK}")
