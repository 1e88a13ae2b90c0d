# Builds and runs consumer/ and an example against the installed tree in WORK/moved.
cmake_minimum_required(VERSION 3.25)
include("${CMAKE_CURRENT_LIST_DIR}/run.cmake")
set(tree "${WORK}/moved")
set(here "${WORK}/consumer")
file(REMOVE_RECURSE "${here}")

run("${CMAKE_COMMAND}" -S "${CMAKE_CURRENT_LIST_DIR}/consumer" -B "${here}/build" -G "${GENERATOR}"
    "-DCMAKE_CXX_COMPILER=${COMPILER}" "-DCMAKE_CXX_COMPILER_LAUNCHER=${LAUNCHER}"
    "-DCMAKE_PREFIX_PATH=${tree}")
run("${CMAKE_COMMAND}" --build "${here}/build")
run("${here}/build/consumer")
expect_output("42 from Node.js v[0-9]+")

# The same object, linked by hand as pkg-config says.
find_program(PKG_CONFIG pkg-config)
if(PKG_CONFIG)
  set(ENV{PKG_CONFIG_PATH} "${tree}/lib/pkgconfig")
  run("${PKG_CONFIG}" --modversion nodehost)
  expect_output("^${VERSION}\n$")
  run("${PKG_CONFIG}" --variable=includedir nodehost)
  string(STRIP "${output}" folder)
  expect_files("${folder}" nodehost/nodehost.hpp)
  run("${PKG_CONFIG}" --cflags nodehost)
  expect_output("-I${folder}")
  run("${PKG_CONFIG}" --libs nodehost)
  separate_arguments(libraries UNIX_COMMAND "${output}")
  run("${COMPILER}" "${here}/build/CMakeFiles/consumer.dir/main.cpp.o" -o "${here}/by_hand"
      ${libraries} "-Wl,-rpath,${tree}/lib:${tree}/lib/nodehost")
  run("${here}/by_hand")
  expect_output("42 from Node.js v[0-9]+")
else()
  message("pkg-config is not here: nodehost.pc is not tried")
endif()

# An example, as the program of its own that it is; its npm packages are provisioned already.
run("${CMAKE_COMMAND}" -S "${SOURCE}/examples/markdown" -B "${here}/example" -G "${GENERATOR}"
    "-DCMAKE_CXX_COMPILER=${COMPILER}" "-DCMAKE_CXX_COMPILER_LAUNCHER=${LAUNCHER}"
    "-DCMAKE_PREFIX_PATH=${tree}"
    "-DNODEHOST_PROVISION_DIR=${SHARED}" -DNODEHOST_PROVISION=OFF)
run("${CMAKE_COMMAND}" --build "${here}/example")
run("${here}/example/markdown" "${SOURCE}/README.md" "${here}/README.html")
message("${output}")
