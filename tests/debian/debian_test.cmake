# Makes a clean root of the Debian SUITE with what its users install to build with its libnode, takes
# the sources into it, and runs suite.sh there. The npm packages of the tests come from PROVISION_DIR,
# so that the build in the root needs no network. The root is gone afterwards; what the build and the
# tests printed stays in WORK/suite.log, which can be followed while they run.
cmake_minimum_required(VERSION 3.25)
include("${CMAKE_CURRENT_LIST_DIR}/../package/mmdebstrap.cmake")
find_mmdebstrap(mmdebstrap)

file(REMOVE_RECURSE "${WORK}/try")
file(COPY "${CMAKE_CURRENT_LIST_DIR}/suite.sh" DESTINATION "${WORK}/try")
# What git knows or would add: the packages of some fixtures are sources, too.
file(MAKE_DIRECTORY "${WORK}/try/source")
execute_process(COMMAND git ls-files -z --cached --others --exclude-standard
                COMMAND tar --create --null --files-from=-
                COMMAND tar --extract --directory "${WORK}/try/source"
                WORKING_DIRECTORY "${SOURCE}" COMMAND_ERROR_IS_FATAL ANY)
file(GLOB packages LIST_DIRECTORIES TRUE "${PROVISION_DIR}/npm/markdown-*" "${PROVISION_DIR}/npm/esbuild-*"
     "${PROVISION_DIR}/npm/test_packages-*" "${PROVISION_DIR}/npm/inspector_client-*"
     "${PROVISION_DIR}/npm/test_sharp-*" "${PROVISION_DIR}/npm/typescript-*"
     "${PROVISION_DIR}/npm/pages-*")
if(NOT packages)
  message(FATAL_ERROR "${PROVISION_DIR}/npm has no packages: configure the preset dev first")
endif()
file(COPY ${packages} DESTINATION "${WORK}/try/provisioned/npm")

execute_process(
  COMMAND "${mmdebstrap}" --variant=minbase --format=null
    # Signed all the same; a mirror may keep an older state of testing than it promises.
    "--aptopt=Acquire::Check-Valid-Until \"false\""
    --include=g++,cmake,ninja-build,libnode-dev,nodejs,libfmt-dev,doctest-dev,libcli11-dev
    --include=libbenchmark-dev,libasio-dev,libnats-dev,nats-server
    --include=git,ca-certificates,pkg-config,procps
    "--customize-hook=copy-in '${WORK}/try' /"
    "--customize-hook=chroot \"$1\" sh /try/suite.sh" "${SUITE}"
  OUTPUT_FILE "${WORK}/suite.log" ERROR_FILE "${WORK}/suite.log" RESULT_VARIABLE result)
file(REMOVE_RECURSE "${WORK}/try")
file(READ "${WORK}/suite.log" log)
string(LENGTH "${log}" length)
math(EXPR last "${length} - 20000")
if(last GREATER 0)
  string(SUBSTRING "${log}" ${last} -1 log)
endif()
message("${log}")
if(NOT result EQUAL 0)
  message(FATAL_ERROR "In the clean root of ${SUITE} something failed (${result}): ${WORK}/suite.log has all")
endif()
