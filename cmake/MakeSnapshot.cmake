# Writes the start-up snapshot of a build: `cmake -DCOMMAND=... -DOUTPUT=... -P MakeSnapshot.cmake`. A
# libnode that makes none is no reason for a build to fail: environments then start without.
execute_process(COMMAND "${CMAKE_COMMAND}" -E env ASAN_OPTIONS=detect_leaks=0
                        "${COMMAND}" snapshot -o "${OUTPUT}"
                RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
if(NOT result EQUAL 0)
  file(REMOVE "${OUTPUT}")
  message(WARNING "Environments of this build start without a snapshot, and slower: ${output}")
endif()
file(TOUCH "${OUTPUT}.made")
