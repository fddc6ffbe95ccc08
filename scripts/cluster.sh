#!/usr/bin/env bash
# A real three-node Gluster cluster on the loopback addresses of this machine, for people, the demo and the tests.
set -euo pipefail

HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=scripts/lib.sh
. "$HERE/lib.sh"

NODES=(1 2 3)
VOLUMES=(rep3 arb disp dist)
NO_FUSE=3

usage() {
  cat <<'END'
usage: scripts/cluster.sh COMMAND

  up                       three nodes and four started volumes with profiling on; mends a cluster that is up in part
  down                     ends every process of the cluster and removes all it made
  status                   nodes, volumes, bricks; exit status 0 all well, 1 something is down, 3 no cluster
  gluster N ARGUMENT…      runs "gluster --mode=script ARGUMENT…" on node N
  stop-node N              ends the glusterd of node N; its bricks go on
  start-node N             starts it again (which also starts bricks of that node that are down)
  kill-brick VOLUME INDEX  kill -9 of one brick; INDEX counts from 0 in the order of "volume info"
  revive VOLUME            brings every dead brick of the volume back
  mount VOLUME             FUSE mount; prints the mount point; exit status 3 without /dev/fuse
  unmount VOLUME
  dir                      prints the cluster's directory
  socket N                 prints the path of the socket of node N's glusterd

Volumes: rep3 (replica 3), arb (two subvolumes of 2 + 1 arbiter), disp (disperse 2+1), dist (three bricks, no copies).

Environment:
  GLUSTER_CLUSTER      number of the cluster, 1 to 254 (default 1); the nodes of number C are 127.1.C.1 to 127.1.C.3
  GLUSTER_CLUSTER_DIR  where everything lies (default /tmp/glusterfs_exporter-cluster-C)

"volume heal … info" works on cluster 1 only: it looks for /var/run/glusterd.socket, which is that of its node 1.
END
}

# ---- where things are -----------------------------------------------------------------------------------------

CLUSTER=${GLUSTER_CLUSTER:-1}
if [[ ! $CLUSTER =~ ^[1-9][0-9]{0,2}$ ]] || ((CLUSTER > 254)); then
  die_usage "GLUSTER_CLUSTER is '$CLUSTER'; it has to be a number from 1 to 254"
fi

DIR=$(realpath -m -- "${GLUSTER_CLUSTER_DIR:-/tmp/glusterfs_exporter-cluster-$CLUSTER}")
# Gluster puts paths into volume files and socket names without quoting.
[[ $DIR =~ ^(/[A-Za-z0-9._-]+)+$ ]] ||
  die_usage "GLUSTER_CLUSTER_DIR is '$DIR'; Gluster copes with letters, digits and ._-/ only"
