# nodehost_discover_tests(<target> PREFIX <text> [TIMEOUT <seconds>] [CASES <pattern>]
#                         [PROPERTIES <name> <value>...])
#
# Makes each TEST_CASE of a doctest program a CTest test: one process each, with a deadline, without
# TIMEOUT that of the test preset. CASES takes a part of them.
# doctest's CMake script lies beside its headers, whether they are the system's or fetched.
get_target_property(_doctest_include doctest::doctest INTERFACE_INCLUDE_DIRECTORIES)
list(GET _doctest_include 0 _doctest_include)
find_file(NODEHOST_DOCTEST_SCRIPT doctest.cmake REQUIRED NO_CACHE
          HINTS "${_doctest_include}/../lib/cmake/doctest" "${doctest_DIR}")
include("${NODEHOST_DOCTEST_SCRIPT}")

function(nodehost_discover_tests target)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "PREFIX;TIMEOUT;CASES" "PROPERTIES")
  if(arg_TIMEOUT)
    if(NODEHOST_SANITIZE)  # several times slower, and a deadline is there to catch a hang, not to time
      math(EXPR arg_TIMEOUT "3 * ${arg_TIMEOUT}")
    endif()
    list(APPEND arg_PROPERTIES TIMEOUT "${arg_TIMEOUT}")
  endif()
  string(REGEX MATCH "^[0-9]+" major "${Libnode_VERSION}")
  if(NOT major AND TARGET Libnode::libnode)  # or what is lacking would be skipped, and all be well
    message(FATAL_ERROR "The version of libnode is not known to the tests: \"${Libnode_VERSION}\"")
  elseif(NOT major)
    set(major 0)  # no test needs it
  endif()
  set_source_files_properties(../support/main.cpp PROPERTIES
    COMPILE_DEFINITIONS NODEHOST_TEST_NODE_MAJOR=${major})
  # The words of tests/support/lacks.hpp.
  doctest_discover_tests(${target} TEST_PREFIX "${arg_PREFIX}: " ADD_LABELS 0
                         TEST_SPEC "${arg_CASES}"
                         PROPERTIES SKIP_REGULAR_EXPRESSION "skipped:.Node.js" ${arg_PROPERTIES})
endfunction()
