# Finds or fetches what libnodehost is built from, and says in one error what is missing.
#
#   NODEHOST_SYSTEM_PACKAGES  OFF: pass over the system's packages, as on a machine that has none.
#
# Defines the targets Libnode::libnode, nodehost_fmt, doctest::doctest, CLI11::CLI11,
# benchmark::benchmark and, where they can be had, nats::nats and asio::asio.
include_guard(GLOBAL)

option(NODEHOST_SYSTEM_PACKAGES "Use the system's packages where it has them" ON)
get_filename_component(nodehost_third_party "${CMAKE_CURRENT_LIST_DIR}/../third_party" ABSOLUTE)
set(NODEHOST_THIRD_PARTY_DIR "${nodehost_third_party}" CACHE INTERNAL "")

include(ProvisionEntry)
include(ProvisionNpm)
include(ProvisionDebian)
include(Relink)

# The tests look at single functions, in script mode.
if(CMAKE_SCRIPT_MODE_FILE)
  return()
endif()

nodehost_provision_debian_packages()
if(NODEHOST_WITH_LIBNODE)
  include(ProvisionNats)
  include(ProvisionAsio)
endif()
if(NODEHOST_WITH_LIBNODE)
  find_package(Libnode MODULE)
endif()
