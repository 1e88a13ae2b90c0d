# What the scripts here are written with.

# Runs a command, which must end with 0; sets `output` in the caller.
function(run)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE result OUTPUT_VARIABLE output
                  ERROR_VARIABLE output)
  if(NOT result EQUAL 0)
    list(JOIN ARGN " " command)
    message("${output}")
    message(FATAL_ERROR "${command} failed (${result})")
  endif()
  set(output "${output}" PARENT_SCOPE)
endfunction()

function(expect_output regex)
  if(NOT output MATCHES "${regex}")
    message(FATAL_ERROR "Expected `${regex}` in:\n${output}")
  endif()
endfunction()

function(expect_files folder)
  foreach(name IN LISTS ARGN)
    if(NOT EXISTS "${folder}/${name}")
      message(FATAL_ERROR "${folder} has no ${name}")
    endif()
  endforeach()
endfunction()

function(expect_no_files folder)
  foreach(name IN LISTS ARGN)
    if(EXISTS "${folder}/${name}")
      message(FATAL_ERROR "${folder} has ${name}")
    endif()
  endforeach()
endfunction()
