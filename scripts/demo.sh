#!/usr/bin/env bash
# Shows the exporter at work: a real Gluster cluster, one exporter on each node, Prometheus and Alertmanager.
set -euo pipefail

HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
ROOT=$(dirname "$HERE")
# shellcheck source=scripts/lib.sh
. "$HERE/lib.sh"
export PROGRESS_START

# config/prometheus.yml names the addresses of this cluster.
export GLUSTER_CLUSTER=1
NODES=(1 2 3)
VOLUMES=(rep3 arb disp dist)
EXPORTER_PORT=9713
PROMETHEUS=${DEMO_PROMETHEUS:-127.0.0.1:9790}
ALERTMANAGER=${DEMO_ALERTMANAGER:-127.0.0.1:9793}

EXPORTER=$ROOT/build/release/glusterfs_exporter
LOCK_FILE=/var/run/glusterfs_exporter-demo.lock
RUN=/tmp/glusterfs_exporter-demo
# What the demo made, for its end, or for the next demo if this one is killed.
PROCESSES=$RUN/processes # lines of: pid, start time, name
MOUNTED=$RUN/mounted     # volumes, one a line
CLUSTER=$RUN/cluster     # the directory of the cluster, if the demo started it

CHECK=
EVERYTHING_RUNS=
BUILD_PID=

usage() {
  cat <<'END'
usage: scripts/demo.sh [--check]

Installs what is missing, builds the exporter, starts a three-node Gluster cluster on loopback with a light load on its
volumes, an exporter on each node, Prometheus and Alertmanager. Stays until Ctrl-C, then removes all it made.

  --check   asserts instead of staying that all of it works; exit status 1 if something does not

Environment:
  DEMO_SKIP_BUILD=1    take build/release/glusterfs_exporter as it is
  DEMO_PROMETHEUS      where Prometheus listens (default 127.0.0.1:9790)
  DEMO_ALERTMANAGER    where Alertmanager listens (default 127.0.0.1:9793, where config/prometheus.yml sends alerts)
  GLUSTER_CLUSTER_DIR  as for scripts/cluster.sh
END
}

exporter_url() { printf 'http://127.1.%s.%s:%s%s\n' "$GLUSTER_CLUSTER" "$1" "$EXPORTER_PORT" "${2:-}"; }

# A proxy set in the environment knows nothing of this machine's loopback addresses.
fetch() { curl -sS --noproxy '*' --max-time 5 "$@"; }

# Without the lock: daemons of the cluster would hold it after the demo has ended.
cluster() { "$HERE/cluster.sh" "$@" {LOCK_FD}>&-; }

# ---- starting and ending --------------------------------------------------------------------------------------

# start NAME COMMAND…: in the background with its output in NAME.log. Apart from the terminal, so that Ctrl-C reaches
# this script alone, which then ends things in order.
start() {
  local name=$1 pid
  shift
  setsid "$@" </dev/null >"$RUN/$name.log" 2>&1 {LOCK_FD}>&- &
  pid=$!
  say "$pid $(process_start "$pid" || say ended) $name" >>"$PROCESSES"
}

is_running() {
  local pid start name
  while read -r pid start name; do
    if [[ $name == "$1" ]] && process_is "$pid" "$start"; then return 0; fi
  done <"$PROCESSES"
  return 1
}

LEFTOVERS=
leftover() {
  LEFTOVERS=1
  warn "$1"
}

end_processes() {
  local pid start name ours=()
  [[ -f $PROCESSES ]] || return 0
  while read -r pid start name; do
    # By start time too: the pids a killed demo left may be other programs' by now.
    if process_is "$pid" "$start"; then
      ours+=("$pid $start $name")
      kill -TERM "$pid" 2>/dev/null || true
    fi
  done <"$PROCESSES"
  for name in "${ours[@]}"; do
    read -r pid start name <<<"$name"
    end_process "$pid" "$start" 15 || leftover "$name (pid $pid) can't be ended"
    # What it started stays in its group.
    kill -KILL -- "-$pid" 2>/dev/null || true
  done
}

# Ends what is recorded in RUN, whether this demo made it or one that was killed.
end_everything() {
  local volume
  end_processes
  if [[ -f $CLUSTER ]]; then
    GLUSTER_CLUSTER_DIR=$(<"$CLUSTER") cluster down || leftover "the cluster is not wholly gone (see above)"
  elif [[ -f $MOUNTED ]]; then
    while read -r volume; do
      cluster unmount "$volume" || leftover "volume $volume stays mounted (see above)"
    done <"$MOUNTED"
  fi
  rm -rf --one-file-system -- "$RUN"
}

