#!/usr/bin/env bash
# A light load for the demo and for tests: writes, reads, renames and deletes a few files until it is ended.
set -euo pipefail

HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=scripts/lib.sh
. "$HERE/lib.sh"

NAME=workload
# File i always has size i, so that a directory never holds more than their sum (and one copy of the largest).
SIZES=(300 4000 20000 70000 300000)
PAUSE=0.5

usage() {
  cat <<'END'
usage: scripts/workload.sh DIRECTORY…

Works on less than 1 MB of files in DIRECTORY/workload of each DIRECTORY, some operations a second, until it is ended;
then removes them. Errors don't stop it: that a volume fails for a while is what one wants to watch.
END
}

# one_round DIRECTORY NUMBER
one_round() {
  local i=$(($2 % ${#SIZES[@]}))
  local file=$1/$NAME/file-$i
  mkdir -p "$1/$NAME/directory-$i"
  # Renamed into place as careful programs do; each fifth write also asks for the disk.
  if (($2 % 5 == 0)); then
    dd if=/dev/urandom of="$file.new" bs="${SIZES[i]}" count=1 iflag=fullblock conv=fsync
  else
    dd if=/dev/urandom of="$file.new" bs="${SIZES[i]}" count=1 iflag=fullblock
  fi
  mv "$file.new" "$file"
  cat "$1/$NAME"/file-*
  ls -l "$1/$NAME"
  if (($2 % 3 == 0)); then rm "$file"; fi
  rmdir "$1/$NAME/directory-$i"
}

work_on() {
  local number
  for ((number = 0; ; number++)); do
    # Never in a directory whose volume was unmounted: that would fill the disk below.
    if [[ -d $1/$NAME ]]; then one_round "$1" "$number" >/dev/null 2>&1 || true; fi
    sleep "$PAUSE"
  done
}

case ${1:-} in
  -h | --help)
    usage
    exit 0
    ;;
esac
(($# > 0)) || die_usage "at least one directory is expected (--help tells more)"
for directory; do [[ -d $directory ]] || die_usage "'$directory' is not a directory"; done

LOOPS=()
finish() {
  trap '' HUP INT TERM
  local directory
  kill "${LOOPS[@]}" 2>/dev/null || true
  # Only so long as it takes on a volume that works.
  for directory; do timeout -k 1 10 rm -rf -- "${directory:?}/$NAME" || true; done
}
trap 'finish "$@"' EXIT
trap 'exit 0' HUP INT TERM

for directory; do
  mkdir -p "$directory/$NAME"
  # One loop each, so that a volume that hangs doesn't stop the others.
  work_on "$directory" &
  LOOPS+=($!)
done
wait
