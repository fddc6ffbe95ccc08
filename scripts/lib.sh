# shellcheck shell=bash
# What the scripts beside this file share. To be sourced; sourcing it changes nothing on the machine.

# A script that calls another one exports PROGRESS_START, so that both count from the same moment.
PROGRESS_START=${PROGRESS_START:-$EPOCHSECONDS}

# Always the number of an open descriptor, so that "{LOCK_FD}>&-" is valid with and without a lock.
exec {LOCK_FD}</dev/null

say() { printf '%s\n' "$*"; }

warn() { printf '%s: %s\n' "${0##*/}" "$*" >&2; }

die() {
  warn "$*"
  exit 1
}

die_usage() {
  warn "$*"
  exit 2
}

# To stderr: stdout belongs to what a script answers.
progress() { printf '[%4d s] %s\n' "$((EPOCHSECONDS - PROGRESS_START))" "$*" >&2; }

need_root() {
  ((EUID == 0)) || die_usage "$1 needs root, and this is user $(id -un): run it with sudo"
}

# wait_for SECONDS COMMAND…: polls until COMMAND succeeds. Fails when the time is over.
wait_for() {
  # SECONDS counts whole seconds from any fraction of one, so one more makes the limit a minimum.
  local end=$((SECONDS + $1 + 1))
  shift
  until "$@"; do
    ((SECONDS < end)) || return 1
    sleep 0.1
  done
}

# ---- locks ----------------------------------------------------------------------------------------------------

# take_lock FILE SECONDS: the lock is LOCK_FD. Whatever outlives the script has to be started with "{LOCK_FD}>&-",
# since a lock lasts as long as any process holds a copy of its descriptor.
take_lock() {
  while true; do
    exec {LOCK_FD}>>"$1"
    flock -w "$2" "$LOCK_FD" || return 1
    # release_lock removes the file: one that was waited for may be gone by now, and locks nothing then.
    [[ $1 -ef /proc/self/fd/$LOCK_FD ]] && break
    exec {LOCK_FD}>&-
  done
}

release_lock() {
  rm -f -- "$1"
  exec {LOCK_FD}>&-
  exec {LOCK_FD}</dev/null
}

# ---- processes ------------------------------------------------------------------------------------------------

# process_start PID: when it started, in clock ticks since boot. With the pid it names a process for good, which a pid
# alone does not. A zombie counts as ended: where no init reaps them, they stay for ever.
process_start() {
  local line='' fields
  # Not $(<file): where that file is missing, bash 5.2 ends the whole script.
  { IFS= read -rd '' line <"/proc/$1/stat"; } 2>/dev/null || [[ -n $line ]] || return 1
  # The name in parentheses may hold spaces, so count from its end.
  read -ra fields <<<"${line##*) }"
  [[ ${fields[0]} != [ZX] ]] && printf '%s\n' "${fields[19]}"
}

process_runs() { process_start "$1" >/dev/null; }

# process_is PID START: PID still is the process that started at START.
process_is() { [[ $(process_start "$1") == "$2" ]]; }

process_ended() { ! process_is "$1" "$2"; }

# end_process PID START [SECONDS]: asks that process to end, and kills it after SECONDS. Fails if it survives.
end_process() {
  process_is "$1" "$2" || return 0
  kill -TERM "$1" 2>/dev/null || true
  wait_for "${3:-5}" process_ended "$1" "$2" && return 0
  kill -KILL "$1" 2>/dev/null || true
  wait_for 5 process_ended "$1" "$2"
}

process_command() { { tr '\0' ' ' <"/proc/$1/cmdline"; } 2>/dev/null || true; }

# ---- who listens ----------------------------------------------------------------------------------------------
# Read from /proc, because ss is not on every machine.

