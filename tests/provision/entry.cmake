# Provisions one entry that is made without a network, and counts in WORK/made how often it was
# made.
cmake_minimum_required(VERSION 3.25)
set(CMAKE_BINARY_DIR "${WORK}")
set(NODEHOST_PROVISION_DIR "${WORK}/provisioned" CACHE PATH "")
list(APPEND CMAKE_MODULE_PATH "${SOURCE}/cmake")
include(Provision)

function(make_sample folder error_var)
  file(APPEND "${WORK}/made" "x")
  file(WRITE "${folder}/half" "half")
  if(FAIL)
    set(${error_var} "the network is down" PARENT_SCOPE)
    return()
  endif()
  execute_process(COMMAND "${CMAKE_COMMAND}" -E sleep 0.5)
  file(WRITE "${folder}/key" "contents")
  file(WRITE "${folder}/sub/other" "contents")
endfunction()

nodehost_provision_entry(sample KEY "1" FETCH make_sample KEY_FILES key ${OPTIONAL} OUT_VAR folder)
file(WRITE "${WORK}/folder" "${folder}")
