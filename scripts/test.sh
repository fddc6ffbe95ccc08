#!/usr/bin/env bash
# Everything that has to pass before a change goes in.
set -euo pipefail

HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=scripts/lib.sh
. "$HERE/lib.sh"
cd "$HERE/.."

usage() {
  cat <<'END'
usage: scripts/test.sh [--quick] [--update] [CTEST ARGUMENT…]

Installs what the tests need, checks format and scripts, builds and tests the presets dev (all tests), asan and tsan
(unit tests), runs clang-tidy and the fuzz targets for a minute each, compares counts of instructions with the recorded
ones, and holds the benchmarks' ratios. The tests labelled cluster, browser and dashboards start a real Gluster cluster
and need root; those labelled browser write screenshots of the page to build/screenshots. Those labelled packaging
install the Debian package in a Debian of their own, as root.

  --quick    preset dev and the unit tests only
  --update   first lets the unit tests rewrite the expected pages with what comes out now; look at the diff afterwards

What follows goes to every ctest: scripts/test.sh --quick -R Profile
END
}

QUICK=
UPDATE=
CTEST_ARGUMENTS=()
while (($# > 0)); do
  case $1 in
    -h | --help)
      usage
      exit 0
      ;;
    --quick) QUICK=1 ;;
    --update) UPDATE=1 ;;
    --)
      shift
      break
      ;;
    *) break ;;
  esac
  shift
done
CTEST_ARGUMENTS+=("$@")

LOGS=build/test-logs
mkdir -p "$LOGS"
TIMES=$LOGS/times
: >"$TIMES"

tell_times() { cat "$TIMES" >&2; }

# stage NAME COMMAND…: 1 when it fails.
stage() {
  local name=$1 started=$SECONDS
  shift
  progress "$name"
  if "$@"; then
    printf '%5d s  ok      %s\n' $((SECONDS - started)) "$name" >>"$TIMES"
  else
    printf '%5d s  FAILED  %s\n' $((SECONDS - started)) "$name" >>"$TIMES"
    return 1
  fi
}

# quiet_stage NAME COMMAND…: what it prints goes to a file, which is shown when it fails.
quiet_stage() {
  local log="$LOGS/${1//[^a-z0-9]/-}.log"
  stage "$@" >"$log" 2>&1 || {
    cat "$log" >&2
    return 1
  }
}

check_format() {
  local files
  mapfile -d '' -t files < <(find src tests -name node_modules -prune -o -type f '(' -name '*.cpp' -o -name '*.h' -o -name '*.hpp' ')' -print0)
  if ((${#files[@]} == 0)); then
    warn "there is no C++ file in src and tests"
    return 1
  fi
  clang-format --dry-run --Werror "${files[@]}" || {
    warn "to format: clang-format -i FILE"
    return 1
  }
}

check_scripts() { shellcheck -x scripts/*.sh .ci/run tests/fakes/* tests/packaging/boot packaging/debian/{postinst,prerm,postrm}; }

build() { cmake --preset "$1" && cmake --build --preset "$1"; }

# run_tests LABEL|all-but-unit
run_tests() {
  local command=(ctest --preset dev --output-on-failure --parallel 2)
  if [[ $1 == all-but-unit ]]; then command+=(-LE '^unit$'); else command+=(-L "^$1\$"); fi
  # A label without tests is a mistake; a -R of the caller may well match nothing under one of them.
  if ((${#CTEST_ARGUMENTS[@]} == 0)); then command+=(--no-tests=error); fi
  "${command[@]}" "${CTEST_ARGUMENTS[@]}"
}

# run_sanitized PRESET: the unit tests in one process, since to start a sanitized one for each takes longer than the tests.
run_sanitized() {
  local command=("build/$1/tests/unit_tests" --gtest_brief=1)
  if ((${#CTEST_ARGUMENTS[@]} > 0)); then
    command=(ctest --preset "$1" --output-on-failure -L '^unit$' "${CTEST_ARGUMENTS[@]}")
  fi
  # The thread sanitizer of GCC 12 aborts where the kernel randomizes more address bits than it knows of. A container
  # may forbid to turn that off; then it has to work as it is.
  if [[ $1 == tsan ]] && setarch "$(uname -m)" -R true 2>/dev/null; then
    command=(setarch "$(uname -m)" -R "${command[@]}")
  fi
  "${command[@]}"
}

update_expected() { UPDATE_EXPECTED=1 run_tests unit; }

"$HERE/install-deps.sh" test
# Read by CMake when it configures for the first time.
export CMAKE_C_COMPILER_LAUNCHER=ccache CMAKE_CXX_COMPILER_LAUNCHER=ccache
# What was compiled in another checkout serves this one, too.
export CCACHE_BASEDIR=$PWD CCACHE_NOHASHDIR=true

# The first stage that fails ends the run: what was started beside it, too.
BESIDE=
end_beside() { if [[ -n $BESIDE ]]; then kill -- "-$BESIDE" 2>/dev/null || true; fi; }
trap end_beside EXIT
must() {
  "$@" || {
    tell_times
    exit 1
  }
}

# What keeps the processors busy, as long as there is nothing better to do.
work_beside() {
  quiet_stage "asan: build" build asan &&
    quiet_stage "asan: unit tests" run_sanitized asan &&
    quiet_stage "tsan: build" build tsan &&
    quiet_stage "tsan: unit tests" run_sanitized tsan &&
    quiet_stage "clang-tidy" scripts/tidy.py &&
    quiet_stage "fuzz: 60 s each" scripts/fuzz.sh 60
}

must stage "format" check_format
must stage "scripts" check_scripts
must stage "dev: build" build dev
if [[ -n $UPDATE ]]; then must stage "dev: rewrite expected pages" update_expected; fi
must stage "dev: unit tests" run_tests unit
if [[ -z $QUICK ]]; then
  # The tests on a real cluster mostly wait.
  set -m
  (
    renice -n 19 "$BASHPID" >/dev/null
    work_beside
  ) &
  BESIDE=$!
  set +m
  must stage "dev: all other tests" run_tests all-but-unit
  progress "the rest of what was started beside"
  must wait "$BESIDE"
  BESIDE=
  must stage "instructions" scripts/instructions.py
  must stage "benchmarks" scripts/bench.sh --check
fi
tell_times
