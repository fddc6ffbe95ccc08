#!/usr/bin/env bash
# Makes the Debian package.
set -euo pipefail

HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=scripts/lib.sh
. "$HERE/lib.sh"
cd "$HERE/.."

usage() {
  cat <<'END'
usage: scripts/package.sh [--revision NUMBER] [--maintainer 'NAME <ADDRESS>'] [--output FOLDER]

Builds the program as it is shipped, and the Debian package from it; prints the package's path. It needs what
scripts/install-deps.sh package installs.

  --revision NUMBER   the package's own version, behind that of the program (default: 1)
  --maintainer WHO    who answers for the package
  --output FOLDER     where to put it (default: build/package)
END
}

REVISION=1
OUTPUT=build/package
CONFIGURE=()
while (($# > 0)); do
  case $1 in
    -h | --help)
      usage
      exit 0
      ;;
    --revision | --maintainer | --output)
      (($# > 1)) || die_usage "$1 needs a value (--help tells more)"
      case $1 in
        --revision)
          [[ $2 =~ ^[0-9][0-9a-z.+~]*$ ]] || die_usage "--revision: a number such as 1 or 2~test1 is expected, not '$2'"
          REVISION=$2
          ;;
        --maintainer) CONFIGURE+=("-DGLUSTERFS_EXPORTER_MAINTAINER=$2") ;;
        --output) OUTPUT=$2 ;;
      esac
      shift 2
      ;;
    *) die_usage "unknown argument '$1' (--help tells more)" ;;
  esac
done

mkdir -p "$OUTPUT"
OUTPUT=$(cd "$OUTPUT" && pwd)
# Read by CMake when it configures for the first time.
export CMAKE_C_COMPILER_LAUNCHER=ccache CMAKE_CXX_COMPILER_LAUNCHER=ccache
# The times of the files in the package: those of the sources.
SOURCE_DATE_EPOCH=$(git log -1 --format=%ct 2>/dev/null || echo 0)
export SOURCE_DATE_EPOCH
{
  cmake --preset package -DGLUSTERFS_EXPORTER_PACKAGE_REVISION="$REVISION" "${CONFIGURE[@]}"
  cmake --build --preset package -j "${JOBS:-$(nproc)}"
  (cd build/package && cpack -B "$OUTPUT")
} >&2
# What stands before it in the same folder may be of other versions.
find "$OUTPUT" -maxdepth 1 -name "glusterfs-exporter_*-${REVISION}_*.deb" -printf '%T@ %p\n' | sort -n | tail -n 1 |
  cut -d ' ' -f 2-