finish() {
  local status=$?
  trap '' HUP INT TERM # what is ended halfway is left over
  if [[ -n $BUILD_PID ]]; then kill -TERM -- "-$BUILD_PID" 2>/dev/null || true; fi
  progress "ending everything the demo started"
  end_everything
  release_lock "$LOCK_FILE"
  if [[ -n $LEFTOVERS ]]; then progress "done, but for what is told above"; else progress "done; nothing is left"; fi
  exit "$status"
}

# Ctrl-C is how a demo is meant to end.
interrupted() {
  if [[ -n $EVERYTHING_RUNS && -z $CHECK ]]; then exit 0; else exit "$1"; fi
}

show_logs() {
  local log
  for log in "$@"; do
    [[ -f $RUN/$log.log ]] || continue
    say "---- last lines of the log of $log"
    tail -n 15 "$RUN/$log.log"
  done >&2
}

# ---- steps ----------------------------------------------------------------------------------------------------

only_one_demo() {
  # A demo that was killed may have left a command that ends within seconds and holds the lock so long.
  if ! take_lock "$LOCK_FILE" 3; then
    die "another demo runs already (pid $(cat "$LOCK_FILE" 2>/dev/null)); end it first, or wait until it has ended"
  fi
  printf '%s\n' "$$" >"$LOCK_FILE"
  trap finish EXIT
  trap 'interrupted 129' HUP
  trap 'interrupted 130' INT
  trap 'interrupted 143' TERM
}

prepare_directory() {
  if [[ -L $RUN ]] || [[ -e $RUN && ! -O $RUN ]]; then
    trap - EXIT
    release_lock "$LOCK_FILE"
    die "$RUN belongs to another user; the demo needs that name: move it away"
  fi
  if [[ -e $RUN ]]; then
    progress "ending what an earlier demo left"
    end_everything
  fi
  mkdir -m 700 "$RUN"
  : >"$PROCESSES"
}

need_free() {
  local inode
  if inode=$(tcp_listener "${2%:*}" "${2##*:}"); then
    die "$1 needs $2, which is taken by $(describe_owner "$inode"); end that first${3:-}"
  fi
}

need_free_addresses() {
  local node
  for node in "${NODES[@]}"; do
    need_free "the exporter of node $node" "127.1.$GLUSTER_CLUSTER.$node:$EXPORTER_PORT"
  done
  need_free Prometheus "$PROMETHEUS" ", or set DEMO_PROMETHEUS"
  need_free Alertmanager "$ALERTMANAGER" ", or set DEMO_ALERTMANAGER"
}

# build_step COMMAND…: not in the foreground, where a signal to this script would wait for the compiler.
build_step() {
  local started=$SECONDS told=0
  setsid "$@" </dev/null >>"$RUN/build.log" 2>&1 {LOCK_FD}>&- &
  BUILD_PID=$!
  while process_runs "$BUILD_PID"; do
    sleep 0.2
    if (((SECONDS - started) / 10 > told)); then
      told=$(((SECONDS - started) / 10))
      # Ninja begins a line with [done/all].
      progress "still building $(tail -n 1 "$RUN/build.log" | grep -oE '^\[[0-9]+/[0-9]+\]')"
    fi
  done
  if ! wait "$BUILD_PID"; then
    BUILD_PID=
    tail -n 30 "$RUN/build.log" >&2
    die "the build failed: its last lines stand above"
  fi
  BUILD_PID=
}

build() {
  if [[ ${DEMO_SKIP_BUILD:-} == 1 ]]; then
    [[ -x $EXPORTER ]] || die "DEMO_SKIP_BUILD=1, but there is no $EXPORTER: build it (cmake --preset release &&" \
      "cmake --build --preset release), or unset DEMO_SKIP_BUILD"
    return 0
  fi
  progress "building the exporter (preset release)"
  cd "$ROOT"
  build_step cmake --preset release
  build_step cmake --build --preset release
  [[ -x $EXPORTER ]] || die "the build made no $EXPORTER"
}

start_cluster() {
  local status=0
  cluster status >/dev/null 2>&1 || status=$?
  if ((status == 3)); then
    cluster dir >"$CLUSTER"
  else
    progress "cluster 1 is there already: using it, and leaving it when the demo ends"
  fi
  cluster up
}

