# Makes a folder of deployed/ and what it needs, and runs it in another place, while the installed
# tree that it was made from (WORK/moved) is gone.
cmake_minimum_required(VERSION 3.25)
include("${CMAKE_CURRENT_LIST_DIR}/run.cmake")
set(tree "${WORK}/moved")
set(here "${WORK}/deployed")
file(REMOVE_RECURSE "${here}")

find_program(npm npm)
if(NOT npm)
  message("Skipped: the program's packages come by npm, which is not installed")
  return()
endif()
include("${CMAKE_CURRENT_LIST_DIR}/../npm/app.cmake")
make_app("${here}/app")
run("${CMAKE_COMMAND}" -S "${CMAKE_CURRENT_LIST_DIR}/deployed" -B "${here}/build"
    -G "${GENERATOR}" "-DCMAKE_CXX_COMPILER=${COMPILER}" "-DCMAKE_CXX_COMPILER_LAUNCHER=${LAUNCHER}"
    "-DCMAKE_PREFIX_PATH=${tree}" "-DAPP=${here}/app")
run("${CMAKE_COMMAND}" --build "${here}/build" --target app_deploy)
file(RENAME "${here}/build/app-deployed" "${here}/other machine")
file(REMOVE_RECURSE "${here}/build" "${here}/app")
file(RENAME "${tree}" "${WORK}/hidden")
execute_process(COMMAND "${here}/other machine/app"
                RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
file(RENAME "${WORK}/hidden" "${tree}")
expect_output("packed, part of packed, beside")
expect_libraries_in("${here}/other machine" app)
expect_files("${here}/other machine" lib/nodehost/LICENSE.nodehost)
if(SHIPS_LIBNODE)
  expect_files("${here}/other machine" lib/nodehost/LICENSE.node)
endif()
