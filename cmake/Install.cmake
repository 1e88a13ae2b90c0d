# Install rules and the CMake package, so that another project says find_package(nodehost) and links
# nodehost::nodehost. A libnode that is not the system's goes along, in lib/nodehost.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(NODEHOST_INSTALL_CMAKEDIR "${CMAKE_INSTALL_LIBDIR}/cmake/nodehost")
set(NODEHOST_INSTALL_PRIVATEDIR "${CMAKE_INSTALL_LIBDIR}/nodehost")

if(Libnode_FOUND AND NOT Libnode_ORIGIN STREQUAL "system")
  set(NODEHOST_BUNDLES_LIBNODE ON)
  install(PROGRAMS "${Libnode_LIBRARY}" ${Libnode_FLOOR} DESTINATION "${NODEHOST_INSTALL_PRIVATEDIR}")
  # For the opt-in header that hands out V8's and Node's own types.
  install(DIRECTORY "${Libnode_INCLUDE_DIR}/" DESTINATION "${NODEHOST_INSTALL_PRIVATEDIR}/include")
else()
  set(NODEHOST_BUNDLES_LIBNODE OFF)
endif()

if(TARGET nodehost)
  set_target_properties(nodehost PROPERTIES INSTALL_RPATH "$ORIGIN/nodehost")
  install(TARGETS nodehost EXPORT nodehost-targets
          LIBRARY DESTINATION "${CMAKE_INSTALL_LIBDIR}"
          ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}"
          INCLUDES DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}")
  install(DIRECTORY "${PROJECT_SOURCE_DIR}/include/nodehost" DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}")
  install(EXPORT nodehost-targets NAMESPACE nodehost:: DESTINATION "${NODEHOST_INSTALL_CMAKEDIR}")

  get_filename_component(NODEHOST_LIBNODE_NAME "${Libnode_LIBRARY}" NAME)
  get_filename_component(NODEHOST_FLOOR_NAME "${Libnode_FLOOR}" NAME)
  configure_package_config_file(
    "${PROJECT_SOURCE_DIR}/cmake/nodehost-config.cmake.in" "${PROJECT_BINARY_DIR}/nodehost-config.cmake"
    INSTALL_DESTINATION "${NODEHOST_INSTALL_CMAKEDIR}" PATH_VARS NODEHOST_INSTALL_PRIVATEDIR)
  write_basic_package_version_file("${PROJECT_BINARY_DIR}/nodehost-config-version.cmake"
                                   COMPATIBILITY SameMinorVersion)
  install(FILES "${PROJECT_BINARY_DIR}/nodehost-config.cmake"
                "${PROJECT_BINARY_DIR}/nodehost-config-version.cmake"
          DESTINATION "${NODEHOST_INSTALL_CMAKEDIR}")
endif()

if(TARGET nodehost_cli)
  file(RELATIVE_PATH to_lib "/p/${CMAKE_INSTALL_BINDIR}" "/p/${CMAKE_INSTALL_LIBDIR}")
  set_target_properties(nodehost_cli PROPERTIES
    INSTALL_RPATH "$ORIGIN/${to_lib};$ORIGIN/${to_lib}/nodehost")
  install(TARGETS nodehost_cli RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}")
endif()