start_workload() {
  local volume point points=() status
  for volume in "${VOLUMES[@]}"; do
    status=0
    # A mount that was there before is not the demo's to undo.
    if ! mountpoint -q "$(cluster dir)/mnt/$volume"; then say "$volume" >>"$MOUNTED"; fi
    point=$(cluster mount "$volume") || status=$?
    if ((status == 3)); then
      progress "without FUSE there is no load on the volumes; all else works"
      return 0
    fi
    ((status == 0)) || die "volume $volume could not be mounted (see above)"
    points+=("$point")
  done
  progress "starting a light load on ${VOLUMES[*]}"
  start workload "$HERE/workload.sh" "${points[@]}"
}

start_exporters() {
  local node
  progress "starting an exporter on each node"
  for node in "${NODES[@]}"; do
    start "exporter-$node" "$EXPORTER" --web.listen-address="127.1.$GLUSTER_CLUSTER.$node:$EXPORTER_PORT" \
      --gluster.socket="$(cluster socket "$node")"
  done
}

start_prometheus() {
  local alertmanager
  # Debian's name, and everybody else's.
  alertmanager=$(command -v prometheus-alertmanager || command -v alertmanager) || die "there is no Alertmanager"
  progress "starting Prometheus and Alertmanager"
  start prometheus prometheus --config.file="$ROOT/config/prometheus.yml" --storage.tsdb.path="$RUN/prometheus" \
    --web.listen-address="$PROMETHEUS"
  # No peers: without the empty address it would listen on port 9094 of every interface.
  start alertmanager "$alertmanager" --config.file="$ROOT/config/alertmanager.yml" \
    --storage.path="$RUN/alertmanager" --web.listen-address="$ALERTMANAGER" --cluster.listen-address=
}

# ---- assertions -----------------------------------------------------------------------------------------------
# Each prints why it doesn't hold, and ends with 1 if that may change, with 2 if it will not.

answers_200() {
  local code
  is_running "$1" || { say "$1 has ended" && return 2; }
  code=$(fetch -o /dev/null -w '%{http_code}' "$2" 2>&1) || true
  [[ $code == 200 ]] || { say "GET $2 answered '$code', expected 200" && return 1; }
}

# page NODE: prints the metrics.
page() {
  is_running "exporter-$1" || { say "exporter-$1 has ended" && return 2; }
  fetch --fail "$(exporter_url "$1" /metrics)" 2>&1
}

says_up() {
  local text
  text=$(page "$1") || { local status=$? && say "$text" && return "$status"; }
  grep -qxF 'glusterfs_up 1' <<<"$text" || {
    say "the page lacks the line 'glusterfs_up 1'; it has: $(grep '^glusterfs_up' <<<"$text" || say nothing of the kind)"
    return 1
  }
}

