# What libnodehost's headers cost a program that includes them: the compiler's CPU time at -O2
# (the median of three runs) and bytes of object code. Writes OUTPUT as JSON and prints the same as a table.
#
#   cmake -DCOMPILER=g++ -DINCLUDE_DIR=include -DNODE_INCLUDE_DIR=where/node.h/is -DWORK_DIR=somewhere -DOUTPUT=compile.json -P measure.cmake
cmake_minimum_required(VERSION 3.25)

set(interfaces 50)
set(methods 10)
set(runs 3)

# 50 typed interfaces of 10 methods with different signatures, each imported and called.
function(write_interfaces file)
  set(signatures
    "double(double, double)" "std::string(std::string)" "Record(const Record&)" "void(int)"
    "std::vector<double>(std::vector<double>)" "bool(std::string, int)"
    "std::optional<std::string>(int)" "int(const std::vector<Record>&)" "Record(std::string)"
    "double(const Record&, double)")
  set(arguments
    "1.5, 2.5" "\"text\"" "record" "1" "numbers" "\"text\", 1" "1" "records" "\"text\"" "record, 2.5")
  set(types "")
  set(calls "")
  foreach(i RANGE 1 ${interfaces})
    string(APPEND types "struct Interface${i} {\n")
    string(APPEND calls "void Use${i}(nodehost::Environment& node) {\n")
    string(APPEND calls "  const auto object = node.Import<Interface${i}>(\"module-${i}\");\n")
    foreach(j RANGE 1 ${methods})
      math(EXPR index "${j} - 1")
      list(GET signatures ${index} signature)
      list(GET arguments ${index} argument)
      string(APPEND types "  nodehost::Method<${signature}> method${j};\n")
      string(APPEND calls "  static_cast<void>(object.method${j}(${argument}));\n")
    endforeach()
    string(APPEND types "};\n")
    string(APPEND calls "}\n")
  endforeach()
  file(WRITE "${file}" "#include <nodehost/nodehost.hpp>\n
struct Record {
  int id;
  double weight;
  std::string name;
};
const Record record{1, 2.5, \"name\"};
const std::vector<Record> records{record};
const std::vector<double> numbers{1.5};
${types}${calls}")
endfunction()

function(measure name source)
  set(object "${WORK_DIR}/${name}.o")
  set(times "")
  foreach(run RANGE 1 ${runs})
    # The compiler's own time, which others on the machine disturb least: the second line of POSIX
    # `times` is that of the shell's children, as "0m1.23s 0m0.04s".
    execute_process(COMMAND sh -c "\"$@\" && times" sh
                            "${COMPILER}" -std=c++20 -O2 "-I${INCLUDE_DIR}" -isystem "${NODE_INCLUDE_DIR}" -c "${source}" -o "${object}"
                    OUTPUT_VARIABLE output COMMAND_ERROR_IS_FATAL ANY)
    string(REGEX MATCH "\n([0-9]+)m([0-9]+)[.]([0-9][0-9])" ignored "${output}")
    math(EXPR milliseconds "${CMAKE_MATCH_1} * 60000 + ${CMAKE_MATCH_2} * 1000 + 1${CMAKE_MATCH_3} * 10 - 1000")
    list(APPEND times ${milliseconds})
  endforeach()
  list(SORT times COMPARE NATURAL)
  list(GET times 1 median)
  file(SIZE "${object}" bytes)
  message("${name}: ${median} ms, ${bytes} bytes of object file")
  string(APPEND json "  {\"name\": \"compile/${name}\", \"milliseconds\": ${median}, \"object_bytes\": ${bytes}},\n")
  set(json "${json}" PARENT_SCOPE)
endfunction()

file(MAKE_DIRECTORY "${WORK_DIR}")
file(WRITE "${WORK_DIR}/empty.cpp" "")
file(WRITE "${WORK_DIR}/standard.cpp"
     "#include <chrono>\n#include <functional>\n#include <future>\n#include <map>\n#include <memory>\n"
     "#include <optional>\n#include <string>\n#include <vector>\n")
file(WRITE "${WORK_DIR}/include.cpp" "#include <nodehost/nodehost.hpp>\n")
file(WRITE "${WORK_DIR}/node.cpp" "#include <v8.h>\n#include <node.h>\n")
write_interfaces("${WORK_DIR}/interfaces.cpp")

set(json "")
measure(empty "${WORK_DIR}/empty.cpp")
measure(standard_headers "${WORK_DIR}/standard.cpp")
measure(include_v8_and_node "${WORK_DIR}/node.cpp")
measure(include_nodehost "${WORK_DIR}/include.cpp")
measure(50_interfaces_of_10_methods "${WORK_DIR}/interfaces.cpp")
string(REGEX REPLACE ",\n$" "\n" json "${json}")
file(WRITE "${OUTPUT}" "[\n${json}]\n")
