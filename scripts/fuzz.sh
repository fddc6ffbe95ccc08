#!/usr/bin/env bash
# Gives what reads foreign bytes millions of inputs that nobody thought of.
set -euo pipefail

HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=scripts/lib.sh
. "$HERE/lib.sh"
cd "$HERE/.."

FOLDER=build/fuzz
SOURCES=tests/fuzz

# Longer inputs find little more and take much more time. Those that need more than the usual:
USUAL_LENGTH=4096
declare -A LENGTHS=([cli_answer]=10000 [config_yaml]=8192 [pushed_document]=8192)

usage() {
  cat <<'END'
usage: scripts/fuzz.sh [SECONDS] [TARGET…]

Installs what is needed, builds the preset fuzz and runs each target of tests/fuzz for SECONDS (default 60), as many at
a time as there are processors. Targets that are not named: all. Inputs that are worth keeping gather in
build/fuzz/corpus, so that the next run goes on from there; those that fail stay in build/fuzz/crashes.
END
}

DURATION=60
case ${1:-} in
  -h | --help)
    usage
    exit 0
    ;;
  -*) die_usage "unknown option '$1' (--help tells more)" ;;
  [0-9]*)
    [[ $1 =~ ^[1-9][0-9]{0,5}$ ]] || die_usage "SECONDS is a whole number from 1 on, not '$1'"
    DURATION=$1
    shift
    ;;
esac

ALL=("$SOURCES"/*.cpp)
ALL=("${ALL[@]##*/}")
ALL=("${ALL[@]%.cpp}")
TARGETS=("$@")
((${#TARGETS[@]} > 0)) || TARGETS=("${ALL[@]}")
for target in "${TARGETS[@]}"; do
  [[ -e $SOURCES/$target.cpp ]] || die_usage "there is no target '$target', only: ${ALL[*]}"
done

"$HERE/install-deps.sh" test
cmake --preset fuzz >&2
cmake --build --preset fuzz >&2
"$SOURCES/seeds.py" "$FOLDER/seeds"
mkdir -p "$FOLDER"/{crashes,logs}

# What was freed is kept for a while to find uses of it; the usual 256 MiB would be half of the memory there is.
export ASAN_OPTIONS=quarantine_size_mb=32:allow_addr2line=1
export UBSAN_OPTIONS=print_stacktrace=1

# run_target NAME: the log tells the rest.
run_target() {
  local name=$1 kept=$FOLDER/corpus/$1 folder arguments
  mkdir -p "$kept"
  arguments=(-max_total_time="$DURATION" -rss_limit_mb=512 -malloc_limit_mb=64 -timeout=5
    -max_len="${LENGTHS[$name]:-$USUAL_LENGTH}" -artifact_prefix="$FOLDER/crashes/$name-" -print_final_stats=1)
  if [[ -e $SOURCES/dictionaries/$name.dict ]]; then arguments+=(-dict="$SOURCES/dictionaries/$name.dict"); fi
  # New inputs go to the first folder.
  for folder in "$kept" "$FOLDER/seeds/$name" "$SOURCES/corpus/$name" "$SOURCES/regressions/$name"; do
    if [[ -d $folder ]]; then arguments+=("$folder"); fi
  done
  exec "$FOLDER/tests/fuzz/fuzz_$name" "${arguments[@]}" >"$FOLDER/logs/$name" 2>&1
}

log_number() { sed -n "s/.*$2 *\([0-9]\+\).*/\1/p" "$FOLDER/logs/$1" | tail -n 1; }

# report NAME STATUS
report() {
  local name=$1 result=ok input
  if (($2 != 0)); then
    result=FAILED
    FAILED+=("$name")
  fi
  printf '%-22s %10s runs %7s/s  coverage %5s  %s\n' "$name" "$(log_number "$name" number_of_executed_units:)" \
    "$(log_number "$name" average_exec_per_sec:)" "$(log_number "$name" cov:)" "$result"
  if (($2 == 0)); then return; fi
  input=$(sed -n 's/.*Test unit written to \(.*\)/\1/p' "$FOLDER/logs/$name" | tail -n 1)
  grep -m 3 -E 'does not hold:|runtime error:|ERROR: |SUMMARY: ' "$FOLDER/logs/$name" | sed 's/^/    /' || true
  if [[ -n $input ]]; then
    say "    to see it again: $FOLDER/tests/fuzz/fuzz_$name $input"
    say "    once mended, keep the input: $SOURCES/regressions/$name/"
  else
    say "    no input is to blame; the log: $FOLDER/logs/$name"
  fi
}

declare -A RUNNING=()
FAILED=()
# shellcheck disable=SC2317 # called by the trap
end_all() {
  local pid
  for pid in "${!RUNNING[@]}"; do kill "$pid" 2>/dev/null || true; done
}
trap end_all EXIT

# wait_for_one: the next one that ends.
wait_for_one() {
  local pid status=0
  wait -n -p pid "${!RUNNING[@]}" || status=$?
  report "${RUNNING[$pid]}" "$status"
  unset "RUNNING[$pid]"
}

for target in "${TARGETS[@]}"; do
  while ((${#RUNNING[@]} >= $(nproc))); do wait_for_one; done
  run_target "$target" &
  RUNNING[$!]=$target
done
while ((${#RUNNING[@]} > 0)); do wait_for_one; done

((${#FAILED[@]} == 0)) || die "${#FAILED[@]} of ${#TARGETS[@]} targets failed: ${FAILED[*]}"
