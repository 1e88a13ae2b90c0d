# NODEHOST_SANITIZE: compiles and links everything of ours with the named sanitizers (see the
# presets asan, tsan).
set(NODEHOST_SANITIZE "" CACHE STRING "Sanitizers for every target, as -fsanitize= takes them")

if(NODEHOST_SANITIZE)
  # libnode has no RTTI, so the vptr check cannot look at its classes. Global, because a sanitizer
  # that covers only some of the objects of a process reports nonsense.
  add_compile_options(-fsanitize=${NODEHOST_SANITIZE} -fno-sanitize=vptr
                      -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${NODEHOST_SANITIZE} -fno-sanitize=vptr)
  # ASan's and UBSan's records of each object and check hold pointers, which the loader relocates in a
  # program that may lie anywhere: most of what a test of one process takes to start.
  if(NODEHOST_SANITIZE MATCHES "address" AND CMAKE_CXX_COMPILER_ID MATCHES "GNU|Clang" AND NOT APPLE)
    add_link_options($<$<STREQUAL:$<TARGET_PROPERTY:TYPE>,EXECUTABLE>:-no-pie>)
  endif()
endif()
