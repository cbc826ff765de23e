#!/bin/sh
# The suite on a machine that is slow, busy and odd, with the same result: a fifth of a CPU's time beside two busy loops, a
# small MTU, Docker's firewall, a longer start of Node, another language and time zone, and a TMPDIR that is not ASCII. Needs root.
# Words are for vitest. All of it is in namespaces and a cgroup of its own, and goes at the end.
set -eu
self=$(realpath "$0")
cd "$(dirname "$self")/.."

if [ "${1-}" != slowed ]; then
  cpus=$(getconf _NPROCESSORS_ONLN)
  # The share of version 2 or 1, whichever has the controller.
  if grep -qw cpu /sys/fs/cgroup/cgroup.controllers 2>/dev/null; then
    group=/sys/fs/cgroup/netmeter-hard-$$
    echo +cpu >/sys/fs/cgroup/cgroup.subtree_control
    mkdir "$group"
    echo "$((cpus * 20000)) 100000" >"$group/cpu.max"
  else
    group=/sys/fs/cgroup/cpu/netmeter-hard-$$
    mkdir "$group"
    echo 100000 >"$group/cpu.cfs_period_us"
    echo $((cpus * 20000)) >"$group/cpu.cfs_quota_us"
  fi
  tmp=$(mktemp -d)
  # Other users have theirs in it, as in any folder for temporary files.
  chmod 711 "$tmp"
  loops=
  clean() {
    # shellcheck disable=SC2086
    [ -z "$loops" ] || kill $loops 2>/dev/null || true
    rm -rf "$tmp"
    while ! rmdir "$group" 2>/dev/null && [ -d "$group" ]; do sleep 0.1; done
  }
  trap clean EXIT
  trap 'exit 130' INT TERM
  for _ in 1 2; do
    sh -c 'while :; do :; done' &
    loops="$loops $!"
  done
  # Somebody else's processes.
  setpriv --reuid 64999 --regid 64999 --clear-groups sleep 100000 &
  loops="$loops $!"
  mkdir -m 1777 "$tmp/ödd,folder"
  # LC_ALL would have bash complain wherever that language is not installed; Node has it in any case.
  unset LC_ALL
  export TMPDIR="$tmp/ödd,folder" LANG=tr_TR.UTF-8 TZ=Pacific/Chatham
  export NETMETER_TEST_MTU=1400 NETMETER_TEST_FIREWALL=docker
  [ ! -e /etc/ssl/certs/ca-certificates.crt ] || export NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt
  status=0
  sh -c 'echo $$ >"$1/cgroup.procs"; shift; exec "$@"' sh "$group" sh "$self" slowed "$@" || status=$?
  exit $status
fi
shift
exec npx vitest run --config .config/vitest.config.ts "$@"
