#!/usr/bin/env bash
# Breaks and mends a real cluster for long, under load, and holds what three exporters say and take against the truth.
set -euo pipefail

HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
ROOT=$(dirname "$HERE")
# shellcheck source=scripts/lib.sh
. "$HERE/lib.sh"

usage() {
  cat <<'END'
usage: scripts/soak.sh [--minutes N] [--seed N] [--exporter PROGRAM] [--viewers N] [--no-reloads]
                       [--only EVENT,…] [--logs FOLDER]

Starts a real Gluster cluster with a load on its volumes and three exporters, kills and mends bricks and daemons at random,
and checks that the exporters tell the truth and don't grow. Removes everything at the end, on Ctrl-C too. Exit status 0 if
all of it held, 1 if not. docs/testing.md tells more.

  --minutes N          how long (30)
  --seed N             repeats the order of events; it is printed at the beginning and at the end
  --exporter PROGRAM   build/release/glusterfs_exporter unless named; those of the presets asan and tsan work, too
  --viewers N          of the stream, on all exporters together (50)
  --no-reloads         don't change the exporters' configuration
  --only EVENT,…       some of brick, several_bricks, bricks_of_a_node, glusterd, start_by_force, self_heal_daemon,
                       receiver_away, reload
  --logs FOLDER        copies the exporters' logs there

Environment: GLUSTER_CLUSTER and GLUSTER_CLUSTER_DIR as for scripts/cluster.sh.
END
}

case ${1:-} in
  -h | --help)
    usage
    exit 0
    ;;
esac
need_root scripts/soak.sh
"$HERE/install-deps.sh" demo
export GLUSTERFS_EXPORTER=${GLUSTERFS_EXPORTER:-$ROOT/build/release/glusterfs_exporter}
export PYTHONPATH=$ROOT/tests:$ROOT/tests/cluster PYTHONDONTWRITEBYTECODE=1
exec python3 "$ROOT/tests/soak/soak.py" "$@"
