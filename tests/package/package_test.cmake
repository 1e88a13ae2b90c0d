# Installs into WORK, moves the whole tree (it must not know where it was installed), and builds and
# runs consumer/ against it.
cmake_minimum_required(VERSION 3.25)
file(REMOVE_RECURSE "${WORK}")

function(run)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE result OUTPUT_VARIABLE output
                  ERROR_VARIABLE output)
  if(NOT result EQUAL 0)
    list(JOIN ARGN " " command)
    message(FATAL_ERROR "${command} failed (${result}):\n${output}")
  endif()
  set(output "${output}" PARENT_SCOPE)
endfunction()

run("${CMAKE_COMMAND}" --install "${BUILD}" --prefix "${WORK}/installed")
file(RENAME "${WORK}/installed" "${WORK}/moved")
run("${CMAKE_COMMAND}" -S "${CMAKE_CURRENT_LIST_DIR}/consumer" -B "${WORK}/build" -G "${GENERATOR}"
    "-DCMAKE_CXX_COMPILER=${COMPILER}" "-DCMAKE_PREFIX_PATH=${WORK}/moved")
run("${CMAKE_COMMAND}" --build "${WORK}/build")
run("${WORK}/build/consumer")
message("${output}")
if(NOT output MATCHES "42 from Node.js v[0-9]+")
  message(FATAL_ERROR "Unexpected output")
endif()

# An example, as the program of its own that it is; its npm packages are provisioned already.
run("${CMAKE_COMMAND}" -S "${SOURCE}/examples/markdown" -B "${WORK}/example" -G "${GENERATOR}"
    "-DCMAKE_CXX_COMPILER=${COMPILER}" "-DCMAKE_PREFIX_PATH=${WORK}/moved"
    "-DNODEHOST_PROVISION_DIR=${SHARED}" -DNODEHOST_PROVISION=OFF)
run("${CMAKE_COMMAND}" --build "${WORK}/example")
run("${WORK}/example/markdown" "${SOURCE}/README.md" "${WORK}/README.html")
message("${output}")

run("${WORK}/moved/bin/nodehost" --version)
message("${output}")
file(REMOVE_RECURSE "${WORK}")
