/**
 * Shell of a guardian: takes away the kernel's trace instance `$trace`, if there is one. Nobody waits for it, because the
 * kernel takes its time: 60 ms when all is switched off before, else twice that, under a lock that other runs' starts
 * need. It tries again, because netmeter's files may still be closing.
 */
export const END_TRACE = `end_trace() {
  exec 3<&-
  remove='[ -d "$1" ] || exit 0
    echo 0 >"$1/options/event-fork"; echo 0 >"$1/events/enable"; : >"$1/set_event_pid"
    tries=0
    while [ -d "$1" ] && ! rmdir "$1" && [ $tries -lt 40 ]; do sleep 0.05; tries=$((tries + 1)); done'
  for folder in /sys/kernel/tracing /sys/kernel/debug/tracing; do
    [ -d "$folder/instances" ] || continue
    set -- "$folder/instances/$trace"
    eval "$remove"
    return
  done
  # It was mounted where only netmeter saw it.
  unshare --mount --propagation private sh -c "mount -t tracefs tracefs /sys && { $remove; }" sh "/sys/instances/$trace"
} 2>/dev/null
`;
