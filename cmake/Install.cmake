# Install rules and the CMake package, so that another project says find_package(nodehost) and links
# nodehost::nodehost. A libnode that is not the system's goes along, in lib/nodehost.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(NODEHOST_INSTALL_CMAKEDIR "${CMAKE_INSTALL_LIBDIR}/cmake/nodehost")
set(NODEHOST_INSTALL_PRIVATEDIR "${CMAKE_INSTALL_LIBDIR}/nodehost")

if(Libnode_FOUND AND NOT Libnode_ORIGIN STREQUAL "system")
  set(NODEHOST_BUNDLES_LIBNODE ON)
  install(PROGRAMS "${Libnode_LIBRARY}" ${Libnode_FLOOR}
          DESTINATION "${NODEHOST_INSTALL_PRIVATEDIR}")
  # For the opt-in header that hands out V8's and Node's own types: the public headers only.
  set(public_headers "")
  foreach(pattern node.h node_api*.h node_buffer.h node_object_wrap.h node_version.h
                  js_native_api*.h v8*.h uv.h cppgc libplatform uv)
    file(GLOB found "${Libnode_INCLUDE_DIR}/${pattern}")
    list(APPEND public_headers ${found})
  endforeach()
  foreach(header IN LISTS public_headers)
    if(IS_DIRECTORY "${header}")
      install(DIRECTORY "${header}" DESTINATION "${NODEHOST_INSTALL_PRIVATEDIR}/include")
    else()
      install(FILES "${header}" DESTINATION "${NODEHOST_INSTALL_PRIVATEDIR}/include")
    endif()
  endforeach()
else()
  set(NODEHOST_BUNDLES_LIBNODE OFF)
endif()

if(TARGET nodehost)
  # A static library passes on what it links: its user needs neither the warnings nor fmt, which is
  # compiled in.
  get_target_property(passed_on nodehost INTERFACE_LINK_LIBRARIES)
  if(passed_on)
    list(REMOVE_ITEM passed_on "$<LINK_ONLY:nodehost_warnings>" "$<LINK_ONLY:nodehost_fmt>")
    set_target_properties(nodehost PROPERTIES INTERFACE_LINK_LIBRARIES "${passed_on}")
  endif()
  set_target_properties(nodehost PROPERTIES INSTALL_RPATH "$ORIGIN/nodehost")
  install(TARGETS nodehost EXPORT nodehost-targets
          LIBRARY DESTINATION "${CMAKE_INSTALL_LIBDIR}"
          ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}"
          INCLUDES DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}")
  install(DIRECTORY "${PROJECT_SOURCE_DIR}/include/nodehost"
          DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}")
  install(EXPORT nodehost-targets NAMESPACE nodehost:: DESTINATION "${NODEHOST_INSTALL_CMAKEDIR}")

  get_filename_component(NODEHOST_LIBNODE_NAME "${Libnode_LIBRARY}" NAME)
  get_filename_component(NODEHOST_FLOOR_NAME "${Libnode_FLOOR}" NAME)
  configure_package_config_file(
    "${PROJECT_SOURCE_DIR}/cmake/nodehost-config.cmake.in"
    "${PROJECT_BINARY_DIR}/nodehost-config.cmake"
    INSTALL_DESTINATION "${NODEHOST_INSTALL_CMAKEDIR}" PATH_VARS NODEHOST_INSTALL_PRIVATEDIR)
  write_basic_package_version_file("${PROJECT_BINARY_DIR}/nodehost-config-version.cmake"
                                   COMPATIBILITY SameMinorVersion)
  install(FILES "${PROJECT_BINARY_DIR}/nodehost-config.cmake"
                "${PROJECT_BINARY_DIR}/nodehost-config-version.cmake"
                "${PROJECT_SOURCE_DIR}/cmake/ProvisionEntry.cmake"
                "${PROJECT_SOURCE_DIR}/cmake/ProvisionNpm.cmake"
          DESTINATION "${NODEHOST_INSTALL_CMAKEDIR}")
endif()

if(TARGET nodehost_cli)
  file(RELATIVE_PATH to_lib "/p/${CMAKE_INSTALL_BINDIR}" "/p/${CMAKE_INSTALL_LIBDIR}")
  set_target_properties(nodehost_cli PROPERTIES
    INSTALL_RPATH "$ORIGIN/${to_lib};$ORIGIN/${to_lib}/nodehost")
  install(TARGETS nodehost_cli RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}")
endif()
