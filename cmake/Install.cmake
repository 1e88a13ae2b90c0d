# Install rules, the CMake package and nodehost.pc, so that another project says
# find_package(nodehost) and links nodehost::nodehost. A libnode that is not the system's goes along,
# in lib/nodehost. Nothing installed knows where it is: the tree can be moved.
#
# Components: `runtime` is what a program needs to run, `development` what it is built with,
# `command` the nodehost command.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(NODEHOST_INSTALL_CMAKEDIR "${CMAKE_INSTALL_LIBDIR}/cmake/nodehost")
set(NODEHOST_INSTALL_PKGCONFIGDIR "${CMAKE_INSTALL_LIBDIR}/pkgconfig")
set(NODEHOST_INSTALL_PRIVATEDIR "${CMAKE_INSTALL_LIBDIR}/nodehost")
set(NODEHOST_INSTALL_DOCDIR "${CMAKE_INSTALL_DATADIR}/doc/nodehost")

function(nodehost_install_libnode)
  nodehost_libnode_licences(licences)
  install(PROGRAMS "${Libnode_LIBRARY}" ${Libnode_FLOOR} COMPONENT runtime
          DESTINATION "${NODEHOST_INSTALL_PRIVATEDIR}")
  install(FILES ${licences} COMPONENT runtime DESTINATION "${NODEHOST_INSTALL_PRIVATEDIR}")
  # For the opt-in header that hands out V8's and Node's own types: the public headers only.
  foreach(pattern node.h node_api*.h node_buffer.h node_object_wrap.h node_version.h
                  js_native_api*.h v8*.h uv.h cppgc libplatform uv)
    file(GLOB found "${Libnode_INCLUDE_DIR}/${pattern}")
    foreach(header IN LISTS found)
      set(kind FILES)
      if(IS_DIRECTORY "${header}")
        set(kind DIRECTORY)
      endif()
      install(${kind} "${header}" COMPONENT development
              DESTINATION "${NODEHOST_INSTALL_PRIVATEDIR}/include")
    endforeach()
  endforeach()
endfunction()

# What find_package(nodehost) reads.
function(nodehost_install_cmake_package)
  install(EXPORT nodehost-targets NAMESPACE nodehost:: COMPONENT development
          DESTINATION "${NODEHOST_INSTALL_CMAKEDIR}")
  set(NODEHOST_COMMAND "${CMAKE_INSTALL_BINDIR}/nodehost${CMAKE_EXECUTABLE_SUFFIX}")
  configure_package_config_file(
    "${PROJECT_SOURCE_DIR}/cmake/nodehost-config.cmake.in"
    "${PROJECT_BINARY_DIR}/nodehost-config.cmake"
    INSTALL_DESTINATION "${NODEHOST_INSTALL_CMAKEDIR}"
    PATH_VARS NODEHOST_INSTALL_PRIVATEDIR NODEHOST_INSTALL_DOCDIR NODEHOST_COMMAND)
  write_basic_package_version_file("${PROJECT_BINARY_DIR}/nodehost-config-version.cmake"
                                   COMPATIBILITY SameMinorVersion)
  install(FILES "${PROJECT_BINARY_DIR}/nodehost-config.cmake"
                "${PROJECT_BINARY_DIR}/nodehost-config-version.cmake"
                "${PROJECT_SOURCE_DIR}/cmake/ProvisionEntry.cmake"
                "${PROJECT_SOURCE_DIR}/cmake/ProvisionNpm.cmake"
                "${PROJECT_SOURCE_DIR}/cmake/Deploy.cmake"
                "${PROJECT_SOURCE_DIR}/cmake/AddModule.cmake"
                "${PROJECT_SOURCE_DIR}/cmake/Bundle.cmake"
          COMPONENT development DESTINATION "${NODEHOST_INSTALL_CMAKEDIR}")
  install(FILES "${PROJECT_SOURCE_DIR}/third_party/esbuild/package.json"
                "${PROJECT_SOURCE_DIR}/third_party/esbuild/package-lock.json"
          COMPONENT development DESTINATION "${NODEHOST_INSTALL_CMAKEDIR}/esbuild")
endfunction()

# What `pkg-config nodehost` reads.
function(nodehost_install_pkgconfig)
  file(RELATIVE_PATH prefix "/p/${NODEHOST_INSTALL_PKGCONFIGDIR}" "/p")
  string(REGEX REPLACE "/$" "" prefix "${prefix}")
  set(flags "")
  set(libraries "-L\${libdir} -lnodehost")
  if(NOT BUILD_SHARED_LIBS)
    set(flags " -DNODEHOST_STATIC")
    if(NODEHOST_BUNDLES_LIBNODE)
      string(APPEND libraries " \${libdir}/nodehost/${NODEHOST_LIBNODE_NAME}"
                              " -Wl,-rpath-link,\${libdir}/nodehost")
    else()
      string(APPEND libraries " -lnode")
    endif()
  endif()
  file(CONFIGURE OUTPUT "${PROJECT_BINARY_DIR}/nodehost.pc" @ONLY CONTENT [=[
prefix=${pcfiledir}/@prefix@
libdir=${prefix}/@CMAKE_INSTALL_LIBDIR@
includedir=${prefix}/@CMAKE_INSTALL_INCLUDEDIR@

Name: nodehost
Description: @PROJECT_DESCRIPTION@
Version: @PROJECT_VERSION@
Cflags: -I${includedir}@flags@
Libs: @libraries@
]=])
  install(FILES "${PROJECT_BINARY_DIR}/nodehost.pc" COMPONENT development
          DESTINATION "${NODEHOST_INSTALL_PKGCONFIGDIR}")