# tcp_listener ADDRESS PORT: prints the inode of the socket that keeps others from listening there, its own address or
# the wildcard one. Fails if there is none.
tcp_listener() {
  local a b c d any=00000000 inode
  IFS=. read -r a b c d <<<"$1"
  inode=$(awk -v port="$(printf '%04X' "$2")" -v own="$(printf '%02X%02X%02X%02X' "$d" "$c" "$b" "$a")" \
    -v any="$any" -v any6="$any$any$any$any" '
      $4 != "0A" { next } # listening
      { split($2, at, ":") }
      at[2] == port && (at[1] == own || at[1] == any || at[1] == any6) { print $10; exit }
    ' /proc/net/tcp /proc/net/tcp6 2>/dev/null) || true
  [[ -n $inode ]] && printf '%s\n' "$inode"
}

# unix_listener PATH: the same for a unix socket. A socket file alone proves nothing: it stays when its owner dies.
unix_listener() {
  local other=$1 inode
  [[ $other == /var/run/* ]] && other=${other#/var}
  inode=$(awk -v a="$1" -v b="$other" '$4 == "00010000" && ($8 == a || $8 == b) { print $7; exit }' /proc/net/unix)
  [[ -n $inode ]] && printf '%s\n' "$inode"
}

# socket_owner INODE: prints the pid that holds the socket, nothing if it can't be seen.
socket_owner() {
  local found
  found=$(find /proc/[0-9]*/fd -lname "socket:\[$1\]" -print -quit 2>/dev/null) || true
  found=${found#/proc/}
  printf '%s\n' "${found%%/*}"
}

# describe_owner INODE: the same for people.
describe_owner() {
  local pid
  pid=$(socket_owner "$1")
  if [[ -n $pid ]]; then
    say "process $pid ($(process_command "$pid" | cut -c 1-200))"
  else
    say "a process that can't be seen from here"
  fi
}

# ---- packages -------------------------------------------------------------------------------------------------

# missing_packages NAME…: prints those that are not installed, one a line.
missing_packages() {
  local -A installed=()
  local name state
  while read -r name state; do
    [[ $state == installed ]] && installed[$name]=1
  done < <(dpkg-query -W -f '${Package} ${db:Status-Status}\n' "$@" 2>/dev/null)
  for name; do
    [[ -n ${installed[$name]:-} ]] || say "$name"
  done
}

POLICY_FILE=/usr/sbin/policy-rc.d
POLICY_MARK='written by glusterfs_exporter scripts/lib.sh'

# Debian starts the services of what it installs: a Prometheus on port 9090, say. This is Debian's way to forbid that.
# An administrator's own policy stays untouched; one that a killed run left behind is ours to take over.
forbid_service_starts() {
  if [[ -e $POLICY_FILE ]] && ! grep -qF "$POLICY_MARK" "$POLICY_FILE"; then
    return 0
  fi
  trap 'rm -f "$POLICY_FILE"' EXIT
  trap 'exit 129' HUP
  trap 'exit 130' INT
  trap 'exit 143' TERM
  printf '#!/bin/sh\n# %s: no service starts while packages are installed.\nexit 101\n' "$POLICY_MARK" >"$POLICY_FILE"
  chmod 755 "$POLICY_FILE"
}

# install_packages NAME…: installs those Debian packages that are missing, starting none of their services.
install_packages() {
  local missing
  if ! command -v apt-get >/dev/null || ! command -v dpkg-query >/dev/null; then
    die "this is not Debian (no apt-get): install what these packages hold by hand: $*"
  fi
  mapfile -t missing < <(missing_packages "$@")
  ((${#missing[@]} > 0)) || return 0
  ((EUID == 0)) || die_usage "packages are missing, and installing them needs root: apt-get install ${missing[*]}"
  progress "installing ${#missing[@]} Debian packages: ${missing[*]}"
  (
    export DEBIAN_FRONTEND=noninteractive
    forbid_service_starts || exit 1
    apt=(apt-get -qq -o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=300)
    "${apt[@]}" update >&2 || warn "apt-get update failed; trying with the package lists that are there"
    "${apt[@]}" install -y --no-install-recommends "${missing[@]}" >&2 {LOCK_FD}>&-
  ) || die "apt-get could not install: ${missing[*]} (its own message stands above)"
  if [[ -d /run/systemd/system ]]; then
    progress "their services were not started; Debian enables some (prometheus, say) for the next boot, which" \
      "'systemctl disable NAME' undoes"
  fi
}
