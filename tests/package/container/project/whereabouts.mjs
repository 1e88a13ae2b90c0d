// Where this function runs, for the program outside of the container that asks.
import { readFileSync } from 'node:fs';
import process from 'node:process';

export default (name) => {
  const release = readFileSync('/etc/os-release', 'utf8');
  return `${name} is in ${import.meta.filename} as user ${process.getuid()} of ` +
    /^VERSION_CODENAME=(.*)$/m.exec(release)[1];
};