endfunction()

# The completions, where bash and zsh look for them, and the man page.
function(nodehost_install_shell_files)
  get_target_property(files nodehost_cli NODEHOST_SHELL_FILES)
  if(NOT files)
    return()
  endif()
  list(GET files 0 bash_file)
  list(GET files 1 zsh_file)
  list(GET files 2 man_page)
  install(FILES "${bash_file}" COMPONENT command RENAME nodehost
          DESTINATION "${CMAKE_INSTALL_DATADIR}/bash-completion/completions")
  # Debian's zsh reads site-functions below /usr/local, and below /usr vendor-completions. The prefix
  # is known when it is installed; a tree that is to become /usr is packed as one of that name.
  install(CODE "
    set(folder site-functions)
    if(CMAKE_INSTALL_PREFIX MATCHES \"/usr/*$\" AND EXISTS /etc/debian_version)
      set(folder vendor-completions)
    endif()
    file(INSTALL TYPE FILE FILES \"${zsh_file}\"
         DESTINATION \"\${CMAKE_INSTALL_PREFIX}/${CMAKE_INSTALL_DATADIR}/zsh/\${folder}\")"
    COMPONENT command)
  install(FILES "${man_page}" COMPONENT command DESTINATION "${CMAKE_INSTALL_MANDIR}/man1")
endfunction()

set(NODEHOST_BUNDLES_LIBNODE OFF)
if(Libnode_FOUND AND NOT Libnode_ORIGIN STREQUAL "system")
  set(NODEHOST_BUNDLES_LIBNODE ON)
  nodehost_install_libnode()
endif()
get_filename_component(NODEHOST_LIBNODE_NAME "${Libnode_LIBRARY}" NAME)
set(NODEHOST_LIBNODE_DIR "")
if(Libnode_FOUND AND NOT NODEHOST_BUNDLES_LIBNODE)
  get_filename_component(NODEHOST_LIBNODE_DIR "${Libnode_LIBRARY}" DIRECTORY)
endif()
get_filename_component(NODEHOST_FLOOR_NAME "${Libnode_FLOOR}" NAME)

install(FILES "${PROJECT_SOURCE_DIR}/LICENSE" COMPONENT runtime
        DESTINATION "${NODEHOST_INSTALL_DOCDIR}")
if(TARGET nodehost)
  get_target_property(snapshot nodehost NODEHOST_SNAPSHOT)
  if(snapshot)
    install(FILES "${snapshot}" COMPONENT runtime DESTINATION "${NODEHOST_INSTALL_PRIVATEDIR}"
            OPTIONAL)
  endif()
  # A static library passes on what it links: its user needs neither the warnings nor fmt, which is
  # compiled in.
  get_target_property(passed_on nodehost INTERFACE_LINK_LIBRARIES)
  if(passed_on)
    list(REMOVE_ITEM passed_on "$<LINK_ONLY:nodehost_warnings>" "$<LINK_ONLY:nodehost_fmt>"
                "$<LINK_ONLY:nats::nats>")
    set_target_properties(nodehost PROPERTIES INTERFACE_LINK_LIBRARIES "${passed_on}")
  endif()
  install(TARGETS nodehost EXPORT nodehost-targets
          LIBRARY DESTINATION "${CMAKE_INSTALL_LIBDIR}" COMPONENT runtime
                  NAMELINK_COMPONENT development
          ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}" COMPONENT development
          INCLUDES DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}")
  install(DIRECTORY "${PROJECT_SOURCE_DIR}/include/nodehost" COMPONENT development
          DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}" FILES_MATCHING PATTERN "*.hpp")
  nodehost_install_cmake_package()
  nodehost_install_pkgconfig()
endif()

if(TARGET nodehost_cli)
  file(RELATIVE_PATH to_lib "/p/${CMAKE_INSTALL_BINDIR}" "/p/${CMAKE_INSTALL_LIBDIR}")
  # A single executable, which is a copy of the command, may lie beside a copy of lib/.
  set_target_properties(nodehost_cli PROPERTIES
    INSTALL_RPATH "$ORIGIN/${to_lib};$ORIGIN/${to_lib}/nodehost;$ORIGIN/lib;$ORIGIN/lib/nodehost")
  install(TARGETS nodehost_cli RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}" COMPONENT command)
  nodehost_install_shell_files()
  # CLI11 is compiled into the command, and its licence asks to go along.
  if(NODEHOST_CLI11_LICENCE)
    install(FILES "${NODEHOST_CLI11_LICENCE}" COMPONENT command RENAME LICENSE.CLI11
            DESTINATION "${NODEHOST_INSTALL_DOCDIR}")
  endif()
endif()
