# Installs into WORK, looks at what is there, and moves the whole tree, which must not know where it
# was installed, to WORK/moved: the other tests here use it.
cmake_minimum_required(VERSION 3.25)
include("${CMAKE_CURRENT_LIST_DIR}/run.cmake")
file(REMOVE_RECURSE "${WORK}")
set(tree "${WORK}/moved")

# The components, one after the other; each file belongs to one of them.
foreach(component runtime command)
  run("${CMAKE_COMMAND}" --install "${BUILD}" --prefix "${WORK}/installed" --component ${component})
endforeach()
expect_files("${WORK}/installed" bin/nodehost share/doc/nodehost/LICENSE share/man/man1/nodehost.1
             share/bash-completion/completions/nodehost share/zsh/site-functions/_nodehost)
expect_no_files("${WORK}/installed" include lib/cmake lib/libnodehost.so)
run("${CMAKE_COMMAND}" --install "${BUILD}" --prefix "${WORK}/installed" --component development)
file(GLOB_RECURSE by_component RELATIVE "${WORK}/installed" "${WORK}/installed/*")
run("${CMAKE_COMMAND}" --install "${BUILD}" --prefix "${WORK}/installed")
file(GLOB_RECURSE all RELATIVE "${WORK}/installed" "${WORK}/installed/*")
if(NOT by_component STREQUAL all)
  list(REMOVE_ITEM all ${by_component})
  message(FATAL_ERROR "These belong to no component: ${all}")
endif()

# Below /usr the shell of Debian looks elsewhere.
if(EXISTS /etc/debian_version)
  run("${CMAKE_COMMAND}" -E env "DESTDIR=${WORK}/root"
      "${CMAKE_COMMAND}" --install "${BUILD}" --prefix /usr --component command)
  expect_files("${WORK}/root/usr/share/zsh" vendor-completions/_nodehost)
  expect_no_files("${WORK}/root/usr/share/zsh" site-functions)
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

set(app "")
find_program(npm npm)
if(npm)
  include("${CMAKE_CURRENT_LIST_DIR}/../npm/app.cmake")
  set(app "${WORK}/app")
  make_scripted_app("${app}")
endif()
run("${CMAKE_COMMAND}" -S "${CMAKE_CURRENT_LIST_DIR}/components" -B "${WORK}/components"
    -G "${GENERATOR}" "-DCMAKE_PREFIX_PATH=${tree}" "-DVERSION=${VERSION}" "-DAPP=${app}")
run("${tree}/bin/nodehost" version)
expect_output("^nodehost ${VERSION} ")