# A unix socket's path has at most 107 characters.
((${#DIR} <= 80)) || die_usage "GLUSTER_CLUSTER_DIR '$DIR' is too long for the sockets in it; at most 80 characters"

MARKER=$DIR/cluster-number # down removes only a directory that holds it
COMPLETE=$DIR/complete     # up came to its end
KILLED_SOCKETS=$DIR/killed-sockets
LOCK_FILE=/var/run/glusterfs_exporter-cluster-$CLUSTER.lock

node_dir() { printf '%s/n%s\n' "$DIR" "$1"; }
node_address() { printf '127.1.%s.%s\n' "$CLUSTER" "$1"; }
node_socket() {
  # The path compiled into glfsheal, which "heal … info" runs.
  if ((CLUSTER == 1 && $1 == 1)); then say /var/run/glusterd.socket; else say "$(node_dir "$1")/glusterd.sock"; fi
}
mount_point() { printf '%s/mnt/%s\n' "$DIR" "$1"; }

exists() { [[ -f $MARKER ]]; }

need_cluster() { exists || die "there is no cluster $CLUSTER in $DIR; start it with: scripts/cluster.sh up"; }

need_node() { [[ ${1:-} =~ ^[123]$ ]] || die_usage "a node is 1, 2 or 3, not '${1:-}'"; }

# ---- its processes --------------------------------------------------------------------------------------------

# owns_argument PID: some argument of the process is a path inside DIR, alone or as "name=path". A plain search for DIR
# would also find cluster 10 when ending cluster 1.
owns_argument() {
  local arguments argument
  mapfile -d '' -t arguments 2>/dev/null <"/proc/$1/cmdline" || return 1
  for argument in "${arguments[@]}"; do
    [[ $argument == "$DIR"/* || $argument == *="$DIR"/* ]] && return 0
  done
  return 1
}

# is_gluster PID: judged by the executable: an editor that has one of the cluster's logs open is not the cluster.
is_gluster() {
  local exe arguments
  exe=$(readlink "/proc/$1/exe") || return 1
  exe=${exe% (deleted)} # the package was upgraded since
  case ${exe##*/} in
    glusterd | glusterfsd | glusterfs | gluster | glfsheal) return 0 ;;
    python3*)
      mapfile -d '' -t arguments 2>/dev/null <"/proc/$1/cmdline" || return 1
      [[ ${arguments[1]:-} == *glustereventsd* ]]
      ;;
    *) return 1 ;;
  esac
}

# cluster_pids: every process of this cluster, and no other. Gluster's own pid files would add nothing: whatever writes
# one has its path on the command line, and a stale one may hold the pid of another cluster's process by now.
cluster_pids() {
  local file pid child
  while read -r file; do
    pid=${file//[!0-9]/}
    if owns_argument "$pid" && is_gluster "$pid"; then
      say "$pid"
      # The one child without a path in its arguments is the glfsheal of a gluster command.
      while read -rd ' ' child; do
        if [[ $(readlink "/proc/$child/exe") == */glfsheal ]]; then say "$child"; fi
      done < <(cat "/proc/$pid/task/"*/children 2>/dev/null)
    fi
  done < <(grep -lsF -- "$DIR/" /proc/[0-9]*/cmdline)
}

# pid_with ARGUMENT: the cluster's process that has it on its command line. Fails if there is none.
pid_with() {
  local file pid argument arguments
  while read -r file; do
    mapfile -d '' -t arguments 2>/dev/null <"$file" || continue
    for argument in "${arguments[@]}"; do
      [[ $argument == "$1" ]] || continue
      pid=${file//[!0-9]/}
      if is_gluster "$pid"; then
        say "$pid"
        return 0
      fi
    done
  done < <(grep -lsF -- "$1" /proc/[0-9]*/cmdline)
  return 1
}

glusterd_pid() { pid_with "management.working-directory=$(node_dir "$1")/wd"; }
brick_pid() { pid_with "$1"; } # its path stands after --brick-name

# ---- asking Gluster -------------------------------------------------------------------------------------------

glusterd_runs() { glusterd_pid "$1" >/dev/null && answers "$1"; }

answers() { unix_listener "$(node_socket "$1")" >/dev/null; }

# gluster_on N ARGUMENT…: bounded, since the command can hang for ten minutes.
gluster_on() {
  local node=$1
  shift
  timeout -k 5 120 gluster --mode=script --glusterd-sock="$(node_socket "$node")" \
    --log-file="$(node_dir "$node")/log/cli.log" "$@" {LOCK_FD}>&-
}

any_node() {
  local node
  for node in "${NODES[@]}"; do
    if answers "$node"; then
      say "$node"
      return 0
    fi
  done
  die "no glusterd of cluster $CLUSTER runs; start one with: scripts/cluster.sh start-node 1"
}

# volume_field VOLUME TAG: one value of "volume info"; fails if there is no such volume.
volume_field() {
  gluster_on "$(any_node)" --xml volume info "$1" 2>/dev/null | sed -n "s|^ *<$2>\(.*\)</$2>\$|\1|p" | grep .
}

# volume_bricks VOLUME: its bricks as host:path, one a line, in Gluster's order.
volume_bricks() {
  gluster_on "$(any_node)" --xml volume info "$1" 2>/dev/null | sed -n 's|^ *<brick uuid="[^"]*">\([^<]*\)<.*|\1|p' |
    grep .
}

need_volume() {
  [[ -n ${1:-} ]] || die_usage "the name of a volume is missing (one of ${VOLUMES[*]})"
  any_node >/dev/null
  volume_field "$1" status >/dev/null ||
    die "cluster $CLUSTER has no volume '$1'; it has: $(gluster_on "$(any_node)" volume list | tr '\n' ' ')"
}

# bricks_online VOLUME: as many as glusterd calls online. It can be behind the processes by a few seconds both ways.
bricks_online() {
  gluster_on "$(any_node)" --xml volume status "$1" 2>/dev/null | awk '
    /<node>/ { brick = 0 }
    /<path>\// { brick = 1 }
    brick && /<status>1</ { online++ }
    END { print online + 0 }'
}

all_bricks_online() {
  local brick count=0
  while read -r brick; do
    brick_pid "${brick#*:}" >/dev/null || return 1
    count=$((count + 1))
  done < <(volume_bricks "$1")
  ((count > 0 && $(bricks_online "$1") == count))
}

# ---- nodes ----------------------------------------------------------------------------------------------------

refuse_taken_addresses() {
  local address inode
  address=$(node_address "$1")
  if inode=$(tcp_listener "$address" 24007); then
    die "port 24007 is taken on $address (or on every address) by $(describe_owner "$inode")." \
      "Node $1 needs it: end that glusterd (systemctl stop glusterd), or choose another GLUSTER_CLUSTER" \
      "if it is a cluster of this script in another directory."
  fi
  if inode=$(unix_listener "$(node_socket "$1")"); then
    die "the socket $(node_socket "$1") is in use by $(describe_owner "$inode")." \
      "Node $1 of cluster $CLUSTER needs it: end that glusterd (systemctl stop glusterd)," \
      "or choose another cluster, which does without that socket: GLUSTER_CLUSTER=2"
  fi
}

launch_glusterd() {
  local dir
  dir=$(node_dir "$1")
  mkdir -p "$dir"/{wd,run,log,bricks}
  glusterd --xlator-option management.working-directory="$dir/wd" \
    --xlator-option management.transport.socket.bind-address="$(node_address "$1")" \
    --xlator-option management.run-directory="$dir/run" \
    --xlator-option management.glusterd-sockfile="$(node_socket "$1")" \
    --xlator-option management.cluster-test-mode="$dir/log" \
    --log-file="$dir/log/glusterd.log" --pid-file="$dir/glusterd.pid" </dev/null >"$dir/log/start" 2>&1 {LOCK_FD}>&-
}

glusterd_is_ready() { answers "$1" && gluster_on "$1" pool list >/dev/null 2>&1; }

# start_nodes N…: all at once, since each takes a second.
start_nodes() {
  local node launched=() job log
  for node; do
    launch_glusterd "$node" &
    launched+=($!)
  done
  # A failure shows in the wait below.
  for job in "${launched[@]}"; do wait "$job" || true; done
  for node; do
    log=$(node_dir "$node")/log
    wait_for 20 glusterd_is_ready "$node" || die "the glusterd of node $node does not answer; its log ends so:" \
      $'\n'"$(cat "$log/start" 2>/dev/null; tail -n 8 "$log/glusterd.log" 2>/dev/null)"
  done
}

peers_connected() {
  local count
  count=$(gluster_on "$1" peer status 2>/dev/null | grep -c 'Peer in Cluster (Connected)') || true
  ((count == ${#NODES[@]} - 1))
}

# sees_running_nodes N: a glusterd that comes back is "Disconnected" to the others for up to three seconds.
sees_running_nodes() {
  local node connected running=0
  for node in "${NODES[@]}"; do
    if answers "$node"; then running=$((running + 1)); fi
  done
  connected=$(gluster_on "$1" peer status 2>/dev/null | grep -c '(Connected)') || true
  ((connected == running - 1))
}

join_nodes() {
  local node
  if ! peers_connected 1; then
    for node in "${NODES[@]:1}"; do
      gluster_on 1 peer probe "$(node_address "$node")" >/dev/null ||
        die "node 1 could not take in node $node (the message of gluster stands above)"
    done
  fi
  for node in "${NODES[@]}"; do
    wait_for 20 peers_connected "$node" ||
      die "node $node does not see the others as connected:"$'\n'"$(gluster_on "$node" peer status 2>&1)"
  done
}

# ---- volumes --------------------------------------------------------------------------------------------------

# brick N NAME
brick() { printf '%s:%s/bricks/%s\n' "$(node_address "$1")" "$(node_dir "$1")" "$2"; }

create_volume() {
  local layout said
  case $1 in
    rep3) layout=(replica 3 "$(brick 1 rep3)" "$(brick 2 rep3)" "$(brick 3 rep3)") ;;
    # The arbiter is the last of each three; the second subvolume has it on another node.
    arb) layout=(replica 3 arbiter 1 "$(brick 1 arb0)" "$(brick 2 arb0)" "$(brick 3 arb0)"
      "$(brick 2 arb1)" "$(brick 3 arb1)" "$(brick 1 arb1)") ;;
    disp) layout=(disperse 3 redundancy 1 "$(brick 1 disp)" "$(brick 2 disp)" "$(brick 3 disp)") ;;
    dist) layout=("$(brick 1 dist)" "$(brick 2 dist)" "$(brick 3 dist)") ;;
  esac
  # force: Gluster warns of bricks on the root file system.
  said=$(gluster_on 1 volume create "$1" "${layout[@]}" force 2>&1) ||
    die "volume $1 could not be created: $said"$'\n'"(Bricks need a file system with trusted.* extended attributes" \
      "and the right to set them; GLUSTER_CLUSTER_DIR names another place.)"
}

# A brick that found its port taken is started again by the loop of revive.
ensure_volume() {
  volume_field "$1" status >/dev/null || create_volume "$1"
  if [[ $(volume_field "$1" statusStr) != Started ]]; then
    gluster_on 1 volume start "$1" >/dev/null ||
      die "volume $1 could not be started (the message of gluster stands above)"
  fi
  revive_bricks "$1"
  if [[ $(gluster_on 1 volume info "$1") != *'diagnostics.count-fop-hits: on'* ]]; then
    gluster_on 1 volume profile "$1" start >/dev/null || die "profiling of volume $1 could not be turned on"
  fi
}

# After a kill glusterd says "success" for up to three seconds and starts nothing, because it still takes the brick for
# running: ask until the brick is there.
revive_bricks() {
  local end=$((SECONDS + 60))
  until all_bricks_online "$1"; do
    ((SECONDS < end)) ||
      die "bricks of volume $1 are still down:"$'\n'"$(gluster_on "$(any_node)" volume status "$1" 2>&1)"
    gluster_on "$(any_node)" volume start "$1" force >/dev/null 2>&1 || true
    wait_for 1 all_bricks_online "$1" || true
  done
}

# ---- mounts ---------------------------------------------------------------------------------------------------

# mounts: mount points below DIR, inner ones first.
mounts() {
  local point
  while read -r _ point _; do
    point=$(printf '%b' "$point")
    if [[ $point == "$DIR"/* ]]; then say "$point"; fi
  done </proc/self/mounts | tac
}

is_mounted() { mounts | grep -xF -- "$1" >/dev/null; }
is_not_mounted() { ! is_mounted "$1"; }

can_unmount() { timeout -k 1 5 umount -- "$1" 2>/dev/null || is_not_mounted "$1"; }

# A write before the client has reached every brick would leave work for the self-heal daemon.
client_is_connected() {
  local state
  state=$(timeout -k 1 5 cat "$1"/.meta/graphs/active/*-client-*/private 2>/dev/null) || return 1
  [[ $state == *'connected = '* && $state != *'connected = 0'* ]]
}

# ---- commands -------------------------------------------------------------------------------------------------

with_lock() {
  take_lock "$LOCK_FILE" 180 ||
    die "another cluster.sh works on cluster $CLUSTER for three minutes already (lock $LOCK_FILE)"
  trap 'release_lock "$LOCK_FILE"' EXIT
  trap 'exit 129' HUP
  trap 'exit 130' INT
  trap 'exit 143' TERM
}

prepare_directory() {
  if [[ -e $DIR ]] && ! exists && [[ ! -d $DIR || -n $(ls -A "$DIR") ]]; then
    die "$DIR exists and is not a directory of this script; move it away or set GLUSTER_CLUSTER_DIR"
  fi
  mkdir -p "$DIR"
  [[ -O $DIR ]] || die "$DIR belongs to another user; move it away or set GLUSTER_CLUSTER_DIR"
  say "$CLUSTER" >"$MARKER"
  mkdir -p "$DIR/mnt"
}

refuse_other_number() {
  exists && [[ $(<"$MARKER") != "$CLUSTER" ]] || return 0
  die "$DIR holds cluster $(<"$MARKER"), not $CLUSTER; set GLUSTER_CLUSTER or GLUSTER_CLUSTER_DIR"
}

up() {
  local node stopped=() started=$EPOCHREALTIME seconds volume
  "$HERE/install-deps.sh" cluster
  with_lock
  refuse_other_number
  if exists && [[ ! -e $COMPLETE || -z $(cluster_pids) ]]; then
    progress "removing what an earlier run left in $DIR"
    remove_all
  fi
  for node in "${NODES[@]}"; do
    if ! glusterd_runs "$node"; then
      refuse_taken_addresses "$node"
      stopped+=("$node")
    fi
  done
  prepare_directory
  if ((${#stopped[@]} > 0)); then
    progress "starting glusterd of node ${stopped[*]}"
    start_nodes "${stopped[@]}"
  fi
  join_nodes
  for volume in "${VOLUMES[@]}"; do
    [[ -e $COMPLETE ]] || progress "creating and starting volume $volume"
    ensure_volume "$volume"
  done
  : >"$COMPLETE"
  seconds=$(awk "BEGIN { printf \"%.1f\", $EPOCHREALTIME - $started }")
  progress "cluster $CLUSTER is up after $seconds s: nodes $(node_address 1) to $(node_address 3), directory $DIR"
}

# shared_sockets: the sockets of bricks and daemons lie in a directory that all clusters share, under names that are
# hashes, and stay when their owner ends. Those of processes that run are known by their inodes; those of processes that
# are gone by the logs, since each log begins with the command line, and by what kill-brick noted.
shared_sockets() {
  local pid folders=()
  for pid in $(cluster_pids); do folders+=("/proc/$pid/fd"); done
  {
    if ((${#folders[@]} > 0)); then
      awk 'NR == FNR { ours[$1]; next } $7 in ours && $8 ~ "/run/gluster/" { print $8 }' \
        <(find "${folders[@]}" -lname 'socket:*' -printf '%l\n' 2>/dev/null | tr -dc '0-9\n') /proc/net/unix
    fi
    grep -rhsoE '/(var/)?run/gluster/[0-9a-f]{16}\.socket' "$DIR"/n*/log || true
    cat "$KILLED_SOCKETS" 2>/dev/null || true
  } | sort -u
}

# The quota commands leave these, too; a cluster of the same volume names may still use one.
remove_quota_pid_files() {
  local volume file
  for volume in "${VOLUMES[@]}"; do
    for file in "/var/run/gluster/${volume}"_quota_{limit,list}.pid; do
      if [[ -f $file ]] && ! process_runs "$(tr -dc 0-9 <"$file")"; then rm -f -- "$file"; fi
    done
  done
}

signal_all() {
  local signal=$1 pids
  mapfile -t pids < <(cluster_pids)
  ((${#pids[@]} == 0)) || kill "-$signal" "${pids[@]}" 2>/dev/null || true
}

no_process_left() { [[ -z $(cluster_pids) ]]; }

remove_all() {
  local point socket sockets
  mapfile -t sockets < <(shared_sockets)
  for point in $(mounts); do
    # Whoever still has a file open there keeps the mount; take at least its name away.
    wait_for 3 can_unmount "$point" || umount -l -- "$point"
  done
  signal_all TERM
  # A glusterd in the middle of a transaction answers late, and what it holds is about to be removed.
  if ! wait_for 3 no_process_left; then
    signal_all KILL
    # Once more: what was being started at that moment.
    wait_for 5 no_process_left || { signal_all KILL; wait_for 5 no_process_left; } ||
      die "these processes of cluster $CLUSTER can't be ended: $(cluster_pids | tr '\n' ' ')"
  fi
  [[ -z $(mounts) ]] || die "still mounted below $DIR: $(mounts | tr '\n' ' ')"
  for socket in "${sockets[@]}" "$(node_socket 1)"; do
    unix_listener "$socket" >/dev/null || rm -f -- "$socket"
  done
  remove_quota_pid_files
  rm -rf --one-file-system -- "$DIR"
}

down() {
  with_lock
  if ! exists; then
    [[ -z $(cluster_pids) ]] ||
      die "processes refer to $DIR, but it lacks the file ${MARKER##*/}: $(cluster_pids | tr '\n' ' ')"
    progress "cluster $CLUSTER is not there; nothing to do"
    return 0
  fi
  refuse_other_number
  remove_all
  progress "cluster $CLUSTER is gone"
}

status() {
  local node pid volume brick bricks index online worst=0
  if ! exists; then
    say "cluster $CLUSTER: not there ($DIR)"
    return 3
  fi
  say "cluster $CLUSTER in $DIR"
  for node in "${NODES[@]}"; do
    if pid=$(glusterd_pid "$node") && answers "$node"; then
      say "node $node  $(node_address "$node")  glusterd running (pid $pid)  $(node_socket "$node")"
    else
      say "node $node  $(node_address "$node")  glusterd stopped"
      worst=1
    fi
  done
  (any_node) >/dev/null 2>&1 || return 1
  for volume in $(gluster_on "$(any_node)" volume list 2>/dev/null); do
    online=0 index=0 bricks=''
    while read -r brick; do
      if pid=$(brick_pid "${brick#*:}"); then
        bricks+="  brick $index  $brick  online (pid $pid)"$'\n'
        online=$((online + 1))
      else
        bricks+="  brick $index  $brick  down"$'\n'
        worst=1
      fi
      index=$((index + 1))
    done < <(volume_bricks "$volume")
    say "volume $volume  $(volume_field "$volume" typeStr)  $(volume_field "$volume" statusStr)" \
      " $online of $index bricks online"
    printf '%s' "$bricks"
  done
  for volume in $(mounts); do say "mounted  $volume"; done
  return "$worst"
}

gluster_command() {
  need_node "${1:-}"
  need_cluster
  answers "$1" || die "the glusterd of node $1 does not run; start it with: scripts/cluster.sh start-node $1"
  local node=$1
  shift
  if ((CLUSTER != 1)) && [[ " $* " == *' heal '*' info '* ]]; then
    die "'heal … info' asks the glusterd behind /var/run/glusterd.socket whatever socket it is given:" \
      "it would answer about cluster 1, or not at all. It works on cluster 1 only."
  fi
  exec gluster --mode=script --glusterd-sock="$(node_socket "$node")" --log-file="$(node_dir "$node")/log/cli.log" "$@"
}

stop_node() {
  local pid start
  need_node "${1:-}"
  need_cluster
  with_lock
  if ! pid=$(glusterd_pid "$1"); then
    progress "the glusterd of node $1 is already stopped"
    return 0
  fi
  start=$(process_start "$pid") || true
  end_process "$pid" "$start" || die "the glusterd of node $1 (pid $pid) can't be ended"
  progress "stopped the glusterd of node $1 (pid $pid); its bricks go on"
}

start_node() {
  need_node "${1:-}"
  need_cluster
  with_lock
  if glusterd_runs "$1"; then
    progress "the glusterd of node $1 already runs"
    return 0
  fi
  refuse_taken_addresses "$1"
  start_nodes "$1"
  local node
  for node in "${NODES[@]}"; do
    answers "$node" || continue
    wait_for 20 sees_running_nodes "$node" || warn "node $node does not see every running node as connected"
  done
  progress "started the glusterd of node $1 (pid $(glusterd_pid "$1"))"
}

kill_brick() {
  local bricks path pid start
  need_cluster
  need_volume "${1:-}"
  mapfile -t bricks < <(volume_bricks "$1")
  if [[ ! ${2:-} =~ ^[0-9]{1,4}$ ]] || ((10#$2 >= ${#bricks[@]})); then
    die_usage "a brick of volume $1 is a number from 0 to $((${#bricks[@]} - 1)), not '${2:-}'"
  fi
  path=${bricks[10#$2]#*:}
  if ! pid=$(brick_pid "$path"); then
    progress "brick $2 of $1 (${bricks[10#$2]}) is already down"
    return 0
  fi
  start=$(process_start "$pid") || true
  shared_sockets >"$KILLED_SOCKETS.new"
  mv "$KILLED_SOCKETS.new" "$KILLED_SOCKETS"
  kill -KILL "$pid"
  wait_for 10 process_ended "$pid" "$start" || die "brick $2 of $1 (pid $pid) survives kill -9"
  progress "killed brick $2 of $1: ${bricks[10#$2]} (pid $pid)"
}

revive() {
  local node
  need_cluster
  need_volume "${1:-}"
  for node in "${NODES[@]}"; do
    answers "$node" || die "the glusterd of node $node is stopped, and only it can start its bricks:" \
      "scripts/cluster.sh start-node $node"
  done
  with_lock
  revive_bricks "$1"
  progress "all bricks of $1 are online"
}

mount_volume() {
  local point node servers=()
  need_cluster
  need_volume "${1:-}"
  point=$(mount_point "$1")
  if [[ ! -c /dev/fuse ]] || ! { : <>/dev/fuse; } 2>/dev/null; then
    warn "no FUSE here: /dev/fuse is missing or may not be opened (modprobe fuse; in a container: --device /dev/fuse)"
    return "$NO_FUSE"
  fi
  with_lock
  if ! is_mounted "$point"; then
    mkdir -p "$point"
    for node in "${NODES[@]}"; do servers+=(--volfile-server="$(node_address "$node")"); done
    # With a log of its own: the default one lies in /var/log/glusterfs and would stay.
    timeout -k 5 30 glusterfs "${servers[@]}" --volfile-id="$1" --log-file="$DIR/mnt-$1.log" "$point" \
      </dev/null >/dev/null 2>&1 {LOCK_FD}>&- || true
    wait_for 10 is_mounted "$point" ||
      die "volume $1 could not be mounted; $DIR/mnt-$1.log ends so:"$'\n'"$(tail -n 8 "$DIR/mnt-$1.log" 2>/dev/null)"
    wait_for 5 client_is_connected "$point" ||
      warn "the mount of $1 does not reach every brick (see: scripts/cluster.sh status)"
  fi
  say "$point"
}

# The client ends a moment after its mount.
client_ended() { ! pid_with "$1" >/dev/null; }

unmount_volume() {
  local point
  need_cluster
  [[ -n ${1:-} ]] || die_usage "the name of a volume is missing (one of ${VOLUMES[*]})"
  point=$(mount_point "$1")
  with_lock
  if ! is_mounted "$point"; then
    progress "$point is not mounted"
    return 0
  fi
  wait_for 10 can_unmount "$point" || die "$point is in use; end what uses it first (fuser -vm $point)"
  wait_for 10 client_ended "$point" || die "the mount's process does not end"
  rmdir -- "$point"
  progress "unmounted $point"
}

main() {
  local command=${1:-}
  [[ -n $command ]] || die_usage "a command is missing (--help lists them)"
  shift
  local least most
  case $command in
    -h | --help | help)
      usage
      return 0
      ;;
    up | down | status | dir) least=0 most=0 ;;
    gluster) least=2 most=9999 ;;
    stop-node | start-node | revive | mount | unmount | socket) least=1 most=1 ;;
    kill-brick) least=2 most=2 ;;
    *) die_usage "there is no command '$command' (--help lists them)" ;;
  esac
  (($# >= least && $# <= most)) || die_usage "wrong number of arguments for '$command' (--help shows them)"
  case $command in
    dir)
      say "$DIR"
      return 0
      ;;
    socket)
      need_node "$1"
      node_socket "$1"
      return 0
      ;;
  esac
  need_root "scripts/cluster.sh $command"
  case $command in
    up) up ;;
    down) down ;;
    status) status ;;
    gluster) gluster_command "$@" ;;
    stop-node) stop_node "$1" ;;
    start-node) start_node "$1" ;;
    kill-brick) kill_brick "$@" ;;
    revive) revive "$1" ;;
    mount) mount_volume "$1" ;;
    unmount) unmount_volume "$1" ;;
  esac
}

main "$@"
