# Asio, whose headers the tests of <nodehost/asio.hpp> and an example take: the system's, else Debian's
# libasio-dev. Where it is not to be had, both are left out.
#
# Defines the target asio::asio, and sets NODEHOST_ASIO_INCLUDE to its folder.
include_guard(GLOBAL)

function(nodehost_provision_asio)
  if(NODEHOST_SYSTEM_PACKAGES)
    find_path(NODEHOST_ASIO_INCLUDE asio.hpp)
    mark_as_advanced(NODEHOST_ASIO_INCLUDE)
  endif()
  if(NOT NODEHOST_ASIO_INCLUDE)
    nodehost_optional_debian(root libasio-dev)
    if(NOT root)
      nodehost_say_once(asio "asio: not found, so that its tests and its example are left out")
      return()
    endif()
    set(NODEHOST_ASIO_INCLUDE "${root}/usr/include" CACHE PATH "" FORCE)
    nodehost_say_once(asio "asio: Debian's libasio-dev, unpacked in ${root}")
  endif()
  add_library(asio::asio INTERFACE IMPORTED GLOBAL)
  set_target_properties(asio::asio PROPERTIES
    INTERFACE_INCLUDE_DIRECTORIES "${NODEHOST_ASIO_INCLUDE}"
    INTERFACE_SYSTEM_INCLUDE_DIRECTORIES "${NODEHOST_ASIO_INCLUDE}")
endfunction()

if(NODEHOST_BUILD_TESTS OR NODEHOST_BUILD_EXAMPLES)
  nodehost_provision_asio()
endif()