# What is true of the cluster is told by one of the nodes, so all pages together are asked.
knows_volumes() {
  local node text all='' volume missing=() status
  for node in "${NODES[@]}"; do
    text=$(page "$node") || { status=$? && say "node $node: $text" && return "$status"; }
    all+=$text$'\n'
  done
  for volume in "${VOLUMES[@]}"; do
    grep -qE "^glusterfs_volume_info\{([^}]*,)?volume=\"$volume\"" <<<"$all" || missing+=("$volume")
  done
  ((${#missing[@]} == 0)) || { say "no node has a glusterfs_volume_info of: ${missing[*]}" && return 1; }
}

passes_promtool() {
  local text said
  text=$(page "$1") || { local status=$? && say "$text" && return "$status"; }
  said=$(promtool check metrics <<<"$text" 2>&1) || said+=" (exit status $?)"
  [[ -z $said ]] || { say "promtool check metrics says: $said" && return 1; }
}

targets_up() {
  local answer
  answer=$(fetch --fail "http://$PROMETHEUS/api/v1/targets" 2>&1) || { say "$answer" && return 1; }
  jq -e --argjson nodes "${#NODES[@]}" \
    '[.data.activeTargets[] | select(.labels.job == "glusterfs" and .health == "up")] | length == $nodes' \
    <<<"$answer" >/dev/null || {
    say "not all ${#NODES[@]} targets are up:" \
      "$(jq -r '.data.activeTargets[] | "\(.scrapeUrl) \(.health) \(.lastError)"' <<<"$answer" | paste -sd ';')"
    return 1
  }
}

query_answers() {
  local answer
  answer=$(fetch --fail -G --data-urlencode "query=$1" "http://$PROMETHEUS/api/v1/query" 2>&1) || {
    say "$answer" && return 1
  }
  answer=$(jq -r '.data.result[0].value[1] // "no value"' <<<"$answer")
  [[ $answer == "$2" ]] || { say "$1 is $answer, expected $2" && return 1; }
}

# gives_nothing QUERY: no series answers the query.
gives_nothing() {
  local answer
  answer=$(fetch --fail -G --data-urlencode "query=$1" "http://$PROMETHEUS/api/v1/query" 2>&1) || {
    say "$answer" && return 1
  }
  jq -e '.data.result | length == 0' <<<"$answer" >/dev/null || {
    say "$1 gives $(jq '.data.result | length' <<<"$answer") series, expected none; the first:" \
      "$(jq -c '.data.result[0].metric' <<<"$answer")"
    return 1
  }
}

# rules_evaluated FILE: every rule of alerts/FILE is loaded and was evaluated without an error.
rules_evaluated() {
  local answer wanted
  answer=$(fetch --fail "http://$PROMETHEUS/api/v1/rules" 2>&1) || { say "$answer" && return 1; }
  wanted=$(grep -cE '^ +- (alert|record): ' "$ROOT/alerts/$1")
  answer=$(jq --arg file "/$1" '[.data.groups[] | select(.file | endswith($file)) | .rules[]]' <<<"$answer")
  jq -e --argjson wanted "$wanted" 'length == $wanted and all(.health == "ok")' <<<"$answer" >/dev/null || {
    say "$(jq length <<<"$answer") of $wanted rules are loaded; not well:" \
      "$(jq -r '.[] | select(.health != "ok") | "\(.name) \(.health) \(.lastError // "")"' <<<"$answer" | paste -sd ';')"
    return 1
  }
}

CHECKED=0
FAILED=()

# check SECONDS WHAT COMMAND…: asserts that COMMAND holds within SECONDS.
check() {
  local end=$((SECONDS + $1)) what=$2 why status
  shift 2
  CHECKED=$((CHECKED + 1))
  while true; do
    status=0
    why=$("$@") || status=$?
    ((status == 1 && SECONDS < end)) || break
    sleep 0.5
  done
  if ((status == 0)); then
    say "ok      $what"
  else
    say "FAILED  $what: $why"
    FAILED+=("$what: $why")
  fi
}

# Every exporter tells of its own node, and one of them of the cluster. These wait for more scrapes than one.
check_that_each_thing_is_told_once() {
  local label bricks=15 daemons=$((2 * ${#NODES[@]})) # glusterd and the self-heal daemon
  # An aggregation forgets the metric's name unless a label holds it.
  local name="\"metric\", \"\$1\", \"__name__\", \"(.+)\""
  check 60 "one exporter speaks for the cluster" query_answers 'sum(glusterfs_exporter_leader)' 1
  check 10 "the others know that they do not" query_answers 'count(glusterfs_exporter_leader)' "${#NODES[@]}"
  check 60 "all $bricks bricks are online" query_answers 'count(glusterfs_brick_online == 1)' "$bricks"
  check 30 "all $daemons daemons are online" query_answers 'count(glusterfs_daemon_online == 1)' "$daemons"
  check 60 "each volume is there once" query_answers 'count(glusterfs_volume_info)' "${#VOLUMES[@]}"
  check 60 "the cluster's health is there once" query_answers 'sum(glusterfs_cluster_health)' 1
  for label in volume brick host; do
    check 30 "no series about a $label comes from two exporters" gives_nothing \
      "count without (instance) (label_replace({__name__=~\"glusterfs_.+\",$label!=\"\"}, $name)) > 1"
  done
  check 30 "every exporter asks glusterd's socket for the volumes" query_answers \
    'sum(glusterfs_exporter_source_info{question="topology",source="rpc"})' "${#NODES[@]}"
  check 10 "none asks in any other way for them" query_answers \
    'count(glusterfs_exporter_source_info{question="topology"})' "${#NODES[@]}"
  check 30 "no collector fails" gives_nothing 'glusterfs_scrape_collector_success == 0'
}

check_the_alerts() {
  local file
  for file in rules.yml alerts.yml; do
    check 60 "Prometheus evaluates all of alerts/$file" rules_evaluated "$file"
  done
  check 60 "the rules record what alerts need" query_answers 'count(glusterfs:volume_used:ratio)' "${#VOLUMES[@]}"
  # None is expected on a healthy cluster; those that wait for their time ("pending") count as well, so nobody has to wait
  # for them here. What was so while all of this started is over after two evaluations, or two minutes (keep_firing_for).
  check 180 "no alert fires, and none is about to" gives_nothing 'ALERTS{alertname=~"Gluster.+"}'
}

run_checks() {
  local node path
  progress "checking"
  for node in "${NODES[@]}"; do
    for path in / /collectors /metrics /-/healthy /-/ready; do
      check 30 "exporter $node answers $path" answers_200 "exporter-$node" "$(exporter_url "$node" "$path")"
    done
    check 30 "exporter $node says glusterfs_up 1" says_up "$node"
    check 10 "exporter $node: promtool has nothing to say about the page" passes_promtool "$node"
  done
  check 30 "the pages know the volumes ${VOLUMES[*]}" knows_volumes
  check 10 "Alertmanager is ready" answers_200 alertmanager "http://$ALERTMANAGER/-/ready"
  check 30 "Prometheus is ready" answers_200 prometheus "http://$PROMETHEUS/-/ready"
  # Two scrape intervals of config/prometheus.yml, and some.
  check 40 "Prometheus has all targets up" targets_up
  check 20 "Prometheus answers sum(glusterfs_up) with ${#NODES[@]}" query_answers 'sum(glusterfs_up)' "${#NODES[@]}"
  check_that_each_thing_is_told_once
  check_the_alerts
  if ((${#FAILED[@]} > 0)); then
    show_logs exporter-1 exporter-2 exporter-3 prometheus alertmanager
    say "${#FAILED[@]} of $CHECKED assertions do not hold:"
    printf '  %s\n' "${FAILED[@]}"
    return 1
  fi
  say "all $CHECKED assertions hold"
}

# ---- staying --------------------------------------------------------------------------------------------------

# await NAME URL
await() {
  local end=$((SECONDS + 30)) why status
  while true; do
    status=0
    why=$(answers_200 "$1" "$2") || status=$?
    ((status == 1 && SECONDS < end)) || break
    sleep 0.2
  done
  ((status == 0)) && return 0
  show_logs "$1"
  die "$1 is not ready: $why (its log stands above)"
}

wait_until_ready() {
  local node
  for node in "${NODES[@]}"; do await "exporter-$node" "$(exporter_url "$node" /-/ready)"; done
  await prometheus "http://$PROMETHEUS/-/ready"
  await alertmanager "http://$ALERTMANAGER/-/ready"
}

explain() {
  local node
  say ''
  for node in "${NODES[@]}"; do say "  node $node        $(exporter_url "$node" /)"; done
  cat <<END
  Prometheus    http://$PROMETHEUS/
  Alertmanager  http://$ALERTMANAGER/  (Debian's comes without web pages; amtool --alertmanager.url asks it)

  scripts/cluster.sh kill-brick rep3 1   kills a brick: watch the pages
  scripts/cluster.sh revive rep3         brings it back, and it heals
  scripts/cluster.sh stop-node 3         stops the glusterd of a node (start-node 3 starts it)
  scripts/cluster.sh status

Ctrl-C ends the demo and removes all of it.

END
}

# Tells if something ends that should not; the rest goes on, since that is worth watching too.
stay() {
  local pid start name told=' '
  while true; do
    while read -r pid start name; do
      if [[ $told != *" $name "* ]] && ! process_is "$pid" "$start"; then
        told+="$name "
        progress "$name (pid $pid) has ended"
        show_logs "$name"
      fi
    done <"$PROCESSES"
    sleep 1 {LOCK_FD}>&-
  done
}

main() {
  while (($# > 0)); do
    case $1 in
      --check) CHECK=1 ;;
      -h | --help)
        usage
        return 0
        ;;
      *) die_usage "'$1' is not known; only --check is (--help tells more)" ;;
    esac
    shift
  done
  need_root scripts/demo.sh
  "$HERE/install-deps.sh" demo
  only_one_demo
  prepare_directory
  need_free_addresses
  build
  start_cluster
  start_exporters
  start_workload
  start_prometheus
  if [[ -n $CHECK ]]; then
    EVERYTHING_RUNS=1
    run_checks
    return
  fi
  wait_until_ready
  EVERYTHING_RUNS=1
  progress "everything runs"
  explain
  stay
}

main "$@"
