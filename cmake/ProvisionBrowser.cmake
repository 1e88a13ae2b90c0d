# A headless Chromium for the test that looks at a page: Debian's, with the libraries that it needs
# and a font, unpacked; 300 MB.
include_guard(GLOBAL)

# Sets OUT_VAR to a script that starts it; to nothing where it cannot be had.
function(nodehost_chromium out_var)
  set(${out_var} "" PARENT_SCOPE)
  # What comes with the C library and the compiler is the system's.
  nodehost_optional_debian(root chromium-headless-shell
    "^lib([abd-fh-rt-z]|c[^6]|g[^c]|s[^t])" "^chromium-common$" "^fontconfig-config$" "^fonts-dejavu-core$")
  if(NOT root)
    return()
  endif()
  set(folder "${CMAKE_CURRENT_BINARY_DIR}/chromium")
  set(libraries "${root}/usr/lib/${CMAKE_LIBRARY_ARCHITECTURE}:${root}/lib/${CMAKE_LIBRARY_ARCHITECTURE}")
  string(APPEND libraries ":${root}/usr/lib/${CMAKE_LIBRARY_ARCHITECTURE}/pulseaudio")
  file(WRITE "${folder}/fonts.conf"
    "<fontconfig><dir>${root}/usr/share/fonts</dir><cachedir>${folder}/cache</cachedir></fontconfig>\n")
  file(WRITE "${folder}/chromium" "#!/bin/sh\n"
    "export LD_LIBRARY_PATH='${libraries}'\n"
    "export FONTCONFIG_FILE='${folder}/fonts.conf'\n"
    "exec '${root}/usr/lib/chromium/chromium-headless-shell' \"$@\"\n")
  file(CHMOD "${folder}/chromium"
       PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
  set(${out_var} "${folder}/chromium" PARENT_SCOPE)
endfunction()
