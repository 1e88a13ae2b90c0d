# make_app(<folder>): a project as JavaScript has them, with code of its own that imports a workspace
# (@app/part), a `file:` folder (beside), and a packed package (packed) with install scripts. npm
# locks it without a network.

function(make_archive folder name scripts)
  file(WRITE "${folder}/package/package.json"
    "{\"name\":\"${name}\",\"version\":\"1.0.0\",\"main\":\"index.js\",\"scripts\":${scripts}}")
  file(WRITE "${folder}/package/index.js" "module.exports = '${name}';\n")
  execute_process(COMMAND "${CMAKE_COMMAND}" -E tar czf "${folder}/${name}.tgz" package
                  WORKING_DIRECTORY "${folder}" COMMAND_ERROR_IS_FATAL ANY)
  file(REMOVE_RECURSE "${folder}/package")
endfunction()

function(lock_app folder)
  execute_process(
    COMMAND npm install --package-lock-only --offline --ignore-scripts --no-audit --no-fund
    WORKING_DIRECTORY "${folder}" OUTPUT_QUIET ERROR_VARIABLE error RESULT_VARIABLE result)
  if(NOT result EQUAL 0)
    message(FATAL_ERROR "npm could not lock ${folder}:\n${error}")
  endif()
endfunction()

# A package that writes down which node has run its script, and another one.
function(make_scripted_app folder)
  set(script "node -e \\\"fs.writeFileSync('made', process.version)\\\"")
  make_archive("${folder}" packed "{\"install\":\"${script}\"}")
  make_archive("${folder}" other "{\"postinstall\":\"${script}\"}")
  file(WRITE "${folder}/package.json" [[{"name": "app", "private": true,
    "dependencies": {"packed": "file:packed.tgz", "other": "file:other.tgz"}}]])
  lock_app("${folder}")
endfunction()

function(make_app folder)
  make_archive("${folder}" packed "{}")
  file(WRITE "${folder}/package.json" [[{"name": "app", "private": true, "workspaces": ["parts/*"],
    "dependencies": {"packed": "file:packed.tgz", "beside": "file:beside"}}]])
  file(WRITE "${folder}/parts/part/package.json"
    [[{"name": "@app/part", "version": "1.0.0", "dependencies": {"packed": "*"}}]])
  file(WRITE "${folder}/parts/part/index.js" "module.exports = 'part of ' + require('packed');\n")
  file(WRITE "${folder}/beside/package.json" [[{"name": "beside", "version": "1.0.0"}]])
  file(WRITE "${folder}/beside/index.js" "module.exports = 'beside';\n")
  file(WRITE "${folder}/own.mjs" "import packed from 'packed';\nimport part from '@app/part';\n"
    "import beside from 'beside';\nconsole.log([packed, part, beside].join(', '));\n")
  lock_app("${folder}")
endfunction()
