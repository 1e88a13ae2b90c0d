# Runs in a clean root that has neither Node.js nor a compiler, as its root; ends with 0 if the
# packages in /try keep their promises. The argument is their version.
set -eu
version=$1
export DEBIAN_FRONTEND=noninteractive
unset CMAKE_C_COMPILER_LAUNCHER CMAKE_CXX_COMPILER_LAUNCHER CC CXX CXXFLAGS LDFLAGS  # of the outside

say() { echo "== $*"; }
as_user() { su user -c 'exec "$@"' -- as_user "$@"; }
useradd --create-home user

say 'The archive runs where it is unpacked, and where it is moved to'
mkdir /opt/some
tar -xzf /try/*.tar.gz -C /opt/some
as_user /opt/some/*/bin/nodehost -p '`archive: ${process.version}`'
mv /opt/some/* /srv/moved
as_user /srv/moved/bin/nodehost -p '`moved: ${6 * 7}`' | grep '^moved: 42$'
as_user /srv/moved/bin/nodehost info | grep '^start-up snapshot: /srv/moved/'

say 'The Debian package installs with what it depends on'
apt-get install -qq --no-install-recommends /try/*.deb >/dev/null
as_user nodehost -p '`installed: ${6 * 7}`' | grep '^installed: 42$'
ldconfig -p | grep libnodehost.so."${version%.*}"
grep -q 'Node.js is licensed for use as follows' /usr/lib/nodehost/LICENSE.node
test -s /usr/share/doc/nodehost/LICENSE
as_user nodehost info | grep '^start-up snapshot: /usr/'

say 'Shells complete it, and man knows it'
apt-get install -qq --no-install-recommends bash-completion man-db zsh >/dev/null
as_user bash -c '. /usr/share/bash-completion/bash_completion; _completion_loader nodehost
  complete -p nodehost' | grep -- '-F _nodehost nodehost'
as_user zsh -fc 'autoload -Uz compinit; compinit -D; print $_comps[nodehost]' | grep '^_nodehost$'
as_user man nodehost | grep -- --time-limit

say 'A consumer finds, links and runs: CMake, then pkg-config'
apt-get install -qq --no-install-recommends g++ cmake ninja-build pkg-config >/dev/null
build_consumer() {
  as_user cmake -S /try/consumer -B "$1" -G Ninja "$2"
  as_user cmake --build "$1"
  as_user "$1/consumer" | grep '^42 from Node.js v'
}
build_consumer /home/user/build -DCMAKE_BUILD_TYPE=Debug
as_user cmake -S /try/components -B /home/user/components -G Ninja "-DVERSION=$version"
# shellcheck disable=SC2046  # several flags
as_user g++ -std=c++20 /try/consumer/main.cpp -o /home/user/by_hand \
  $(pkg-config --cflags --libs nodehost)
as_user /home/user/by_hand | grep '^42 from Node.js v'

say 'It is removed again, and nothing of it stays'
apt-get purge -qq nodehost >/dev/null
find / -xdev \( -path /try -o -path /srv -o -path /home -o -path /proc -o -path /sys \) -prune \
  -o \( -name '*nodehost*' -o -name 'libnode*' \) -print >/left
test ! -s /left || { cat /left; exit 1; }

say 'A consumer of the moved archive'
build_consumer /home/user/of_archive -DCMAKE_PREFIX_PATH=/srv/moved
