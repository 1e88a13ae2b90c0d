# Builds the image of a context and calls what runs in it.
#
#   container.sh BUILDAH FOLDER BASE NATS_SERVER CALLER
#
# FOLDER has the context, and base.tar, of which the image BASE is made. Where no container can be run,
# for want of namespaces or of an engine, buildah's isolation `chroot` will do: it has the network of
# this machine.
set -eu
buildah=$1
folder=$2
base=$3
nats_server=$4
caller=$5
storage="--root $folder/images --runroot $folder/run --storage-driver vfs"

build() {
  command=$1
  shift
  # shellcheck disable=SC2086  # several options
  "$buildah" $storage "$command" "$@"
}

cleanup() {
  kill "${worker:-}" "${server:-}" 2>/dev/null || true
  wait
  build rm --all >/dev/null 2>&1 || true
  build rmi --all --force >/dev/null 2>&1 || true
}
trap cleanup EXIT

scratch=$(build from scratch)
build add --quiet "$scratch" "$folder/base.tar" /
build commit --quiet --rm "$scratch" "$base"
build bud --isolation chroot --pull-never --tag nodehost-worker "$folder/context"

"$nats_server" --addr 127.0.0.1 --port -1 --ports_file_dir "$folder" >"$folder/server.log" 2>&1 &
server=$!
until port=$(sed -n 's,.*nats://127.0.0.1:\([0-9]*\).*,\1,p' "$folder"/nats-server_*.ports 2>/dev/null) &&
  [ -n "$port" ]; do
  kill -0 "$server"
  sleep 0.1
done

container=$(build from --pull-never nodehost-worker)
start=$(build inspect --format '{{index .OCIv1.Config.Cmd 2}}' "$container")
build run --isolation chroot --env "NATS=nats://127.0.0.1:$port" --env SUBJECT=test.container \
  "$container" -- sh -c "$start" >"$folder/worker.log" 2>&1 &
worker=$!
"$caller" "nats://127.0.0.1:$port" test.container || { cat "$folder/worker.log"; exit 1; }

pkill -TERM -f "nodehost worker --nats nats://127.0.0.1:$port"
wait "$worker" && echo "The worker ended with 0"
