/**
 * Shell of a guardian: ends whatever lives in the control group `$CGROUP` and below it, and removes it, if there is one.
 * Where the kernel has no `cgroup.kill` (before 5.14) it is frozen first, so that nobody forks faster than is killed.
 */
export const END_GROUP = `remove_groups() {
  for below in "$1"/*/; do
    [ ! -d "$below" ] || remove_groups "\${below%/}"
  done
  rmdir "$1"
}

kill_groups() {
  { echo 1 >"$1/cgroup.kill"; } && return
  echo 1 >"$1/cgroup.freeze"
  for below in "$1"/*/; do
    [ ! -d "$below" ] || kill_groups "\${below%/}"
  done
  while read -r process; do kill -9 "$process"; done <"$1/cgroup.procs"
}

end_group() {
  tries=0
  while [ -n "$CGROUP" ] && [ -d "$CGROUP" ] && [ $tries -lt 100 ]; do
    [ $tries = 0 ] || sleep 0.02
    tries=$((tries + 1))
    kill_groups "$CGROUP"
    remove_groups "$CGROUP"
  done
} 2>/dev/null
`;
