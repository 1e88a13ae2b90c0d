# `cpack`: a Debian package that installs to /usr, and an archive that runs wherever it is unpacked.
set(CPACK_GENERATOR TGZ DEB)
set(CPACK_PACKAGE_NAME nodehost)
set(CPACK_PACKAGE_VENDOR "The libnodehost authors")
if(NOT CPACK_PACKAGE_CONTACT)
  set(CPACK_PACKAGE_CONTACT "The libnodehost authors <libnodehost@localhost>")
endif()
set(CPACK_RESOURCE_FILE_LICENSE "${PROJECT_SOURCE_DIR}/LICENSE")
set(CPACK_PACKAGE_FILE_NAME
    "nodehost-${PROJECT_VERSION}-${CMAKE_SYSTEM_NAME}-${CMAKE_SYSTEM_PROCESSOR}")
set(CPACK_PACKAGE_DIRECTORY "${PROJECT_BINARY_DIR}/packages")
set(CPACK_MONOLITHIC_INSTALL ON)
set(CPACK_THREADS 0)

# A program runs with the C and C++ libraries it was linked with, and newer ones. libnode's own
# needs are older: where they are not, the relinking tool has made them so.
nodehost_glibc_version(glibc)
string(REGEX MATCH "^[0-9]+" compiler "${CMAKE_CXX_COMPILER_VERSION}")
set(depends "libstdc++6 (>= ${compiler})")
if(glibc)
  list(PREPEND depends "libc6 (>= ${glibc})")
endif()
if(Libnode_ORIGIN STREQUAL "system")
  list(APPEND depends "libnode${Libnode_MODULE_VERSION}" "libnode-dev")
endif()
list(JOIN depends ", " CPACK_DEBIAN_PACKAGE_DEPENDS)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION
    "The library with its libnode, what programs are built with on it, and the nodehost command.")
file(WRITE "${PROJECT_BINARY_DIR}/debian/triggers" "activate-noawait ldconfig\n")
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA "${PROJECT_BINARY_DIR}/debian/triggers")
include(CPack)
