# Installs into WORK, moves the whole tree (it must not know where it was installed), and builds and
# runs consumer/ against it.
cmake_minimum_required(VERSION 3.25)
include("${CMAKE_CURRENT_LIST_DIR}/run.cmake")
file(REMOVE_RECURSE "${WORK}")
set(tree "${WORK}/moved")

# The components, one after the other; each file belongs to one of them.
foreach(component runtime command)
  run("${CMAKE_COMMAND}" --install "${BUILD}" --prefix "${WORK}/installed" --component ${component})
endforeach()
expect_files("${WORK}/installed" bin/nodehost share/doc/nodehost/LICENSE)
expect_no_files("${WORK}/installed" include lib/cmake lib/libnodehost.so)
run("${CMAKE_COMMAND}" --install "${BUILD}" --prefix "${WORK}/installed" --component development)
file(GLOB_RECURSE by_component RELATIVE "${WORK}/installed" "${WORK}/installed/*")
run("${CMAKE_COMMAND}" --install "${BUILD}" --prefix "${WORK}/installed")
file(GLOB_RECURSE all RELATIVE "${WORK}/installed" "${WORK}/installed/*")
if(NOT by_component STREQUAL all)
  list(REMOVE_ITEM all ${by_component})
  message(FATAL_ERROR "These belong to no component: ${all}")
endif()

file(RENAME "${WORK}/installed" "${tree}")
if(SHARED_LIBRARY)
  expect_files("${tree}" "lib/libnodehost.so.${ABI}" "lib/libnodehost.so")
endif()
if(SHIPS_LIBNODE)
  file(READ "${tree}/lib/nodehost/LICENSE.node" licence)
  foreach(part "Node.js is licensed for use as follows" "V8" "OpenSSL" "ICU")
    if(NOT licence MATCHES "${part}")
      message(FATAL_ERROR "LICENSE.node does not speak of ${part}")
    endif()
  endforeach()
endif()

run("${CMAKE_COMMAND}" -S "${CMAKE_CURRENT_LIST_DIR}/components" -B "${WORK}/components"
    -G "${GENERATOR}" "-DCMAKE_PREFIX_PATH=${tree}" "-DVERSION=${VERSION}")

run("${CMAKE_COMMAND}" -S "${CMAKE_CURRENT_LIST_DIR}/consumer" -B "${WORK}/build" -G "${GENERATOR}"
    "-DCMAKE_CXX_COMPILER=${COMPILER}" "-DCMAKE_PREFIX_PATH=${tree}")
run("${CMAKE_COMMAND}" --build "${WORK}/build")
run("${WORK}/build/consumer")
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
  run("${COMPILER}" "${WORK}/build/CMakeFiles/consumer.dir/main.cpp.o" -o "${WORK}/by_hand"
      ${libraries} "-Wl,-rpath,${tree}/lib:${tree}/lib/nodehost")
  run("${WORK}/by_hand")
  expect_output("42 from Node.js v[0-9]+")
else()
  message("pkg-config is not here: nodehost.pc is not tried")
endif()

# An example, as the program of its own that it is; its npm packages are provisioned already.
run("${CMAKE_COMMAND}" -S "${SOURCE}/examples/markdown" -B "${WORK}/example" -G "${GENERATOR}"
    "-DCMAKE_CXX_COMPILER=${COMPILER}" "-DCMAKE_PREFIX_PATH=${tree}"
    "-DNODEHOST_PROVISION_DIR=${SHARED}" -DNODEHOST_PROVISION=OFF)
run("${CMAKE_COMMAND}" --build "${WORK}/example")
run("${WORK}/example/markdown" "${SOURCE}/README.md" "${WORK}/README.html")
message("${output}")

run("${tree}/bin/nodehost" --version)
message("${output}")
file(REMOVE_RECURSE "${WORK}")
