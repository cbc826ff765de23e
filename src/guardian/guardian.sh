#!/bin/sh
# Outlives a netmeter that is killed, and has netmeter's own file end the run's processes then and give back what the run
# has changed. Its input ends with netmeter; a line before that says that nothing is left to be done.
#
# For netmeter's file it holds 3, the command's network namespace, 4, what the run has changed, and 5, the socket that owns the
# run's tables of nftables, where there are such. Once nobody holds 6 and 7 any more the kernel ends the command. Its words are a
# program that lives as long as netmeter (pasta, slirp4netns), with its output on 1; it may hear on 8 that netmeter is no more.
set -u
trap '' HUP INT QUIT TERM PIPE USR1 USR2 ALRM TSTP

beside=''
if [ $# -gt 0 ]; then
  exec 8<&0
  {
    trap - HUP INT QUIT TERM PIPE USR1 USR2 ALRM TSTP
    exec "$@" </dev/null 2>&1 3<&- 4<&- 5<&- 6<&- 7<&-
  } &
  beside=$!
  exec 8<&-
fi
exec >/dev/null 2>&1

over=''
read -r over
[ -z "$beside" ] || kill -9 "$beside"
[ -z "$over" ] || exit 0
# At once, where the kernel can (Linux 5.14): Node takes its time to start.
[ -z "$CGROUP" ] || echo 1 >"$CGROUP/cgroup.kill"
exec "$NODE" "$ENTRY" "$GIVE_BACK" "$RUN" "$CGROUP" "$NAMESPACE" "$CHANGES" "$TABLES"
