# Runs in a clean root of another Debian, as its root: builds the sources in /try as an ordinary user
# with the libnode of that Debian, and runs the suite and the demo. Compilers that optimise are tested
# elsewhere; without it the build takes half the time.
set -eu
useradd --create-home user
grep -q localhost /etc/hosts || echo '127.0.0.1 localhost' >>/etc/hosts
mv /try/source /try/provisioned /home/user
chown -R user: /home/user
as_user() { su user -c 'cd /home/user/source && exec "$@"' -- as_user "$@"; }

as_user cmake --preset dev -D NODEHOST_SYSTEM_LIBNODE=ON -D NODEHOST_PROVISION=OFF \
  -D NODEHOST_PROVISION_DIR=/home/user/provisioned -D CMAKE_CXX_FLAGS_DEBUG='-O0 -g0'
as_user cmake --build --preset dev
as_user cmake --build --preset dev --target demo
as_user ctest --preset dev
