# The end of a script that checks files: it fails where it has found `errors`, a list of lines, or
# nothing to check; else it says how many of WHAT it has read.
function(report count what errors)
  if(count EQUAL 0)
    message(FATAL_ERROR "There is nothing to check: no ${what}")
  endif()
  if(errors)
    message(FATAL_ERROR "${errors}\n")
  endif()
  message("${count} ${what}")
endfunction()
