# The server asked over HTTP in each hosting model, and looked at in a browser.
set(scripts "${CMAKE_CURRENT_LIST_DIR}")
set(environment "")
if(NODEHOST_NATS_LIBRARY_DIR)  # not where the system looks
  set(environment "LD_LIBRARY_PATH=path_list_prepend:${NODEHOST_NATS_LIBRARY_DIR}")
endif()
set(models inprocess child)
if(NODEHOST_NATS_SERVER)
  list(APPEND models nats)
endif()
foreach(model IN LISTS models)
  add_test(NAME example.pages.${model}
    COMMAND nodehost_cli "${scripts}/http_test.mjs" $<TARGET_FILE:pages> "${project}" ${model}
            "${NODEHOST_NATS_SERVER}")
  set_tests_properties(example.pages.${model} PROPERTIES
    TIMEOUT 120 ENVIRONMENT_MODIFICATION "${environment}")
endforeach()

option(NODEHOST_BROWSER "Fetch a Chromium for the test that looks at a page" OFF)
if(NODEHOST_BROWSER)
  include(ProvisionBrowser)
  nodehost_chromium(chromium)
  if(NOT chromium)
    message(FATAL_ERROR "NODEHOST_BROWSER is ON, but there is no apt-get to fetch a Chromium with, or "
                        "it could not be fetched")
  endif()
else()
  find_program(chromium NAMES chromium-headless-shell chromium chromium-browser google-chrome NO_CACHE)
endif()
if(NOT chromium)
  set(chromium "")
endif()
add_test(NAME example.pages.browser
  COMMAND nodehost_cli "${scripts}/browser_test.mjs" $<TARGET_FILE:pages> "${project}" "${chromium}"
          "${CMAKE_CURRENT_BINARY_DIR}/page.png")
set_tests_properties(example.pages.browser PROPERTIES
  TIMEOUT 120 SKIP_REGULAR_EXPRESSION "No browser:" LABELS browser)
