# What a page shows, as programs, commands and checks. Each code block of a Markdown file has a comment
# in the line above it that says how it is tested:
#
#   <!-- test: NAME -->          cpp: a program; sh: commands. It must end with 0
#   <!-- body: NAME -->          cpp: the body of a main() that has `node`, an nh::Environment
#   <!-- declarations: NAME -->  cpp: stands before the main() of the program NAME
#   <!-- output: NAME -->        text: what the program NAME prints
#   <!-- file: NAME -->          a file that the commands find in their folder
#   <!-- from: PATH -->          stands in that file of the repository, which is tested
#   <!-- not run: REASON -->     nothing is done with it
#
# `body`, `declarations` and `output` may come several times with one name, and are then put together: a
# page of many examples is one program. A table may be tested, too, in the program NAME:
#
#   <!-- rows: NAME -->          | types | a value in C++ | in JavaScript | also taken | refused |
#
# Of each row, the value becomes the JavaScript and comes back, unless the fourth cell says "only to
# JavaScript"; each piece of code in the last two cells is taken or refused by the type; see rows.hpp.
#
# nodehost_readme_blocks(<file> <folder> <repository>) writes NAME.cpp, NAME.sh, NAME.expected and
# files to <folder>, and sets readme_programs and readme_scripts to the names, readme_errors to what
# is wrong.

set(readme_includes [[
#include <nodehost/future.hpp>
#include <nodehost/nodehost.hpp>
#include <nodehost/stream_io.hpp>

#include <cstdio>
#include <future>
#include <optional>
#include <string>
#include <vector>

]])
set(readme_main [[
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

# The first `text in backticks` of TEXT into FOUND_VAR, what follows it into TEXT_VAR; FOUND_VAR is
# empty if there is none.
function(nodehost_readme_code text_var found_var)
  nodehost_readme_cut(${text_var} "`" before)
  nodehost_readme_cut(${text_var} "`" found)
  set(${found_var} "${found}" PARENT_SCOPE)
  set(${text_var} "${${text_var}}" PARENT_SCOPE)
endfunction()

# The tables that a `rows` comment stands above: sets NAMES_VAR, and rows_NAME to C++ code.
function(nodehost_readme_rows file names_var)
  file(READ "${file}" rest)
  set(names "")
  while(TRUE)
    nodehost_readme_cut(rest "\n<!-- rows: " before)
    if(rest STREQUAL "")
      break()
    endif()
    nodehost_readme_cut(rest " -->\n" name)
    nodehost_readme_cut(rest "\n" header)
    nodehost_readme_cut(rest "\n" line_below)
    list(APPEND names "${name}")
    while(rest MATCHES "^[|]")
      nodehost_readme_cut(rest "\n" row)
      string(REPLACE "\\|" "\n" row "${row}")  # a row is one line, so the two cannot be confused
      foreach(cell start type value js taken refused)
        nodehost_readme_cut(row "|" ${cell})
        string(REPLACE "\n" "|" ${cell} "${${cell}}")
      endforeach()
      nodehost_readme_code(value text)
      nodehost_readme_code(js shown)
      set(code "const auto value = ${text};\nRow row(node, value, R\"js(${shown})js\");\n")
      if(NOT taken MATCHES "^ *only to JavaScript")
        string(APPEND code "row.ComesBack();\n")
        foreach(list taken refused)
          set(verb Takes)
          if(list STREQUAL "refused")
            set(verb Refuses)
          endif()
          nodehost_readme_code(${list} text)
          while(NOT text STREQUAL "")
            string(APPEND code "row.${verb}(R\"js(${text})js\");\n")
            nodehost_readme_code(${list} text)
          endwhile()
        endforeach()
      endif()
      string(APPEND rows_${name} "{\n${code}}\n")
    endwhile()
    set(rows_${name} "${rows_${name}}" PARENT_SCOPE)
  endwhile()
  list(REMOVE_DUPLICATES names)
  set(${names_var} "${names}" PARENT_SCOPE)
endfunction()

function(nodehost_readme_blocks file folder repository)
  file(READ "${file}" rest)
  set(programs "")
  set(scripts "")
  set(expected "")
  set(bodies "")
  set(errors "")
  while(TRUE)
    nodehost_readme_cut(rest "\n```" before)
    if(rest STREQUAL "")
      break()
    endif()
    nodehost_readme_cut(rest "\n" language)
    nodehost_readme_cut(rest "\n```\n" code)
    string(APPEND code "\n")
    if(NOT before MATCHES "(^|\n)<!-- (test|body|declarations|output|file|from|not run): ([^\n]+) -->$")
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
      string(APPEND body_${name} "${code}")
      list(APPEND bodies "${name}")
    elseif(kind STREQUAL "declarations" AND language STREQUAL "cpp")
      string(APPEND declarations_${name} "${code}\n")
    elseif(kind STREQUAL "test" AND language STREQUAL "sh")
      nodehost_readme_write("${folder}/${name}.sh" "${code}")
      list(APPEND scripts "${name}")
    elseif(kind STREQUAL "output")
      string(APPEND output_${name} "${code}")
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
  nodehost_readme_rows("${file}" tables)
  foreach(name IN LISTS tables)
    string(APPEND body_${name} "${rows_${name}}")
    string(PREPEND declarations_${name} "#include \"rows.hpp\"\n\n")
    list(APPEND bodies "${name}")
  endforeach()
  list(REMOVE_DUPLICATES bodies)
  foreach(name IN LISTS bodies)
    nodehost_readme_write("${folder}/${name}.cpp"
      "${readme_includes}${declarations_${name}}${readme_main}${body_${name}}}\n")
    list(APPEND programs "${name}")
  endforeach()
  list(REMOVE_DUPLICATES expected)
  foreach(name IN LISTS expected)
    nodehost_readme_write("${folder}/${name}.expected" "${output_${name}}")
    if(NOT name IN_LIST programs AND NOT name IN_LIST scripts)
      string(APPEND errors "the output of `${name}` is shown, but there is no such program\n")
    endif()
  endforeach()
  set(readme_programs "${programs}" PARENT_SCOPE)
  set(readme_scripts "${scripts}" PARENT_SCOPE)
  set(readme_errors "${errors}" PARENT_SCOPE)
endfunction()
