# fmt, doctest, CLI11 and Google Benchmark: the system's, else the Debian packages listed in
# third_party/debian.txt, downloaded by name and unpacked. Neither root nor the machine's apt state
# is touched.
include_guard(GLOBAL)
set(nodehost_fmt_source "${CMAKE_CURRENT_LIST_DIR}/fmt/compiled.cpp")

# Sets OUT_VAR to the `what;package;dependencies` rows of the manifest, with `|` between the fields.
function(nodehost_debian_manifest out_var)
  set(file "${NODEHOST_THIRD_PARTY_DIR}/debian.txt")
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${file}")
  file(STRINGS "${file}" lines REGEX "^[^#]")
  set(rows "")
  foreach(line IN LISTS lines)
    string(REGEX REPLACE "[ \t]+" "|" row "${line}")
    list(APPEND rows "${row}")
  endforeach()
  set(${out_var} "${rows}" PARENT_SCOPE)
endfunction()

# Defines the targets. A macro, because find_package's results belong to the caller's
# folder.
macro(nodehost_provision_debian_packages)
  nodehost_debian_manifest(nodehost_rows)
  foreach(nodehost_row IN LISTS nodehost_rows)
    string(REPLACE "|" ";" nodehost_row "${nodehost_row}")
    list(GET nodehost_row 0 nodehost_what)
    nodehost_provision_debian_package(${nodehost_row})
  endforeach()
  if(TARGET CLI11::CLI11)
    get_target_property(nodehost_include CLI11::CLI11 INTERFACE_INCLUDE_DIRECTORIES)
    find_file(NODEHOST_CLI11_LICENCE NAMES libcli11-dev/copyright NO_CACHE
              HINTS "${nodehost_include}/../share/doc" PATH_SUFFIXES share/doc)
  endif()
endmacro()

# WHAT from the system or from PACKAGE (and those of its dependencies that match the regex in ARGN).
function(nodehost_provision_debian_package what package)
  if(what STREQUAL "fmt" AND TARGET nodehost_fmt)
    return()
  elseif(what STREQUAL "fmt" AND TARGET fmt::fmt)
    nodehost_compile_fmt("$<TARGET_PROPERTY:fmt::fmt,INTERFACE_INCLUDE_DIRECTORIES>")
    return()
  elseif(TARGET ${what}::${what})
    return()
  elseif(what STREQUAL "benchmark" AND NOT NODEHOST_BUILD_TESTS)
    return()
  elseif(what STREQUAL "doctest" AND NOT NODEHOST_BUILD_TESTS)
    return()
  endif()
  if(NODEHOST_SYSTEM_PACKAGES OR ${what}_ROOT OR ${what}_DIR)
    find_package(${what} CONFIG QUIET GLOBAL)
    if(${what}_FOUND)
      nodehost_say_once(${what} "${what} ${${what}_VERSION}: the system's, ${${what}_DIR}")
      if(what STREQUAL "fmt")
        nodehost_compile_fmt("$<TARGET_PROPERTY:fmt::fmt,INTERFACE_INCLUDE_DIRECTORIES>")
      endif()
      return()
    endif()
  endif()

  nodehost_provision_entry("debian/${package}" KEY "${package} ${ARGN} ${CMAKE_SYSTEM_PROCESSOR}"
                           FETCH nodehost_fetch_debian ARGS ${package} ${ARGN} OUT_VAR root)
  if(NOT root)
    set(system "the system, through find_package(${what})")
    if(NOT NODEHOST_SYSTEM_PACKAGES)
      set(system "not the system: NODEHOST_SYSTEM_PACKAGES is OFF")
    endif()
    nodehost_missing("${what}" LOOKED "${system}" "${root_LOOKED}"
      PACKAGE "the Debian package ${package}" VARIABLE "${what}_ROOT to its install prefix")
    return()
  endif()
  nodehost_say_once(${what} "${what}: Debian's ${package}, unpacked in ${root}")

  if(what STREQUAL "benchmark")
    # The only one with a compiled part; CMake gives what links it a build rpath.
    find_package(benchmark CONFIG REQUIRED QUIET GLOBAL NO_DEFAULT_PATH
                 PATHS "${root}/usr/lib/${CMAKE_LIBRARY_ARCHITECTURE}/cmake/benchmark"
                       "${root}/usr/lib/cmake/benchmark")
    unset(benchmark_DIR CACHE)
    return()
  endif()
  if(what STREQUAL "fmt")
    nodehost_compile_fmt("${root}/usr/include")
    return()
  endif()
  # Header-only use: nothing has to be found when the program runs.
  add_library(${what}::${what} INTERFACE IMPORTED GLOBAL)
  set_target_properties(${what}::${what} PROPERTIES
    INTERFACE_INCLUDE_DIRECTORIES "${root}/usr/include"
    INTERFACE_SYSTEM_INCLUDE_DIRECTORIES "${root}/usr/include")
endfunction()

