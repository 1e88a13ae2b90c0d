# fetch_node_source(<folder> <error var> <version>): the archive of the sources of Node.js, of the same
# minor version, from Debian's source packages of any suite, as node.tar. apt's state is one of our own;
# of the package only upstream's archive is fetched, whose checksum apt verifies.
function(fetch_node_source folder error_var version)
  nodehost_find_tools(error apt-get apt-cache)
  if(error)
    set(${error_var} "${error}" PARENT_SCOPE)
    return()
  endif()
  set(state "${folder}.apt")
  file(MAKE_DIRECTORY "${state}/lists/partial" "${state}/cache/archives/partial")
  node_source_suites("${state}/sources.list")
  set(options -q -o APT::Sandbox::User=root -o Acquire::Languages=none
      -o Acquire::Check-Valid-Until=false -o "Dir::Etc::sourcelist=${state}/sources.list"
      -o Dir::Etc::sourceparts=/dev/null -o "Dir::State::lists=${state}/lists"
      -o "Dir::Cache=${state}/cache")
  nodehost_run(error WORKING_DIRECTORY "${state}" COMMAND "${NODEHOST_apt-get}" ${options} update)
  execute_process(COMMAND "${NODEHOST_apt-cache}" ${options} showsrc nodejs
                  OUTPUT_VARIABLE described ERROR_QUIET)
  string(REGEX MATCH "^[0-9]+\\.[0-9]+" minor "${version}")
  string(REPLACE "." "\\." minor "${minor}")
  if(NOT described MATCHES "\nVersion: (${minor}\\.[^\n]+)")
    string(REGEX MATCHALL "\nVersion: [^\n]+" versions "${described}")
    list(TRANSFORM versions REPLACE "\nVersion: " "")
    list(JOIN versions ", " versions)
    string(CONCAT error "No suite of Debian has the sources of Node.js ${version}, only: ${versions}. Set "
           "NODEHOST_NODE_SOURCE in the environment to a folder that has them.\n${error}")
    set(${error_var} "${error}" PARENT_SCOPE)
    return()
  endif()
  message(STATUS "Fetching the sources of Node.js ${CMAKE_MATCH_1}")
  # A mirror may lack parts that are not needed here: then apt fails, and has fetched the rest.
  nodehost_run(error WORKING_DIRECTORY "${state}"
               COMMAND "${NODEHOST_apt-get}" ${options} source --download-only --tar-only
                       "nodejs=${CMAKE_MATCH_1}")
  file(GLOB archive "${state}/nodejs_*.orig.tar.*")
  if(archive)
    file(RENAME "${archive}" "${folder}/node.tar")
    set(error "")
  endif()
  file(REMOVE_RECURSE "${state}")
  set(${error_var} "${error}" PARENT_SCOPE)
endfunction()

# Unpacks what such an archive has for the tests, unless that has been done.
function(unpack_node_source archive folder)
  file(LOCK "${folder}.lock" GUARD FUNCTION TIMEOUT 600)
  if(EXISTS "${folder}")
    return()
  endif()
  file(REMOVE_RECURSE "${folder}.part")
  file(MAKE_DIRECTORY "${folder}.part")
  execute_process(COMMAND tar -xf "${archive}/node.tar" -C "${folder}.part" --strip-components=1
                          --exclude=*/deps/v8 --exclude=*/deps/openssl --exclude=*/benchmark
                  COMMAND_ERROR_IS_FATAL ANY)
  file(RENAME "${folder}.part" "${folder}")
endfunction()

# From this machine's mirror.
function(node_source_suites file)
  set(mirror "")
  file(GLOB lists /etc/apt/sources.list /etc/apt/sources.list.d/*)
  foreach(list IN LISTS lists)
    file(STRINGS "${list}" lines REGEX "^(deb |URIs:).*/debian/?( |$)")
    foreach(line IN LISTS lines)
      if(NOT mirror AND line MATCHES "[a-z+]+://[^ ]+/debian")
        set(mirror "${CMAKE_MATCH_0}")
      endif()
    endforeach()
  endforeach()
  file(WRITE "${file}" "")
  foreach(suite stable testing unstable experimental)
    file(APPEND "${file}" "deb-src ${mirror} ${suite} main\n")
  endforeach()
endfunction()
