// Standard input, output and error: pipes, files, closed ones, and the REPL over a pipe.
export default function table(same) {
  for (const closed of ['<&-', '>&-', '2>&-', '<&- >&-', '<&- >&- 2>&-', '>&- 2>&-']) {
    same(`closed: ${closed}`, `"$NODE" stdio.js ${closed}; echo $?`, 0);
    same(`closed, with a worker: ${closed}`, `"$NODE" worker-kinds.mjs ${closed}; echo $?`, 0);
    same(`closed, with -p: ${closed}`, `"$NODE" -p 1 ${closed}; echo $?`, 0);
    same(`closed, with a child: ${closed}`, `"$NODE" forks.js ${closed}; echo $?`, 0);
  }
  same('EPIPE that is handled', '{ "$NODE" epipe-handled.js; echo $? >&2; } | head -1', 0);
  same('EPIPE of console.log', '{ "$NODE" -e "setInterval(() => console.log(\'y\'), 1); setTimeout(() => process.exit(6), 200)"; echo $? >&2; } | head -1', 0);
  same('a full device', '"$NODE" -e "console.log(1)" > /dev/full; echo $?', 0);
  same('output to a file', '"$NODE" long-lines.js > out.txt; echo $?; wc -c < out.txt', 0, { files: () => '' });
  same('output to a FIFO', 'mkfifo f && (cat f | wc -c) & "$NODE" long-lines.js > f; echo $?; wait', 0, { files: () => '', scrub: [[/\s+/g, ' '], [/^.*$/, (t) => t.trim().split(' ').sort().join()]] });
  same('both to one pipe', '"$NODE" -e "console.log(1); console.error(2); console.log(3)" 2>&1', 0);
  same('input from a file', '"$NODE" reads.js < data.json', 0);
  same('input from /dev/null', '"$NODE" reads.js < /dev/null', 0);
  same('a script from a file as input', '"$NODE" < show.js', 0);
  same('a module from a file as input', '"$NODE" --input-type=module < waits.mjs', 0);
  same('a module by its syntax as input', [], 0, { input: 'import "fs"; console.log(await 1)' });
  same('a broken script as input', [], 1, { input: 'let let' });
  same('a throwing script as input', [], 1, { input: 'throw new Error("from input")' });
  same('no input at all', [], 0);
  same('readline', ['readline.mjs'], 0, { input: 'one\ntwo\nthree' });
  same('readline of nothing', ['readline.mjs'], 0);
  same('process.stdin that is not ended', 'sleep 1 | "$NODE" -e "process.stdin.on(\'data\', () => {}); process.exit(4)"; echo $?', 0);
  same('process.stdin.unref', 'sleep 1 | "$NODE" -e "process.stdin.resume(); process.stdin.unref()"; echo $?', 0);
  same('fs.readSync of standard input', ['-p', 'fs.readFileSync("/dev/stdin", "utf8").length'], 1, { input: 'abc'.repeat(40_000) });
  same('fs.writeSync to standard output', '"$NODE" -e "fs.writeSync(1, \'a\\n\'); fs.writeFileSync(\'/dev/stdout\', \'b\\n\')" | cat', 0);
  same('descriptors that are inherited', '"$NODE" -p "fs.readFileSync(7, \'utf8\')" 7< data.json', 0);
  same('descriptors a child gets', '"$NODE" -e "child_process.spawnSync(\'ls\', [\'/proc/self/fd\'], { stdio: \'inherit\' })"', 0);
  same('open descriptors are closed on exec', '"$NODE" -e "fs.openSync(\'show.js\'); console.log(String(child_process.execSync(\'ls /proc/self/fd | wc -l\')))"', 0);
  same('non-blocking modes are put back', '"$NODE" -e "process.stdout.write(\'a\\n\')" | cat; "$NODE" -e "process.stdin.resume(); process.exit()" < /dev/null; echo ok', 0);

  const env = { NODE_REPL_HISTORY: '', NO_COLOR: '1', TERM: 'dumb' };
  for (const [name, input] of Object.entries({
    'expressions': '1 + 1\n"a" + 2\n[1, { b: 2 }]\n', 'several lines': 'function f() {\n  return 3;\n}\nf()\n',
    'await': 'await Promise.resolve(4)\nconst a = await 5\na\n', 'an error': 'throw new Error("x")\n1\n',
    'a syntax error': 'let let\n1\n', 'the last value': '6\n_ + 1\n', 'the last error': 'nothing.x\n_error.message\n',
    'commands': '.help\n', 'break': 'function (\n.break\n1\n', 'exit': '1\n.exit\n2\n', 'an unknown command': '.nothing\n',
    'modules': 'fs.constants.F_OK\nrequire("path").sep\n', 'import()': '(await import("node:os")).EOL\n',
    'an import statement': 'import fs from "fs"\n', 'process.exit': 'process.exit(5)\n', 'rejections': 'Promise.reject(new Error("r"))\n1\n',
    'a timer that throws': 'setTimeout(() => { throw new Error("t") }, 1); 0\n', 'redeclaration': 'let x = 1\nlet x = 2\nx\n',
    'editor': '.editor\nconst q = 2;\nq\n', 'load': '.load preload.cjs\n', 'long output': 'Array.from({ length: 200 }, (_, i) => i)\n',
    'classes': 'class A { #p = 1; get p() { return this.#p } }\nnew A().p\nnew A()\n', 'templates': '`a${\n1}b`\n', 'comments': '// nothing\n/* a\nb */ 7\n' })) {
    same(`the REPL: ${name}`, ['-i'], input.includes('exit(5)') ? 5 : 0, { input, env });
  }
  same('the REPL after -e', ['-i', '-e', 'var before = 8'], 0, { input: 'before\n', env });
  same('the REPL after a script by -r', ['-i', '-r', './preload.cjs'], 0, { input: '1\n', env });
  same('the REPL with a variable of a mode', ['-i'], 0, { input: 'x = 1\n', env: { ...env, NODE_REPL_MODE: 'strict' }, scrub: [] });
  same('the REPL in a terminal of script(1)', `command -v script > /dev/null || exit 0; printf '1+1\\n.exit\\n' | script -qec '"$NODE"' /dev/null`, 0,
       { env: { ...env, TERM: 'dumb' }, scrub: [[/\r/g, '']] });
  for (const [fd, name, other] of [[0, 'stdin', 'stdout'], [1, 'stdout', 'stderr'], [2, 'stderr', 'stdout']]) {
    same(`${name} that the script has closed`,
         ['-e', `fs.closeSync(${fd}); process.${other}.write(process.${name}.constructor.name)`], 0);
  }
}
