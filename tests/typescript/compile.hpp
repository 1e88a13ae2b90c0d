// What the tests of declarations have in common: golden files, and TypeScript's compiler.
#pragma once

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "support/host.hpp"

namespace test {

/// A module's declarations: those of `app:name`, of which programs import `imports`.
struct Declared {
  std::string name;
  std::string text;
  std::string imports;
  bool node_types = false;  ///< whether programs have @types/node
};

inline void CheckGolden(const Declared& module) {
  const std::string golden = NODEHOST_TYPESCRIPT_TESTS "/" + module.name + ".d.ts";
  if (std::getenv("NODEHOST_UPDATE_GOLDEN")) std::ofstream(golden) << module.text;
  std::ostringstream text;
  text << std::ifstream(golden).rdbuf();
  CHECK(module.text == text.str());
}

/// What `tsc --noEmit --strict` says of each program, a diagnostic a line; "" if nothing. They are
/// written to a folder `name`.
inline std::vector<std::string> Compile(const Declared& module, const std::string& name,
                                        const std::vector<std::string>& programs) {
  const std::string folder = NODEHOST_TYPESCRIPT_OUT "/" + name;
  const std::string declarations = folder + "/" + module.name + ".d.ts";
  std::filesystem::create_directories(folder);
  std::ofstream(declarations) << module.text;
  for (std::size_t i = 0; i < programs.size(); ++i) {
    std::ofstream(folder + "/program" + std::to_string(i) + ".mts")
        << "import " << module.imports << " from 'app:" << module.name << "';\nexport {};\n"
        << programs[i];
  }
  nh::Environment node = Platform().CreateEnvironment({.base_dir = NODEHOST_TYPESCRIPT});
  return node.Run([&](nh::Js& js) {
    return js
        .Eval(R"js((modules, folder, declarations, count, types) => {
      const ts = require('typescript');
      const options = { noEmit: true, strict: true, target: ts.ScriptTarget.ES2022,
        module: ts.ModuleKind.NodeNext, moduleResolution: ts.ModuleResolutionKind.NodeNext,
        lib: ['lib.es2022.d.ts', 'lib.esnext.disposable.d.ts'], types,
        typeRoots: [`${modules}/node_modules/@types`] };
      const files = Array.from({ length: count }, (_, i) => `${folder}/program${i}.mts`);
      const program = ts.createProgram([declarations, ...files], options);
      const said = ts.getPreEmitDiagnostics(program);
      return files.map((file) => said.filter((d) => d.file === undefined || d.file.fileName === file ||
          d.file.fileName === declarations)
        .map((d) => `TS${d.code}: ${ts.flattenDiagnosticMessageText(d.messageText, ' ')}`).join('\n'));
    })js")(NODEHOST_TYPESCRIPT, folder, declarations, static_cast<double>(programs.size()),
           module.node_types ? std::vector<std::string>{"node"} : std::vector<std::string>{})
        .As<std::vector<std::string>>();
  });
}

/// Rows of a program, and how what the compiler says of it begins.
inline void CheckWrong(const Declared& module, const std::string& name,
                       const std::vector<std::pair<std::string, std::string>>& rows) {
  std::vector<std::string> programs;
  for (const auto& row : rows) programs.push_back(row.first);
  const std::vector<std::string> said = Compile(module, name, programs);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    INFO("program: ", programs[i], " said: ", said[i]);
    CHECK(said[i].starts_with(rows[i].second + ":"));
  }
}

}  // namespace test
