// Rights: what the JavaScript of one environment may do beyond computing. Everything is allowed by
// default; each field takes one right away, in the environment and in its Workers.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace nodehost {

/// Takes rights away from one environment. What is refused throws an Error with the code
/// ERR_ACCESS_DENIED and the name of the field, unless it is said otherwise.
///
/// Rights keep honest code honest: a package that has no business with the network does not get
/// there by mistake, nor because someone has taken it over lately and did not expect them. They are
/// no sandbox. Code that nobody trusts belongs in a process of its own, which the system limits.
///
/// How it holds: the native function itself is taken out of reach before any user code runs, not
/// merely wrapped or hidden. Prototype pollution, `process.binding`, `Module._load`,
/// `process.getBuiltinModule`, `vm` contexts, WebAssembly and Workers with options of their own all
/// end at the same missing function; the tests try each. With any right gone, in-process debugging
/// (`node:inspector`), `v8.setFlagsFromString` and Workers with `--expose-internals` are refused
/// too, which could bring it back.
///
/// Why it is no sandbox: JavaScript's way to the system is closed, not the process's, so a fault in
/// V8 or in Node is a way round. Code that may write any file can, on Linux, write the memory of
/// its own process; `write_files` ends that.
struct Rights {
  /// Loading machine code: `.node` addons, extensions of `node:sqlite`, OpenSSL engines. Machine
  /// code can do everything, so the other fields ask for this one to be false as well.
  bool native_addons = true;

  /// `node:child_process`, `node:cluster`, and signals to other processes. A child process is not
  /// bound by its parent's rights. False needs `native_addons` false.
  bool child_processes = true;

  /// `node:worker_threads`, and module hooks, which run in one.
  bool workers = true;

  /// Sockets of every kind (TCP, UDP, pipes) and DNS: `node:net`, `node:http`, `fetch`, … They fail
  /// with EACCES, as when the system refuses, and a text that names this field. Standard input
  /// stays, and so does what the host has open: `node:fs` may write to its descriptors. False needs
  /// `native_addons` and `child_processes` false.
  bool network = true;

  /// The environment variables of the process. False: `process.env` holds what
  /// `EnvironmentOptions::env` says, and nothing else. The file /proc/self/environ, if files may be
  /// read, and `os.homedir()` still tell of the real ones. False needs `native_addons` and
  /// `child_processes` false.
  bool environment_variables = true;

  /// If given: the folders, and single files, that may be read: by `node:fs`, by `require` and
  /// `import`, and by all else in Node that opens a file by a path. Nothing is implied: list
  /// `base_dir`, and the folder that has node_modules, if modules are to be loaded from there. All
  /// must exist; relative ones are taken from the working directory at the time of the call.
  ///
  /// The names on the way to a folder may be looked at (`stat`), as `realpath` must, but not
  /// listed. For the module loader what is outside is not there; `existsSync` says false.
  ///
  /// Symbolic links are followed before the check, and what was checked is what is used: a file is
  /// opened in the very folder that was checked (on Linux, with `openat2` and by /proc), and what
  /// `fs` is asked to do later it does at once, while JavaScript waits. Under a limit of files
  /// links are neither made nor moved (`fs.symlink`, `fs.link`, `fs.rename` of a link), as they
  /// could lead out by the time they are used. Refused as a whole, as they open files by name
  /// later: `fs.watchFile`, `fs.openAsBlob`, sockets that listen at a path; and, as they have files
  /// of their own: `node:sqlite`, `node:wasi` with directories, `module.enableCompileCache`, and
  /// Workers with command-line options of their own.
  ///
  /// What it cannot help: a descriptor that is open is open, the host's too, and `fs.read` takes
  /// any number; hard links and mounts that are there already; another process, or a Worker, that
  /// moves a folder with links in it to where a name is looked at, made, renamed or removed just
  /// then; and what Node itself reads of the system (/etc/hosts, certificates, the time zone). A
  /// folder that contains /proc undoes it all. Needs `native_addons` and `child_processes` false,
  /// and Node.js 22 or 24.
  std::optional<std::vector<std::string>> read_files = {};

  /// If given: the folders, and single files, in which files may be made, changed, renamed and
  /// removed. Nothing may then write by a way of its own: heap snapshots, reports and trace files
  /// are refused outside; changing the mode, owner or times of an open file (`fs.fchmod`,
  /// `fs.futimes`), everywhere. Reading is for `read_files` to limit, which also decides what may
  /// be linked, renamed or copied.
  std::optional<std::vector<std::string>> write_files = {};

  /// If given: the built-in modules that may be loaded, by their names, with or without "node:";
  /// all others are as if they did not exist, and `process.binding` is refused. This shapes what
  /// programs see. What they may do is for the other fields to say: objects that are always there,
  /// such as `process.stdin` and the loader itself, lead to parts of `fs` and `net`.
  std::optional<std::vector<std::string>> builtins = {};
};

}  // namespace nodehost
