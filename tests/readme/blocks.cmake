# The code blocks of a Markdown file, each with the comment in the line above it that says how it is
# tested:
#
#   <!-- test: NAME -->      cpp: a program; sh: commands. It must end with 0
#   <!-- body: NAME -->      cpp: the body of a main() that has `node`, an nh::Environment
#   <!-- output: NAME -->    text: what the program of that name prints
#   <!-- file: NAME -->      a file that the commands find in their folder
#   <!-- from: PATH -->      stands in that file of the repository, which is tested
#   <!-- not run: REASON --> nothing is done with it
#
# nodehost_readme_blocks(<file> <folder> <repository>) writes NAME.cpp, NAME.sh, NAME.expected and
# files to <folder>, and sets readme_programs and readme_scripts to the names, readme_errors to what
# is wrong.

set(readme_body_head [[
#include <nodehost/nodehost.hpp>

#include <cstdio>
#include <future>
#include <optional>
#include <string>
#include <vector>

namespace nh = nodehost;

int main() {
  nh::NodejsPlatform platform;
  nh::Environment node = platform.CreateEnvironment();
]])

# Written only when it is new, so that nothing is compiled again without need.
function(nodehost_readme_write file text)
  if(EXISTS "${file}")
    file(READ "${file}" old)
    if(old STREQUAL text)
      return()
    endif()
  endif()
  file(WRITE "${file}" "${text}")
endfunction()

# The text up to the first SEPARATOR into BEFORE_VAR, what follows it into TEXT_VAR; no lists,
# because code has semicolons.
function(nodehost_readme_cut text_var separator before_var)
  string(FIND "${${text_var}}" "${separator}" at)
  string(LENGTH "${separator}" length)
  if(at EQUAL -1)
    set(${before_var} "${${text_var}}" PARENT_SCOPE)
    set(${text_var} "" PARENT_SCOPE)
    return()
  endif()
  string(SUBSTRING "${${text_var}}" 0 ${at} before)
  math(EXPR at "${at} + ${length}")
  string(SUBSTRING "${${text_var}}" ${at} -1 after)
  set(${before_var} "${before}" PARENT_SCOPE)
  set(${text_var} "${after}" PARENT_SCOPE)
endfunction()

function(nodehost_readme_blocks file folder repository)
  file(READ "${file}" rest)
  set(programs "")
  set(scripts "")
  set(expected "")
  set(errors "")
  while(TRUE)
    nodehost_readme_cut(rest "\n```" before)
    if(rest STREQUAL "")
      break()
    endif()
    nodehost_readme_cut(rest "\n" language)
    nodehost_readme_cut(rest "\n```\n" code)
    string(APPEND code "\n")
    if(NOT before MATCHES "(^|\n)<!-- (test|body|output|file|from|not run): ([^\n]+) -->$")
      string(APPEND errors
        "a ${language} block has no comment that says how it is tested:\n${code}")
      continue()
    endif()
    set(kind "${CMAKE_MATCH_2}")
    set(name "${CMAKE_MATCH_3}")
    if(kind STREQUAL "test" AND language STREQUAL "cpp")
      nodehost_readme_write("${folder}/${name}.cpp" "${code}")
      list(APPEND programs "${name}")
    elseif(kind STREQUAL "body" AND language STREQUAL "cpp")
      nodehost_readme_write("${folder}/${name}.cpp" "${readme_body_head}${code}}\n")
      list(APPEND programs "${name}")
    elseif(kind STREQUAL "test" AND language STREQUAL "sh")
      nodehost_readme_write("${folder}/${name}.sh" "${code}")
      list(APPEND scripts "${name}")
    elseif(kind STREQUAL "output")
      nodehost_readme_write("${folder}/${name}.expected" "${code}")
      list(APPEND expected "${name}")
    elseif(kind STREQUAL "file")
      nodehost_readme_write("${folder}/${name}" "${code}")
    elseif(kind STREQUAL "from")
      file(READ "${repository}/${name}" whole)
      # Line by line: the file may say more in between.
      set(lines "${code}")
      while(NOT lines STREQUAL "")
        nodehost_readme_cut(lines "\n" line)
        string(FIND "${whole}" "${line}\n" at)
        nodehost_readme_cut(whole "${line}\n" skipped)
        if(at EQUAL -1)
          string(APPEND errors "${name} does not have, in this order:\n${code}")
          break()
        endif()
      endwhile()
    elseif(NOT kind STREQUAL "not run")
      string(APPEND errors "no rule for `${kind}: ${name}` with a ${language} block\n")
    endif()
  endwhile()
  foreach(name IN LISTS expected)
    if(NOT name IN_LIST programs AND NOT name IN_LIST scripts)
      string(APPEND errors "the output of `${name}` is shown, but there is no such program\n")
    endif()
  endforeach()
  set(readme_programs "${programs}" PARENT_SCOPE)
  set(readme_scripts "${scripts}" PARENT_SCOPE)
  set(readme_errors "${errors}" PARENT_SCOPE)
endfunction()
