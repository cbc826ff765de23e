/**
 * Shell of a guardian: takes away the kernel's trace instance `$trace`, if there is one. Nobody waits for it, because the
 * kernel takes 100 ms for it; and it tries again, because netmeter's files may still be closing.
 */
export const END_TRACE = `end_trace() {
  exec 3<&-
  remove='tries=0; while [ -d "$1" ] && ! rmdir "$1" && [ $tries -lt 40 ]; do sleep 0.05; tries=$((tries + 1)); done'
  for folder in /sys/kernel/tracing /sys/kernel/debug/tracing; do
    [ -d "$folder/instances" ] || continue
    set -- "$folder/instances/$trace"
    eval "$remove"
    return
  done
  # It was mounted where only netmeter saw it.
  unshare --mount --propagation private sh -c "mount -t tracefs tracefs /sys && $remove" sh "/sys/instances/$trace"
}
`;
