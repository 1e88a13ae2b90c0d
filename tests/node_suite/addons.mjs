// The addons of Node's own tests of Node-API: compiled into the folders where the tests look for them.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { runInNewContext } from 'node:vm';

// What a binding.gyp of these tests says: a literal with comments, of JavaScript as well as of Python.
function targetsOf(file) {
  const text = readFileSync(file, 'utf8').replace(/^\s*#.*$/gm, '');
  return runInNewContext(`(${text})`).targets;
}

function run(program, args, cwd) {
  const { status, stderr, error } = spawnSync(program, args, { cwd, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')}\n${error ?? stderr}`);
}

function build(target, folder, includes) {
  const file = join(folder, 'build', 'Release', `${target.target_name}.node`);
  if (existsSync(file)) return;
  mkdirSync(dirname(file), { recursive: true });
  const common = [
    '-O1', '-fPIC', '-w', `-DNODE_GYP_MODULE_NAME=${target.target_name}`, '-DBUILDING_NODE_EXTENSION',
    ...(target.defines ?? []).map((define) => `-D${define}`),
    ...includes.map((include) => `-I${include}`),
  ];
  const objects = [];
  for (const source of target.sources.filter((name) => !name.endsWith('.h'))) {
    const object = join(dirname(file), `${target.target_name}.${source.replaceAll('/', '_')}.o`);
    const [compiler, ...language] = source.endsWith('.c') ? ['cc'] : ['c++', '-std=c++20'];
    run(compiler, [...language, ...common, '-c', source, '-o', object], folder);
    objects.push(object);
  }
  run('c++', ['-shared', ...objects, '-o', file], folder);
}

/// Compiles what is not there yet; returns the tests, as names in the folder.
export function buildAddons(folder, include) {
  const includes = [include, join(dirname(folder), 'js-native-api')];
  const tests = [];
  for (const { name } of readdirSync(folder, { withFileTypes: true }).filter((it) => it.isDirectory())) {
    const files = readdirSync(join(folder, name));
    if (!files.includes('binding.gyp')) continue;
    for (const target of targetsOf(join(folder, name, 'binding.gyp'))) {
      build(target, join(folder, name), includes);
    }
    tests.push(...files.filter((file) => file.endsWith('.js')).map((file) => join(name, file)));
  }
  return tests;
}
