/** A namespace of the job's own behind a pair of devices, and its way out by this machine: what rootful podman makes. */
export const MAKE = `
inner2= transport=
make() { # NUMBER
  # Time: it lives as long as the job, which ends it.
  unshare --net sleep 1000 & eval inner$1=$!
  until [ "$(readlink /proc/$!/ns/net)" != "$(readlink /proc/self/ns/net)" ]; do sleep 0.01; done
  ip link add vn$1 type veth peer name vp$1 netns $!
  ip addr add 192.168.7$1.1/24 dev vn$1; ip addr add fd77:$1::1/64 dev vn$1 nodad; ip link set vn$1 up
  nsenter -t $! -n sh -c "ip link set lo up; ip addr add 192.168.7$1.2/24 dev vp$1; ip addr add fd77:$1::2/64 dev vp$1 nodad
    ip link set vp$1 up; ip route add default via 192.168.7$1.1; ip route add ::/0 via fd77:$1::1"
}
in1() { nsenter -t $inner1 -n "$@"; }
in2() { nsenter -t $inner2 -n "$@"; }
sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
nft 'add table inet nest; add chain inet nest out { type nat hook postrouting priority 100; }
  add rule inet nest out oifname card0 masquerade'
trap 'nft delete table inet nest; kill $inner1 $inner2 $transport 2>/dev/null || true' EXIT
make 1`;

/** Sends as many datagrams as there were packets, once it may. */
export const SEND = (address: string, size: number) =>
  `python3 -c 'import socket; socket.socket(socket.AF_INET6 if ":" in "${address}" else socket.AF_INET, socket.SOCK_DGRAM).sendto(bytes(${size}), ("${address}", 7000))'`;
