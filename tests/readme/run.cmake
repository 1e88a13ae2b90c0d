# Runs COMMAND in FOLDER, with BIN first in PATH; it must end with 0 and, if there is a file
# EXPECTED, print just that; blank lines at the end do not count.
cmake_minimum_required(VERSION 3.25)
set(ENV{PATH} "${BIN}:$ENV{PATH}")
string(REPLACE "|" ";" command "${COMMAND}")
execute_process(COMMAND ${command} WORKING_DIRECTORY "${FOLDER}"
                RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE errors)
message("${output}${errors}")
if(NOT result EQUAL 0)
  message(FATAL_ERROR "It ended with ${result}")
endif()
if(EXISTS "${EXPECTED}")
  file(READ "${EXPECTED}" expected)
  string(REGEX REPLACE "\n+$" "" expected "${expected}")
  string(REGEX REPLACE "\n+$" "" output "${output}")
  if(NOT output STREQUAL expected)
    message(FATAL_ERROR "It was expected to print\n${expected}")
  endif()
endif()
