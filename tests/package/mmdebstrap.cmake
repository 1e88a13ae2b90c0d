# Sets OUT_VAR to mmdebstrap, the system's or fetched to PROVISION_DIR. What it makes roots with takes
# root, or user namespaces with newuidmap (Debian: uidmap).
macro(find_mmdebstrap out_var)
  set(CMAKE_BINARY_DIR "${WORK}")
  set(NODEHOST_PROVISION_DIR "${PROVISION_DIR}" CACHE PATH "")
  list(APPEND CMAKE_MODULE_PATH "${CMAKE_CURRENT_LIST_DIR}/../../cmake")
  include(Provision)
  find_program(MMDEBSTRAP mmdebstrap)
  if(NOT MMDEBSTRAP)
    nodehost_provision_entry(debian/mmdebstrap KEY mmdebstrap FETCH nodehost_fetch_debian
                             ARGS mmdebstrap OUT_VAR folder)
    set(MMDEBSTRAP "${folder}/usr/bin/mmdebstrap")
  endif()
  set(${out_var} "${MMDEBSTRAP}")
endmacro()
