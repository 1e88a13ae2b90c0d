# Libnode: Node.js as a shared library, 20 or newer. Three homes, in this order:
# NODEHOST_LIBNODE_ROOT, the system, and the prebuilt that third_party/libnode pins.
#
# Defines Libnode::libnode and
#   Libnode_VERSION         22.22.3
#   Libnode_MODULE_VERSION  127 (NODE_MODULE_VERSION)
#   Libnode_LIBRARY         the file that is linked; a relinked copy in the case of the prebuilt
#   Libnode_ORIGINAL        the file it was made from (the same file if nothing had to be done)
#   Libnode_FLOOR           libnhfloor.so beside Libnode_LIBRARY, where glibc is too old; else empty
#   Libnode_INCLUDE_DIR     holds node.h, v8.h and uv.h
#   Libnode_ORIGIN          "root", "system" or "prebuilt"

set(Libnode_MINIMUM_MAJOR 20)
set(NODEHOST_LIBNODE_ROOT "" CACHE PATH
    "A libnode of your own: a folder with include/ and libnode.so")

# Reads node_version.h in FOLDER; sets PREFIX_VERSION and PREFIX_MODULE in the caller.
function(nodehost_read_node_version folder prefix)
  file(READ "${folder}/node_version.h" text)
  foreach(part MAJOR MINOR PATCH)
    string(REGEX MATCH "#define NODE_${part}_VERSION ([0-9]+)" ignored "${text}")
    set(${part} "${CMAKE_MATCH_1}")
  endforeach()
  # An embedder may define its own; the number is in the last definition.
  string(REGEX MATCHALL "#define NODE_MODULE_VERSION [0-9]+" modules "${text}")
  list(POP_BACK modules module)
  string(REGEX REPLACE ".* " "" module "${module}")
  set(${prefix}_VERSION "${MAJOR}.${MINOR}.${PATCH}" PARENT_SCOPE)
  set(${prefix}_MODULE "${module}" PARENT_SCOPE)
endfunction()

# Accepts the headers in INCLUDE_DIR with LIBRARY as Libnode, or sets WHY in the caller to the
# reason not to.
function(nodehost_accept_libnode include_dir library why)
  set(${why} "" PARENT_SCOPE)
  nodehost_read_node_version("${include_dir}" found)
  if(found_VERSION VERSION_LESS Libnode_MINIMUM_MAJOR)
    set(${why} "it is Node.js ${found_VERSION}, older than ${Libnode_MINIMUM_MAJOR}" PARENT_SCOPE)
    return()
  endif()
  file(REAL_PATH "${library}" file)
  if(file MATCHES "\\.so\\.([0-9]+)$" AND NOT CMAKE_MATCH_1 STREQUAL found_MODULE)
    set(${why}
        "headers (modules ${found_MODULE}) and library (${CMAKE_MATCH_1}) do not belong together"
        PARENT_SCOPE)
    return()
  endif()
  set(Libnode_VERSION "${found_VERSION}" PARENT_SCOPE)
  set(Libnode_MODULE_VERSION "${found_MODULE}" PARENT_SCOPE)
  set(Libnode_INCLUDE_DIR "${include_dir}" PARENT_SCOPE)
  set(Libnode_LIBRARY "${file}" PARENT_SCOPE)
endfunction()

# The first file of FOLDER, or of its lib folders, that is named like libnode; nothing if there is
# none.
function(nodehost_libnode_in_root root include_var library_var)
  set(${include_var} "" PARENT_SCOPE)
  set(${library_var} "" PARENT_SCOPE)
  foreach(folder include/node include usr/include/node)
    if(EXISTS "${root}/${folder}/node_version.h")
      set(${include_var} "${root}/${folder}" PARENT_SCOPE)
      break()
    endif()
  endforeach()
  set(arch "${CMAKE_LIBRARY_ARCHITECTURE}")
  foreach(folder . lib lib/${arch} usr/lib usr/lib/${arch})
    file(GLOB files "${root}/${folder}/libnode.so" "${root}/${folder}/libnode.so.*")
    if(files)
      list(GET files 0 file)
      set(${library_var} "${file}" PARENT_SCOPE)
      break()
    endif()
  endforeach()
endfunction()

