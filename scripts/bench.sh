#!/usr/bin/env bash
# Measures what the project promises about its own speed.
set -euo pipefail

HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=scripts/lib.sh
. "$HERE/lib.sh"
cd "$HERE/.."

# Times differ from machine to machine and from minute to minute, so what is held are mostly ratios of one run.
# How much less a series costs than with prometheus-cpp's serializer, on the same data:
LEAST_RATIO=20
# What the next page takes of that when a hundredth of the bricks did something, and when a page of a million series is ready:
MOST_CHANGED_RATIO=0.10
MOST_MILLION_MS=100
# What a poll of a node with 24 bricks takes at most, and how large the process becomes:
MOST_BIG_POLL_CPU_MS=10
MOST_BIG_POLL_MIB=40
# How much less CPU a poll of a node takes over the sockets than through the CLI, and how much it may take at most:
LEAST_POLL_RATIO=100
MOST_POLL_CPU_MS=3
# How much Gluster's processes may have grown after 1,000 polls: the C library of a process takes memory in steps of
# some MiB for each of its threads that had not worked before.
MOST_GROWTH_MIB=16

# How many milliseconds pass at most until a thousand viewers have a change (p99), and until /metrics is answered (p95):
MOST_LATENCY_MS=50
MOST_SCRAPE_MS=20

usage() {
  cat <<'END'
usage: scripts/bench.sh [--check | --all]

Installs what is needed, builds the preset bench and runs the benchmarks. That of polling starts a Gluster cluster of its
own (number 7 of scripts/cluster.sh) and needs root. docs/benchmarks.md says what came out and how to run one alone.

  --check   fails when something that the project promises is not reached
  --all     also what takes long: clusters of up to 60,000 bricks, scrapes of all sizes, up to 5,000 viewers, the start,
            and ten minutes of doing nothing, twice; half an hour in all
END
}

CHECK=
ALL=
case ${1:-} in
  -h | --help)
    usage
    exit 0
    ;;
  --check) CHECK=1 ;;
  --all) ALL=1 ;;
  "") ;;
  *) die_usage "--check or --all is the only argument, not '$1'" ;;
esac

"$HERE/install-deps.sh" test
cmake --preset bench
cmake --build --preset bench

scratch=$(mktemp -d)
export GLUSTER_CLUSTER=7 GLUSTER_CLUSTER_DIR=$scratch/cluster
EXPORTER=
clean_up() {
  if [[ -n $EXPORTER ]]; then kill "$EXPORTER" 2>/dev/null || true; fi
  if [[ -e $GLUSTER_CLUSTER_DIR ]]; then "$HERE/cluster.sh" down; fi
  rm -rf "$scratch"
}
trap clean_up EXIT

# within TEXT FIGURE MOST: tells the figure; with --check, ends unless it is MOST at most.
within() {
  printf '%s: %s (at most %s)\n' "$1" "$2" "$3"
  if [[ -n $CHECK ]] && jq -e -n "$2 > $3" >/dev/null; then die "$1: $2; at most $3 is promised"; fi
}

result=$scratch/render.json
# In turn, so that all have the same share of what else the machine does.
build/bench/tests/bench/render_bench --benchmark_repetitions=5 --benchmark_enable_random_interleaving=true \
  --benchmark_out="$result" --benchmark_out_format=json

# of_render NAME FIGURE: the median of the repetitions.
of_render() { jq ".benchmarks[] | select(.name == \"$1_median\") | $2" "$result"; }
ours=$(of_render BM_Renderer/50 .ns_per_series)
theirs=$(of_render BM_PrometheusCppSerializer .ns_per_series)
ratio=$(jq -n "$theirs / $ours | . * 10 | round / 10")
printf 'rendering: %.0f ns a series, prometheus-cpp %.0f ns, ratio %s\n' "$ours" "$theirs" "$ratio"
if [[ -n $CHECK ]] && jq -e -n "$ratio < $LEAST_RATIO" >/dev/null; then
  die "rendering is only $ratio times as fast as prometheus-cpp's serializer; at least $LEAST_RATIO is promised"
fi
changed=$(of_render BM_RendererOnePercent/50 .ns_per_series)
within "the next page when a hundredth changed, of a page all anew" "$(jq -n "$changed / $ours")" $MOST_CHANGED_RATIO
within "ms until a page of a million series is ready" "$(of_render BM_Renderer/710 .real_time)" $MOST_MILLION_MS

# What 6,000 bricks cost while somebody looks at them, and (follow_along) while nobody does.
build/bench/tests/bench/live_bench

# A node with 24 bricks in a cluster of 600, and what large pages take on their way.
sizes=(--only sockets-50x12+24)
scrapes=(--series 1000000)
if [[ -n $ALL ]]; then
  sizes=()
  scrapes=()
fi
big=$scratch/big.json
poll_big() { tests/bench/big_poll.py --json "$big" "$@"; }
of_node() { jq ".results[\"sockets-50x12+24\"] | $1" "$big"; }
poll_big "${sizes[@]}"
# As below.
for _ in 1 2; do
  if [[ -n $CHECK ]] && jq -e -n "$(of_node .poll.least_cpu_ms) > $MOST_BIG_POLL_CPU_MS" >/dev/null; then
    poll_big "${sizes[@]}"
  fi
