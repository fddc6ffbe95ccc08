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
(unit tests), runs clang-tidy and the fuzz targets for a minute each, and holds the benchmarks' ratios. The tests labelled
cluster start a real Gluster cluster and need root.

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

TIMES=()

tell_times() { printf '%s\n' "${TIMES[@]}" >&2; }

# stage NAME COMMAND…: the first one that fails ends the run.
stage() {
  local name=$1 started=$SECONDS
  shift
  progress "$name"
  if "$@"; then
    TIMES+=("$(printf '%5d s  ok      %s' $((SECONDS - started)) "$name")")
  else
    TIMES+=("$(printf '%5d s  FAILED  %s' $((SECONDS - started)) "$name")")
    tell_times
    exit 1
  fi
}

check_format() {
  local files
  mapfile -d '' -t files < <(find src tests -type f '(' -name '*.cpp' -o -name '*.h' -o -name '*.hpp' ')' -print0)
  if ((${#files[@]} == 0)); then
    warn "there is no C++ file in src and tests"
    return 1
  fi
  clang-format --dry-run --Werror "${files[@]}" || {
    warn "to format: clang-format -i FILE"
    return 1
  }
}

check_scripts() { shellcheck -x scripts/*.sh .ci/run tests/fakes/*; }

# Each file by itself with the flags it is compiled with; .clang-tidy says which checks.
check_tidy() { run-clang-tidy-16 -quiet -p build/dev "$PWD/src/.*" 2>&1 | grep -vE '^(clang-tidy-16|[0-9]+ warnings)' ; return "${PIPESTATUS[0]}"; }

build() { cmake --preset "$1" && cmake --build --preset "$1"; }

# run_tests PRESET [LABEL]
run_tests() {
  local command=(ctest --preset "$1" --output-on-failure)
  if (($# > 1)); then command+=(-L "^$2\$"); fi
  # A label without tests is a mistake; a -R of the caller may well match nothing in one of the presets.
  if ((${#CTEST_ARGUMENTS[@]} == 0)); then command+=(--no-tests=error); fi
  # The thread sanitizer of GCC 12 aborts where the kernel randomizes more address bits than it knows of. A container
  # may forbid to turn that off; then it has to work as it is.
  if [[ $1 == tsan ]] && setarch "$(uname -m)" -R true 2>/dev/null; then
    command=(setarch "$(uname -m)" -R "${command[@]}")
  fi
  "${command[@]}" "${CTEST_ARGUMENTS[@]}"
}

update_expected() { UPDATE_EXPECTED=1 run_tests dev unit; }

"$HERE/install-deps.sh" test
# Read by CMake when it configures for the first time.
export CMAKE_C_COMPILER_LAUNCHER=ccache CMAKE_CXX_COMPILER_LAUNCHER=ccache

stage "format" check_format
stage "scripts" check_scripts
stage "dev: build" build dev
if [[ -n $UPDATE ]]; then stage "dev: rewrite expected pages" update_expected; fi
if [[ -n $QUICK ]]; then
  stage "dev: unit tests" run_tests dev unit
else
  stage "dev: all tests" run_tests dev
  stage "asan: build" build asan
  stage "asan: unit tests" run_tests asan unit
  stage "tsan: build" build tsan
  stage "tsan: unit tests" run_tests tsan unit
  stage "clang-tidy" check_tidy
  stage "fuzz: 60 s each" scripts/fuzz.sh 60
  stage "benchmarks" scripts/bench.sh --check
fi
tell_times
