# nodehost_deploy: a folder with a program and what it needs, to be copied to another machine.
#
#   nodehost_deploy(<target> [TO <folder>] [PACKAGES <folder>...] [FILES <file or folder>...])
#
# Defines the target <target>_deploy, which makes <folder> (default: <target>-deployed in the build
# folder). In it are the program; in lib/ libnodehost and libnode, with their licences; and the
# node_modules of each of PACKAGES, which are folders that nodehost_npm_install gave, with the
# workspaces in them. FILES are copied as they are. All run-time paths are relative, so the folder may lie anywhere; a program
# whose `base_dir` is its own folder finds the packages. A libnode of the system is not copied, as
# it needs much else of that system: install it on the other machine.
include_guard(GLOBAL)

function(nodehost_deploy target)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "TO" "PACKAGES;FILES")
  if(arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "nodehost_deploy(${target}): unknown arguments ${arg_UNPARSED_ARGUMENTS}")
  endif()
  set(folder "${target}-deployed")
  if(arg_TO)
    set(folder "${arg_TO}")
  endif()
  get_filename_component(folder "${folder}" ABSOLUTE BASE_DIR "${CMAKE_CURRENT_BINARY_DIR}")
  set(where COMPONENT nodehost_deploy_${target} EXCLUDE_FROM_ALL)

  set_property(TARGET ${target} APPEND PROPERTY INSTALL_RPATH "$ORIGIN/lib" "$ORIGIN/lib/nodehost")
  install(TARGETS ${target} RUNTIME DESTINATION . ${where} LIBRARY DESTINATION . ${where})
  nodehost_deploy_libraries(${where})
  foreach(packages IN LISTS arg_PACKAGES)
    install(DIRECTORY "${packages}/node_modules" DESTINATION . ${where} PATTERN .bin EXCLUDE
            PATTERN .cache EXCLUDE)
    install(FILES "${packages}/package.json" DESTINATION . ${where})
    nodehost_npm_local_parts("${packages}" parts archives)  # which node_modules links to
    foreach(part IN LISTS parts)
      if(part MATCHES "^\\.\\./")
        message(FATAL_ERROR "nodehost_deploy(${target}): ${packages} takes ${part} from outside of "
                            "itself, which a copy cannot have")
      endif()
      install(DIRECTORY "${packages}/${part}/" DESTINATION "${part}" ${where})
    endforeach()
  endforeach()
  foreach(file IN LISTS arg_FILES)
    get_filename_component(file "${file}" ABSOLUTE)
    if(IS_DIRECTORY "${file}")
      install(DIRECTORY "${file}" DESTINATION . ${where} USE_SOURCE_PERMISSIONS)
    else()
      install(FILES "${file}" DESTINATION . ${where})
    endif()
  endforeach()

  add_custom_target(${target}_deploy
    # A package that is no longer asked for does not stay.
    COMMAND "${CMAKE_COMMAND}" -E rm -rf "${folder}/node_modules"
    COMMAND "${CMAKE_COMMAND}" "-DCMAKE_INSTALL_PREFIX=${folder}"
            -DCMAKE_INSTALL_COMPONENT=nodehost_deploy_${target} "-DBUILD_TYPE=$<CONFIG>"
            -DCMAKE_INSTALL_MESSAGE=NEVER -P "${CMAKE_CURRENT_BINARY_DIR}/cmake_install.cmake"
    COMMENT "Making ${folder}" VERBATIM)
  add_dependencies(${target}_deploy ${target})
  if(TARGET nodehost_snapshot)
    add_dependencies(${target}_deploy nodehost_snapshot)
  endif()
endfunction()

# libnodehost, libnode and the licences, into lib/, laid out as in the installed package.
function(nodehost_deploy_libraries)
  get_target_property(type nodehost::nodehost TYPE)
  get_target_property(imported nodehost::nodehost IMPORTED)
  if(type STREQUAL "SHARED_LIBRARY" AND imported)
    install(IMPORTED_RUNTIME_ARTIFACTS nodehost::nodehost LIBRARY DESTINATION lib ${ARGN})
  elseif(type STREQUAL "SHARED_LIBRARY")
    install(TARGETS nodehost LIBRARY DESTINATION lib ${ARGN} NAMELINK_SKIP)
  endif()

  get_target_property(origin Libnode::libnode NODEHOST_ORIGIN)
  if(imported)
    get_target_property(licences Libnode::libnode NODEHOST_LICENCES)
  else()
    nodehost_libnode_licences(licences)
  endif()
  if(NOT origin STREQUAL "system")
    get_target_property(libnode Libnode::libnode IMPORTED_LOCATION)
    set(libraries "${libnode}")
    if(TARGET Libnode::floor)
      get_target_property(floor Libnode::floor IMPORTED_LOCATION)
      list(APPEND libraries "${floor}")
    endif()
    install(PROGRAMS ${libraries} DESTINATION lib/nodehost ${ARGN})
    get_filename_component(snapshot "${libnode}" DIRECTORY)
    string(APPEND snapshot /nodehost.snapshot)
    if(NOT imported)
      get_target_property(snapshot nodehost NODEHOST_SNAPSHOT)
    endif()
    if(snapshot)
      install(FILES "${snapshot}" DESTINATION lib/nodehost ${ARGN} OPTIONAL)
    endif()
    install(FILES ${licences} DESTINATION lib/nodehost ${ARGN})
  endif()
  get_target_property(licence nodehost::nodehost NODEHOST_LICENCE)
  install(FILES "${licence}" DESTINATION lib/nodehost RENAME LICENSE.nodehost ${ARGN})
endfunction()