done
within "ms of CPU for a poll of 24 bricks" "$(of_node .poll.least_cpu_ms)" $MOST_BIG_POLL_CPU_MS
within "MiB of memory at most with 24 bricks" "$(of_node '.peak_kib.end / 1024')" $MOST_BIG_POLL_MIB
tests/bench/scrapes.py ${CHECK:+--check} "${scrapes[@]}"
if [[ -n $ALL ]]; then tests/bench/startup.py; fi

"$HERE/cluster.sh" up
for volume in $("$HERE/cluster.sh" gluster 1 volume list); do
  # The cluster's script may have started it already.
  "$HERE/cluster.sh" gluster 1 volume profile "$volume" start >/dev/null 2>&1 || true
done
polls=$scratch/polls.json
poll() { build/bench/tests/bench/poll_bench "$("$HERE/cluster.sh" socket 1)" 1000 >"$polls"; }
cheap_enough() { jq -e ".sockets.cpu_ms <= $MOST_POLL_CPU_MS and .cpu_ratio >= $LEAST_POLL_RATIO" "$polls" >/dev/null; }
poll
# Once more, and again: who else uses the processor's caches meanwhile says nothing about the exporter.
if [[ -n $CHECK ]]; then cheap_enough || poll; cheap_enough || poll; fi
jq -r '"a poll of \(.bricks) bricks: \(.sockets.cpu_ms) ms CPU over the sockets and \(.page.cpu_ms) ms for the page, \(
  .cli.cpu_ms + .cli.children_cpu_ms) ms through the CLI, ratio \(.cpu_ratio)",
  (.resident_bytes | to_entries[] | "memory before and after \(.key): \(.value.before) \(.value.after) bytes")' "$polls"

# promise TEXT JQ-CONDITION: with --check, ends with TEXT unless the condition holds of the polls' figures.
promise() {
  if [[ -n $CHECK ]] && ! jq -e "$2" "$polls" >/dev/null; then
    die "$1: $(cat "$polls")"
  fi
}
promise "questions failed" '.failed == {sockets: [], cli: []}'
promise "a poll started processes" '.sockets.children_cpu_ms == 0'
promise "a poll takes more than $MOST_POLL_CPU_MS ms CPU" ".sockets.cpu_ms <= $MOST_POLL_CPU_MS"
promise "a poll takes more than 1/$LEAST_POLL_RATIO of the CLI's CPU" ".cpu_ratio >= $LEAST_POLL_RATIO"
promise "Gluster's processes grew" "[.resident_bytes[] | .after - .before] | max <= $MOST_GROWTH_MIB * 1048576"

# What comes of a change for a thousand viewers of one exporter, on this machine that has them all.
cat >"$scratch/exporter.yml" <<END
web: {listen_address: "127.1.$GLUSTER_CLUSTER.1:9713", max_viewers: 2000}
gluster: {socket: "$("$HERE/cluster.sh" socket 1)"}
collectors: {brick_profile: {interval: 1s}, brick_internals: {interval: 1s}}
END
build/bench/glusterfs_exporter --config.file="$scratch/exporter.yml" --log.level=error &
EXPORTER=$!
curl -sf --retry 50 --retry-connrefused --retry-delay 1 -o "$scratch/ready" "http://127.1.$GLUSTER_CLUSTER.1:9713/-/healthy"
# watch VIEWERS: more than max_viewers are told to come again.
watch() {
  build/bench/tests/bench/viewers 9713 --address "127.1.$GLUSTER_CLUSTER.1" --viewers "$1" --seconds 30 >"$scratch/viewers.json"
  jq -r '"\(.watching) viewers (\(.refused) refused) had \(.latency_ms.count) changes of \(.mean_change_bytes) bytes: p50 \(
    .latency_ms.p50) ms, p99 \(.latency_ms.p99) ms, most \(.latency_ms.max) ms; /metrics meanwhile p50 \(
    .metrics.ms.p50) ms, p95 \(.metrics.ms.p95) ms"' "$scratch/viewers.json"
}
in_time() {
  jq -e ".watching == 1000 and .metrics.failures == 0 and .latency_ms.p99 <= $MOST_LATENCY_MS
    and .metrics.ms.p95 <= $MOST_SCRAPE_MS" "$scratch/viewers.json" >/dev/null
}
if [[ -n $ALL ]]; then
  for viewers in 1 100 5000; do watch $viewers; done
fi
watch 1000
# As above.
if [[ -n $CHECK ]]; then in_time || watch 1000; in_time || watch 1000; fi
kill "$EXPORTER"
wait "$EXPORTER" || true
EXPORTER=
if [[ -n $CHECK ]] && ! in_time; then die "a thousand viewers were not served in time: $(cat "$scratch/viewers.json")"; fi

if [[ -n $ALL ]]; then
  for interval in "" "--interval=1"; do
    tests/bench/idle.py "$("$HERE/cluster.sh" socket 1)" ${interval:+"$interval"}
  done
fi
