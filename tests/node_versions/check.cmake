# Says which of the sources that WORK/sources lists the COMPILER refuses with the flags in WORK/flags.
# They are read as one source, which costs a tenth of the time: most of it goes into the headers. What
# is refused there may still be right by itself, as where two of them have the same name in an unnamed
# namespace, so those files are read alone as well, and that decides.
cmake_minimum_required(VERSION 3.25)
file(STRINGS "${WORK}/sources" sources)

# Compiled with other flags than the rest: it derives from classes of V8.
set(alone ${sources})
list(FILTER alone INCLUDE REGEX "engine/clone\\.cpp$")
set(together ${sources})
list(FILTER together EXCLUDE REGEX "engine/clone\\.cpp$")

set(text "")
foreach(source IN LISTS together)
  cmake_path(ABSOLUTE_PATH source)
  string(APPEND text "#include \"${source}\"\n")
endforeach()
file(WRITE "${WORK}/together.cpp" "${text}")
execute_process(COMMAND "${COMPILER}" "@${WORK}/flags" "${WORK}/together.cpp"
                RESULT_VARIABLE result ERROR_VARIABLE output)
if(NOT result EQUAL 0)
  set(suspects "")
  foreach(source IN LISTS together)
    cmake_path(ABSOLUTE_PATH source)
    string(FIND "${output}" "${source}:" at)
    if(NOT at EQUAL -1)
      list(APPEND suspects "${source}")
    endif()
  endforeach()
  if(NOT suspects OR output MATCHES "fatal error")  # the rest was not read
    set(suspects ${together})
  endif()
  list(APPEND alone ${suspects})
endif()

set(refused "")
foreach(source IN LISTS alone)
  set(rtti "")
  if(source MATCHES "engine/clone\\.cpp$")
    set(rtti -fno-rtti)
  endif()
  execute_process(COMMAND "${COMPILER}" "@${WORK}/flags" ${rtti} "${source}"
                  RESULT_VARIABLE result ERROR_VARIABLE output)
  if(NOT result EQUAL 0)
    message("${output}")
    list(APPEND refused "${source}")
  endif()
endforeach()
list(LENGTH sources count)
list(LENGTH alone alone_count)
message("${count} sources, ${alone_count} of them read alone")
if(refused)
  list(LENGTH refused refused_count)
  list(JOIN refused ", " refused)
  message(FATAL_ERROR "${refused_count} of ${count} sources do not compile: ${refused}")
endif()