# nodehost_fmt: fmt as a part of what links it, so that the package needs no libfmt of the system.
function(nodehost_compile_fmt include)
  add_library(nodehost_fmt OBJECT "${nodehost_fmt_source}")
  target_compile_features(nodehost_fmt PUBLIC cxx_std_20)
  set_target_properties(nodehost_fmt PROPERTIES CXX_CLANG_TIDY "")
  target_include_directories(nodehost_fmt SYSTEM PUBLIC "${include}")
endfunction()

# The names of the packages that PACKAGE, which lies in FOLDER, depends on.
function(nodehost_dependencies folder package out_var)
  file(GLOB deb "${folder}/${package}_*.deb")
  execute_process(COMMAND "${NODEHOST_dpkg-deb}" --field "${deb}" Depends OUTPUT_VARIABLE depends
                  ERROR_QUIET)
  string(REGEX REPLACE "[ \n]*[,|][ \n]*" ";" depends "${depends}")
  list(TRANSFORM depends REPLACE "[ (:].*$" "")
  list(TRANSFORM depends STRIP)
  list(REMOVE_DUPLICATES depends)
  set(${out_var} "${depends}" PARENT_SCOPE)
endfunction()

# Downloads PACKAGE and what it depends on, also through others, that matches any regex in ARGN, and
# unpacks them into FOLDER.
function(nodehost_fetch_debian folder error_var package)
  nodehost_find_tools(error apt-get dpkg-deb)
  if(error)
    set(${error_var} "${error}" PARENT_SCOPE)
    return()
  endif()
  message(STATUS "Fetching the Debian package ${package}")
  set(debs "${folder}.debs")
  file(MAKE_DIRECTORY "${debs}")
  set(error "")
  set(wanted "${package}")
  set(seen "${package}")
  while(wanted AND NOT error)
    nodehost_apt_download("${debs}" error ${wanted})
    set(depends "")
    foreach(one IN LISTS wanted)
      nodehost_dependencies("${debs}" ${one} more)
      list(APPEND depends ${more})
    endforeach()
    list(REMOVE_DUPLICATES depends)
    set(wanted "")
    foreach(regex IN LISTS ARGN)
      set(matching "${depends}")
      list(FILTER matching INCLUDE REGEX "${regex}")
      list(REMOVE_ITEM matching ${seen})
      list(APPEND wanted ${matching})
      list(APPEND seen ${matching})
    endforeach()
  endwhile()
  file(GLOB files "${debs}/*.deb")
  foreach(deb IN LISTS files)
    if(NOT error)
      nodehost_run(error WORKING_DIRECTORY "${debs}"
                   COMMAND "${NODEHOST_dpkg-deb}" --extract "${deb}" "${folder}")
    endif()
  endforeach()
  file(REMOVE_RECURSE "${debs}")
  set(${error_var} "${error}" PARENT_SCOPE)
endfunction()

# Unpacks PACKAGE, and those of its dependencies that match a regex in ARGN, for what can be left out;
# sets OUT_VAR to the folder, or to nothing where it cannot be had.
function(nodehost_optional_debian out_var package)
  nodehost_provision_entry("debian/${package}" KEY "${package} ${ARGN} ${CMAKE_SYSTEM_PROCESSOR}"
                           FETCH nodehost_fetch_debian ARGS ${package} ${ARGN} OPTIONAL OUT_VAR root)
  set(${out_var} "${root}" PARENT_SCOPE)
endfunction()

# apt-get download of the packages in ARGN with the system's package lists; if those are empty or
# stale, with lists of our own.
function(nodehost_apt_download folder error_var)
  set(common -q -o APT::Sandbox::User=root)
  nodehost_run(error WORKING_DIRECTORY "${folder}"
               COMMAND "${NODEHOST_apt-get}" ${common} download ${ARGN})
  if(error)
    set(state "${NODEHOST_PROVISION_DIR}/.apt")
    file(MAKE_DIRECTORY "${state}/lists/partial" "${state}/cache/archives/partial")
    list(APPEND common -o "Dir::State::lists=${state}/lists" -o "Dir::Cache=${state}/cache")
    file(LOCK "${state}/lock" GUARD FUNCTION TIMEOUT 900)
    get_property(updated GLOBAL PROPERTY NODEHOST_APT_UPDATED)
    if(NOT updated)
      message(STATUS "The system's package lists do not serve for ${ARGN}; fetching our own")
      nodehost_run(update_error WORKING_DIRECTORY "${folder}"
                   COMMAND "${NODEHOST_apt-get}" ${common} update)
      set_property(GLOBAL PROPERTY NODEHOST_APT_UPDATED ON)
    endif()
    set(first_error "${error}")
    nodehost_run(error WORKING_DIRECTORY "${folder}"
                 COMMAND "${NODEHOST_apt-get}" ${common} download ${ARGN})
    if(error)
      string(PREPEND error "${first_error}\n${update_error}\n")
    endif()
  endif()
  set(${error_var} "${error}" PARENT_SCOPE)
endfunction()
