#!/bin/sh
# Starts node ($NETMETER_TEST_NODE, with the words given) on a machine of its own: a network with an uplink that leads
# nowhere, mounts, named namespaces and temporary files that nobody else sees. It takes no process with it: its cgroup,
# where there is one, tells who belongs to it, and netmeter's traces of the kernel know no other pids than the host's.
set -eu

if [ "${1-}" != inside ]; then
  exec unshare --net --mount -- "$0" inside "$@"
fi
shift

# A view of this network's devices, with what is mounted below the old one.
sysfs=$(mktemp -d)
mount -t sysfs sysfs "$sysfs"
awk '$5 ~ "^/sys/" { print $5 }' /proc/self/mountinfo | while read -r point; do
  mount --bind "$point" "$sysfs${point#/sys}"
done
mount --move "$sysfs" /sys
rmdir "$sysfs"
# The outermost folder on the way to these files that other users may not pass, as /root often is.
closed='' way=$(dirname "$(realpath "$0")")
while [ "$way" != / ]; do
  case $(stat -c %A "$way") in *[xt]) ;; *) closed=$way ;; esac
  way=$(dirname "$way")
done
# Users and settings that tests make, and the way to netmeter for those users: nobody else has them.
own=$(mktemp -d)
mount -t tmpfs -o mode=755 tmpfs "$own"
for folder in /etc /home $closed; do
  mkdir -p "$own$folder/upper" "$own$folder/work"
  below=$(awk -v under="^$folder/" '$5 ~ under { print $5 }' /proc/self/mountinfo)
  mkdir "$own$folder/held"
  for point in $below; do
    held=$own$folder/held/$(echo "$point" | tr / _)
    if [ -d "$point" ]; then mkdir "$held"; else touch "$held"; fi
    mount --bind "$point" "$held"
  done
  mount -t overlay -o "lowerdir=$folder,upperdir=$own$folder/upper,workdir=$own$folder/work" overlay "$folder" 2>/dev/null || continue
  for point in $below; do mount --bind "$own$folder/held/$(echo "$point" | tr / _)" "$point"; done
done
way=$(dirname "$(realpath "$0")")
while [ -n "$closed" ] && [ "$way" != "$(dirname "$closed")" ]; do
  chmod o+x "$way"
  way=$(dirname "$way")
done
# The device that tests open to every user; its mode is everybody's.
if [ -c /dev/net/tun ]; then
  mknod -m "$(stat -c %a /dev/net/tun)" "$own/tun" c 10 200
  mount --bind "$own/tun" /dev/net/tun
fi
umount --lazy "$own"
rmdir "$own"
mkdir -p /run/netns
mount -t tmpfs -o mode=755 tmpfs /run/netns
# Notes of runs: those of this machine alone. What is known of the kernel is the same on each.
(umask 077 && mkdir -p /run/netmeter/kernel)
mount --bind /run/netmeter/kernel /mnt
mount -t tmpfs -o mode=700 tmpfs /run/netmeter
mkdir -m 700 /run/netmeter/kernel
mount --move /mnt /run/netmeter/kernel

# What is sent to the outside goes nowhere, and without a question that nobody would answer.
mount -t tmpfs tmpfs /mnt
touch /mnt/outside
unshare --net=/mnt/outside true
ip -batch - <<BATCH
link set lo up
link add eth0 mtu ${NETMETER_TEST_MTU:-1500} type veth peer name outside
link set outside addrgenmode none multicast off
link set outside netns /mnt/outside
link set eth0 addrgenmode none multicast off
addr add 192.0.2.2/24 dev eth0
addr add fd00::2/64 dev eth0 nodad
addr add fe80::2/64 dev eth0 nodad
link set eth0 up
neigh add 192.0.2.1 lladdr 02:00:00:00:00:01 dev eth0 nud permanent
neigh add fd00::1 lladdr 02:00:00:00:00:01 dev eth0 nud permanent
route add default via 192.0.2.1
route add default via fd00::1
BATCH

nsenter --net=/mnt/outside ip link set outside up

# What Docker does to a machine: nothing is forwarded but what it knows.
if [ "${NETMETER_TEST_FIREWALL-}" = docker ]; then
  nft -f - <<RULES
table ip filter {
  chain DOCKER-USER { }
  chain FORWARD { type filter hook forward priority 0; policy drop; jump DOCKER-USER; }
}
RULES
fi

exec "$NETMETER_TEST_NODE" "$@"
