# NATS: the header of its client library, with which the hosting model Nats is built, and, for the
# tests, the library itself and a server. The system's, else Debian's packages. Optional: where
# they are not to be had, or NODEHOST_NATS is OFF, the library is built without.
#
# Defines the target nats::nats, which has the header alone: the library is loaded when it is
# needed. Sets
#   NODEHOST_NATS_LIBRARY_DIR  where libnats lies if that is not where the system looks
#   NODEHOST_NATS_SERVER       the program nats-server; empty if there is none
include_guard(GLOBAL)

option(NODEHOST_NATS "Build the hosting model Nats" ON)
set(NODEHOST_NATS_LIBRARY_DIR "" CACHE INTERNAL "")
set(NODEHOST_NATS_SERVER "" CACHE INTERNAL "")

function(nodehost_nats_target include)
  add_library(nats::nats INTERFACE IMPORTED GLOBAL)
  set_target_properties(nats::nats PROPERTIES
    INTERFACE_INCLUDE_DIRECTORIES "${include}" INTERFACE_SYSTEM_INCLUDE_DIRECTORIES "${include}")
endfunction()

function(nodehost_provision_nats)
  if(NODEHOST_SYSTEM_PACKAGES)
    find_path(include nats/nats.h NO_CACHE)
    find_library(library nats NO_CACHE)
  endif()
  if(include AND library)
    nodehost_nats_target("${include}")
    nodehost_say_once(nats "nats: the system's, ${library}")
  else()
    # Its library needs one that few systems have.
    nodehost_optional_debian(root libnats-dev "^libnats" "^libprotobuf-c")
    if(NOT root)
      nodehost_say_once(nats "nats: not found, so that the hosting model Nats is left out")
      return()
    endif()
    nodehost_nats_target("${root}/usr/include")
    file(GLOB library "${root}/usr/lib/${CMAKE_LIBRARY_ARCHITECTURE}/libnats.so.*")
    list(GET library 0 library)
    get_filename_component(folder "${library}" DIRECTORY)
    set(NODEHOST_NATS_LIBRARY_DIR "${folder}" CACHE INTERNAL "")
    nodehost_say_once(nats "nats: Debian's libnats-dev, unpacked in ${root}")
  endif()

  if(NOT NODEHOST_BUILD_TESTS)
    return()
  endif()
  if(NODEHOST_SYSTEM_PACKAGES)
    find_program(server nats-server NO_CACHE)
  endif()
  if(NOT server)
    nodehost_optional_debian(root nats-server)
    if(root)
      set(server "${root}/usr/sbin/nats-server")
    endif()
  endif()
  if(server)
    set(NODEHOST_NATS_SERVER "${server}" CACHE INTERNAL "")
  endif()
endfunction()

if(NODEHOST_NATS AND UNIX)
  nodehost_provision_nats()
endif()
