# The programs of a debug build are linked by gold where there is one. GNU ld takes half a second for the
# smallest, most of it for the symbols of libnode, and gold a fifth of that. Libraries keep GNU ld: what
# is done to them afterwards (Relink.cmake, Deploy.cmake) knows its layout.
if(PROJECT_IS_TOP_LEVEL AND CMAKE_BUILD_TYPE STREQUAL "Debug" AND NOT APPLE
   AND CMAKE_CXX_COMPILER_ID MATCHES "GNU|Clang")
  include(CheckLinkerFlag)
  check_linker_flag(CXX -fuse-ld=gold NODEHOST_HAS_GOLD)
  if(NODEHOST_HAS_GOLD)
    add_link_options("$<$<STREQUAL:$<TARGET_PROPERTY:TYPE>,EXECUTABLE>:-fuse-ld=gold>")
  endif()
endif()
