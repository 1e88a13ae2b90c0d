# Compiles SOURCE with CASE=1 and expects a refusal with the words SAYS; without SAYS, expects none.
cmake_minimum_required(VERSION 3.25)
string(REPLACE "|" ";" flags "${FLAGS}")
set(define "")
if(CASE)
  set(define "-D${CASE}=1")
endif()
if(SAYS)
  # The source is expected to be refused, so warnings need not be errors.
  set(flags "-w")
endif()
set(ENV{LC_ALL} C)  # so that the compiler quotes with plain '
execute_process(COMMAND "${COMPILER}" -std=c++20 ${flags} -Werror -fsyntax-only
                        -I "${PRECOMPILED}" -I "${INCLUDE}" ${define} "${SOURCE}"
                RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
if(NOT SAYS)
  if(NOT result EQUAL 0)
    message("${output}")
    message(FATAL_ERROR "It does not compile")
  endif()
elseif(result EQUAL 0)
  message(FATAL_ERROR "It compiles, and must not")
else()
  string(FIND "${output}" "${SAYS}" found)
  if(found EQUAL -1)
    message("${output}")
    message(FATAL_ERROR "It is refused, but without the words\n  ${SAYS}")
  endif()
endif()
