# Relinks the real libnode in WORK, checks that the original is unchanged, and prints what loading
# costs without and with its own symbols bound and called directly. No time is asserted.
cmake_minimum_required(VERSION 3.25)
file(REMOVE_RECURSE "${WORK}")
file(MAKE_DIRECTORY "${WORK}/plain" "${WORK}/bound" "${WORK}/direct")
get_filename_component(name "${ORIGINAL}" NAME)

function(run)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE result OUTPUT_VARIABLE output
                  ERROR_VARIABLE output)
  message("${output}")
  if(NOT result EQUAL 0)
    message(FATAL_ERROR "failed (${result}): ${ARGN}")
  endif()
endfunction()

file(SHA256 "${ORIGINAL}" before)
set(floor "")
if(FLOOR)
  set(floor --floor)
  file(COPY "${FLOOR}" DESTINATION "${WORK}/plain")
  file(COPY "${FLOOR}" DESTINATION "${WORK}/bound")
  file(COPY "${FLOOR}" DESTINATION "${WORK}/direct")
endif()
run("${TOOL}" ${floor} "${ORIGINAL}" "${WORK}/plain/${name}")
run("${TOOL}" ${floor} --bind "${ORIGINAL}" "${WORK}/bound/${name}")
run("${TOOL}" ${floor} --bind --direct-calls "${ORIGINAL}" "${WORK}/direct/${name}")
run("${LOAD}" "${WORK}/plain/${name}" 10)
run("${LOAD}" "${WORK}/bound/${name}" 10)
run("${LOAD}" "${WORK}/direct/${name}" 10)
run("${LOAD}" "${LIBRARY}" 10)

file(SHA256 "${ORIGINAL}" after)
if(NOT before STREQUAL after)
  message(FATAL_ERROR "The original was changed")
endif()

# A refusal leaves nothing behind under the copy's name.
file(WRITE "${WORK}/text" "This is not a library.")
execute_process(COMMAND "${TOOL}" --bind "${WORK}/text" "${WORK}/refused"
                RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
if(result EQUAL 0 OR EXISTS "${WORK}/refused" OR NOT output MATCHES "text: is not an ELF file")
  message(FATAL_ERROR "Expected a refusal: ${output}")
endif()
execute_process(COMMAND "${TOOL}" --bind "${ORIGINAL}" "${ORIGINAL}"
                RESULT_VARIABLE result ERROR_QUIET)
if(result EQUAL 0)
  message(FATAL_ERROR "The tool overwrote its own input")
endif()
file(REMOVE_RECURSE "${WORK}")
