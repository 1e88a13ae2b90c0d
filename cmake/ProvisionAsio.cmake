# Asio, whose headers the tests of <nodehost/asio.hpp> and an example take: the system's, else Debian's
# libasio-dev. Where it is not to be had, both are left out.
#
# Defines the target asio::asio, and sets NODEHOST_ASIO_INCLUDE to its folder, or to nothing: anew by
# each configure, so that what was unpacked is verified, and made again where it is gone.
include_guard(GLOBAL)

set(NODEHOST_ASIO_INCLUDE "" CACHE INTERNAL "")

function(nodehost_provision_asio)
  if(NODEHOST_SYSTEM_PACKAGES)
    find_path(include asio.hpp NO_CACHE)
    string(REGEX REPLACE "/$" "" include "${include}")  # as the compiler's own folders are spelt
  endif()
  if(NOT include)
    nodehost_optional_debian(root libasio-dev)
    if(NOT root)
      nodehost_say_once(asio "asio: not found, so that its tests and its example are left out")
      return()
    endif()
    set(include "${root}/usr/include")
    nodehost_say_once(asio "asio: Debian's libasio-dev, unpacked in ${root}")
  endif()
  set(NODEHOST_ASIO_INCLUDE "${include}" CACHE INTERNAL "")
  add_library(asio::asio INTERFACE IMPORTED GLOBAL)
  set_target_properties(asio::asio PROPERTIES
    INTERFACE_INCLUDE_DIRECTORIES "${include}"
    INTERFACE_SYSTEM_INCLUDE_DIRECTORIES "${include}")
endfunction()

if(NODEHOST_BUILD_TESTS OR NODEHOST_BUILD_EXAMPLES)
  nodehost_provision_asio()
endif()
