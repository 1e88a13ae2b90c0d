# For scripts that run a command and look at what it said.

# Runs ARGN; sets `result` and `output` in the caller. Messages may be reflowed, so that the text is
# compared without its layout.
macro(run_for_output)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE result OUTPUT_VARIABLE output
                  ERROR_VARIABLE output)
  string(REGEX REPLACE "[ \n]+" " " output "${output}")
endmacro()

# The last run was a `success` or a `failure`, and said each text in ARGN.
function(expect wanted)
  if(wanted STREQUAL "success" AND NOT result EQUAL 0)
    message(FATAL_ERROR "Expected success:\n${output}")
  elseif(wanted STREQUAL "failure" AND result EQUAL 0)
    message(FATAL_ERROR "Expected failure:\n${output}")
  endif()
  expect_text(${ARGN})
endfunction()

function(expect_text)
  foreach(text IN LISTS ARGN)
    string(FIND "${output}" "${text}" at)
    if(at EQUAL -1)
      message(FATAL_ERROR "Expected `${text}` in:\n${output}")
    endif()
  endforeach()
endfunction()