function(nodehost_find_libnode)
  set(looked "")
  set(origin "")
  set(root "${NODEHOST_LIBNODE_ROOT}")
  if(NOT root AND DEFINED ENV{NODEHOST_LIBNODE_ROOT})
    set(root "$ENV{NODEHOST_LIBNODE_ROOT}")
  endif()

  if(root)
    # What is named explicitly is not silently replaced by something else.
    nodehost_libnode_in_root("${root}" include_dir library)
    if(NOT include_dir OR NOT library)
      message(FATAL_ERROR "NODEHOST_LIBNODE_ROOT=${root} holds no libnode: expected "
                          "node_version.h in include/ or include/node/, and libnode.so in it or "
                          "in lib/")
    endif()
    nodehost_accept_libnode("${include_dir}" "${library}" why)
    if(why)
      message(FATAL_ERROR "NODEHOST_LIBNODE_ROOT=${root} cannot be used: ${why}")
    endif()
    set(origin root)
  else()
    list(APPEND looked "NODEHOST_LIBNODE_ROOT (not set)")
  endif()

  if(NOT origin AND NODEHOST_SYSTEM_PACKAGES)
    find_path(include_dir node_version.h PATH_SUFFIXES node NO_CACHE)
    find_library(library NAMES node NO_CACHE)
    if(include_dir AND library)
      nodehost_accept_libnode("${include_dir}" "${library}" why)
      if(NOT why)
        set(origin system)
      endif()
      set(place "${library}")
    elseif(include_dir)
      nodehost_read_node_version("${include_dir}" found)
      set(place "${include_dir}")
      set(why "there are headers of Node.js ${found_VERSION} but no libnode.so")
    else()
      set(place "the system")
      set(why "there is no libnode-dev")
    endif()
    if(NOT origin)
      list(APPEND looked "${place} (${why})")
      if(include_dir)
        nodehost_say_once(passed_over "libnode: passing over ${place}: ${why}")
      endif()
    endif()
  elseif(NOT origin)
    list(APPEND looked "not the system: NODEHOST_SYSTEM_PACKAGES is OFF")
  endif()

  if(NOT origin)
    nodehost_npm_install(libnode MANIFEST_DIR "${NODEHOST_THIRD_PARTY_DIR}/libnode" QUIET
      KEY_FILES node_modules/@kungfu-tech/libnode-linux-x64/dist/node/libnode.so.127
      OUT_VAR prebuilt)
    if(prebuilt)
      set(folder "${prebuilt}/node_modules/@kungfu-tech/libnode-linux-x64/dist/node")
      nodehost_accept_libnode("${folder}/include" "${folder}/libnode.so.127" why)
      if(why)
        message(FATAL_ERROR "The prebuilt libnode in ${folder} cannot be used: ${why}")
      endif()
      set(origin prebuilt)
    else()
      list(APPEND looked "${prebuilt_LOOKED}")
      nodehost_missing("libnode (${Libnode_MINIMUM_MAJOR} or newer)" LOOKED ${looked}
        PACKAGE "the Debian package libnode-dev, ${Libnode_MINIMUM_MAJOR} or newer"
        VARIABLE "NODEHOST_LIBNODE_ROOT to a folder with include/ and libnode.so")
    endif()
  endif()

  foreach(name VERSION MODULE_VERSION INCLUDE_DIR LIBRARY)
    set(Libnode_${name} "${Libnode_${name}}" PARENT_SCOPE)
  endforeach()
  set(Libnode_ORIGIN "${origin}" PARENT_SCOPE)
endfunction()

if(NOT TARGET Libnode::libnode)
  nodehost_find_libnode()
  set(Libnode_FOUND FALSE)
  if(Libnode_ORIGIN)
    set(Libnode_FOUND TRUE)
    set(Libnode_ORIGINAL "${Libnode_LIBRARY}")
    nodehost_relink_libnode("${Libnode_ORIGINAL}" "${Libnode_ORIGIN}" Libnode_LIBRARY Libnode_FLOOR)
    nodehost_say_once(libnode "libnode ${Libnode_VERSION}: ${Libnode_ORIGIN}, ${Libnode_LIBRARY}")
    add_library(Libnode::libnode SHARED IMPORTED GLOBAL)
    set_target_properties(Libnode::libnode PROPERTIES
      IMPORTED_LOCATION "${Libnode_LIBRARY}"
      INTERFACE_INCLUDE_DIRECTORIES "${Libnode_INCLUDE_DIR}"
      INTERFACE_SYSTEM_INCLUDE_DIRECTORIES "${Libnode_INCLUDE_DIR}")
    if(Libnode_FLOOR)
      # libnode asks for it itself; this tells the linker where it is.
      set_target_properties(Libnode::libnode PROPERTIES
        IMPORTED_LINK_DEPENDENT_LIBRARIES Libnode::floor)
      add_library(Libnode::floor SHARED IMPORTED GLOBAL)
      set_target_properties(Libnode::floor PROPERTIES IMPORTED_LOCATION "${Libnode_FLOOR}")
    endif()
  endif()
endif()
