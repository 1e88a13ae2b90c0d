# Makes the image of examples/nats_worker/Containerfile with buildah, with the package that `cpack` has
# made in it, runs what the image starts beside a nats-server, and calls it from a program outside of
# the container. The image that it starts FROM is made with mmdebstrap, of the same release of Debian:
# no registry of images is asked. Passed over without buildah.
cmake_minimum_required(VERSION 3.25)
include("${CMAKE_CURRENT_LIST_DIR}/run.cmake")
include("${CMAKE_CURRENT_LIST_DIR}/mmdebstrap.cmake")
find_program(buildah buildah)
if(NOT buildah OR NOT NATS_SERVER)
  message("Skipped: there is no buildah (Debian: buildah), or no nats-server")
  return()
endif()
find_mmdebstrap(mmdebstrap)
file(GLOB package "${PACKAGES}/*.deb")
file(GLOB archive "${PACKAGES}/*.tar.gz")
if(NOT package OR NOT archive)
  message(FATAL_ERROR "${PACKAGES} has no .deb and .tar.gz")
endif()

file(REMOVE_RECURSE "${WORK}")
set(example "${CMAKE_CURRENT_LIST_DIR}/../../examples/nats_worker")
file(COPY "${example}/Containerfile" "${CMAKE_CURRENT_LIST_DIR}/container/project"
     DESTINATION "${WORK}/context")
file(COPY_FILE "${package}" "${WORK}/context/nodehost.deb")

file(STRINGS "${example}/Containerfile" from REGEX "^FROM ")
if(NOT from MATCHES "^FROM (debian:([a-z]+)-slim)$")
  message(FATAL_ERROR "Expected FROM debian:RELEASE-slim, not: ${from}")
endif()
set(base "${CMAKE_MATCH_1}")
run("${mmdebstrap}" --variant=minbase --include=ca-certificates "${CMAKE_MATCH_2}"
    "${WORK}/base.tar")

file(ARCHIVE_EXTRACT INPUT "${archive}" DESTINATION "${WORK}/unpacked")
file(GLOB prefix "${WORK}/unpacked/*")
run("${CMAKE_COMMAND}" -S "${CMAKE_CURRENT_LIST_DIR}/container" -B "${WORK}/caller" -G "${GENERATOR}"
    "-DCMAKE_CXX_COMPILER=${COMPILER}" "-DCMAKE_PREFIX_PATH=${prefix}")
run("${CMAKE_COMMAND}" --build "${WORK}/caller")

run("${CMAKE_COMMAND}" -E env "LD_LIBRARY_PATH=${NATS_LIBRARY_DIR}"
    sh "${CMAKE_CURRENT_LIST_DIR}/container.sh"
    "${buildah}" "${WORK}" "${base}" "${NATS_SERVER}" "${WORK}/caller/caller")
expect_output("The worker is in /srv/project/whereabouts.mjs as user 65534 of [a-z]+\n")
expect_output("The worker ended with 0\n")
file(REMOVE_RECURSE "${WORK}")
