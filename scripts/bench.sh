#!/usr/bin/env bash
# Measures what the project promises about its own speed.
set -euo pipefail

HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=scripts/lib.sh
. "$HERE/lib.sh"
cd "$HERE/.."

# Times differ from machine to machine and from minute to minute, so only this ratio is held: how much less a series
# costs than with prometheus-cpp's serializer, on the same data in the same run.
LEAST_RATIO=8

usage() {
  cat <<'END'
usage: scripts/bench.sh [--check]

Installs what is needed, builds the preset bench and runs the benchmarks.

  --check   fails when a ratio that the project promises is not reached
END
}

CHECK=
case ${1:-} in
  -h | --help)
    usage
    exit 0
    ;;
  --check) CHECK=1 ;;
  "") ;;
  *) die_usage "--check is the only argument, not '$1'" ;;
esac

"$HERE/install-deps.sh" test
cmake --preset bench
cmake --build --preset bench --target render_bench

result=$(mktemp)
trap 'rm -f "$result"' EXIT
build/bench/tests/bench/render_bench --benchmark_out="$result" --benchmark_out_format=json

ns_per_series() { jq ".benchmarks[] | select(.name == \"$1\") | .ns_per_series" "$result"; }
ours=$(ns_per_series BM_Renderer)
theirs=$(ns_per_series BM_PrometheusCppSerializer)
ratio=$(jq -n "$theirs / $ours | . * 10 | round / 10")
printf 'rendering: %.0f ns a series, prometheus-cpp %.0f ns, ratio %s\n' "$ours" "$theirs" "$ratio"
if [[ -n $CHECK ]] && jq -e -n "$ratio < $LEAST_RATIO" >/dev/null; then
  die "rendering is only $ratio times as fast as prometheus-cpp's serializer; at least $LEAST_RATIO is promised"
fi
