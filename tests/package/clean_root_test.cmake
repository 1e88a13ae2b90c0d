# Makes a clean root of this machine's Debian with mmdebstrap (the system's, else fetched), takes the
# packages and consumer/ into it, and runs clean_root.sh there. The root is gone afterwards.
cmake_minimum_required(VERSION 3.25)
include("${CMAKE_CURRENT_LIST_DIR}/run.cmake")
include("${CMAKE_CURRENT_LIST_DIR}/mmdebstrap.cmake")
find_mmdebstrap(mmdebstrap)
file(STRINGS /etc/os-release codename REGEX "^VERSION_CODENAME=")
string(REGEX REPLACE "^[^=]*=" "" suite "${codename}")

file(GLOB packages "${PACKAGES}/*.deb" "${PACKAGES}/*.tar.gz")
list(LENGTH packages count)
if(NOT count EQUAL 2)
  message(FATAL_ERROR "Expected a .deb and a .tar.gz in ${PACKAGES}, not: ${packages}")
endif()
file(REMOVE_RECURSE "${WORK}/try")
file(COPY ${packages} "${CMAKE_CURRENT_LIST_DIR}/consumer" "${CMAKE_CURRENT_LIST_DIR}/components"
          "${CMAKE_CURRENT_LIST_DIR}/clean_root.sh" DESTINATION "${WORK}/try")

execute_process(
  COMMAND "${mmdebstrap}" --variant=minbase --format=null
    "--customize-hook=copy-in '${WORK}/try' /"
    "--customize-hook=chroot \"$1\" sh /try/clean_root.sh ${VERSION}" "${suite}"
  RESULT_VARIABLE result)
if(NOT result EQUAL 0)
  message(FATAL_ERROR "In the clean root of ${suite} something failed (${result})")
endif()
