# Compiles a file that includes HEADER, twice, and nothing before it. SYSTEM: one more folder with
# headers.
cmake_minimum_required(VERSION 3.25)
string(REPLACE "|" ";" flags "${FLAGS}")
file(WRITE "${WORK}/alone.cpp" "#include <${HEADER}>\n#include <${HEADER}>\n")
if(SYSTEM)
  list(APPEND flags -isystem "${SYSTEM}")
endif()
execute_process(COMMAND "${COMPILER}" -std=c++20 ${flags} -Werror -fsyntax-only -I "${INCLUDE}"
                        "${WORK}/alone.cpp"
                RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
if(NOT result EQUAL 0)
  message("${output}")
  message(FATAL_ERROR "${HEADER} does not compile alone")
endif()
