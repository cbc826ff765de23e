#!/bin/sh
# For a holder with mounts of its own: covers the files RESOLV_TARGET and HOSTS_TARGET by ones on a file system that only
# this mount namespace knows.
cover() {
  [ -z "$2" ] || { printf '%s' "$3" >"/tmp/$1" && chmod 644 "/tmp/$1" && "$MOUNT" --bind "/tmp/$1" "$2"; }
}
if [ -n "$RESOLV_TARGET$HOSTS_TARGET" ]; then
  "$MOUNT" -t tmpfs -o size=1m,mode=755 netmeter /tmp &&
    cover resolv.conf "$RESOLV_TARGET" "$RESOLV_TEXT" && cover hosts "$HOSTS_TARGET" "$HOSTS_TEXT" &&
    "$UMOUNT" /tmp || exit
fi
