/**
 * Shell of a guardian: ends whatever lives in the control group `$CGROUP` and below it, and removes it, if there is one.
 * Where the kernel has no `cgroup.kill` (before 5.14) it is frozen first, so that nobody forks faster than is killed.
 * Groups that only netmeter saw, through a descriptor of its own, are mounted again where nobody else sees them.
 */
export const END_GROUP = `end_group() {
  [ -n "$CGROUP" ] || return 0
  end='remove_groups() {
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
    tries=0
    while [ -d "$CGROUP" ] && [ $tries -lt 100 ]; do
      [ $tries = 0 ] || sleep 0.02
      tries=$((tries + 1))
      kill_groups "$CGROUP"
      remove_groups "$CGROUP"
    done'
  case $CGROUP in
    /proc/*/fd/*)
      export CGROUP="/sys/\${CGROUP#/proc/*/fd/*/}"
      unshare --mount --propagation private sh -c "mount -t cgroup2 cgroup2 /sys && { $end; }"
      ;;
    *) eval "$end" ;;
  esac
} 2>/dev/null
`;
