#!/bin/sh
# Runs a command under another kernel: run.sh ROOT COMMAND... in this folder's work tree, as root, in an emulated machine
# whose root folder is this machine's, with changes that go with it. ROOT is where a kernel's packages were unpacked, with
# vmlinuz and modules (dpkg-deb -x linux-image-….deb ROOT). It needs qemu-system-x86, busybox-static, kmod, xz-utils and cpio.
#   test/kernels/run.sh /tmp/linux-6.1 node bin/netmeter.js doctor --measure
set -eu

root=$(realpath "$1")
shift
tree=$(realpath "$(dirname "$0")/../..")
work=$(mktemp -d)
emulator=
trap '[ -z "$emulator" ] || kill "$emulator" 2>/dev/null || true; rm -rf "$work"' EXIT
trap 'exit 143' INT TERM

# modprobe and depmod look below lib alone.
base=$root
[ -d "$base/lib/modules" ] || base=$root/usr
modules=$(realpath "$base/lib/modules")
version=$(ls "$modules")
mkdir -p "$work/image/bin" "$work/image/modules" "$work/share"
# Takes a minute, and stays beside the modules for the next time; this file is the last that it writes.
[ -e "$modules/$version/modules.devname" ] || depmod -b "$base" "$version"
kernel=$(find "$root/boot" "$modules" -name 'vmlinuz*' 2>/dev/null | head -n 1)

# What this machine's files need to be seen, in the order in which it needs it; what is built in has no file.
for module in virtio_pci 9pnet_virtio 9p overlay; do
  modprobe -d "$base" -S "$version" --show-depends "$module" 2>/dev/null || true
done | while read -r what file _; do
  name=$(basename "$file" .xz)
  if [ "$what" != insmod ] || [ -e "$work/image/modules/$name" ]; then continue; fi
  case $file in *.xz) xz -dc "$file" ;; *) cat "$file" ;; esac >"$work/image/modules/$name"
  echo "$name" >>"$work/image/modules/order"
done

cp "$(command -v busybox)" "$work/image/bin/busybox"
cat >"$work/image/init" <<'INIT'
#!/bin/busybox sh
set -e
for name in cat insmod mkdir mount switch_root umount; do alias $name="/bin/busybox $name"; done
mkdir -p /dev /proc /low /up /new
mount -t devtmpfs dev /dev
mount -t proc proc /proc
for module in $(cat /modules/order); do insmod "/modules/$module"; done
files=trans=virtio,version=9p2000.L,msize=512000
mount -t 9p -o "ro,cache=loose,$files" root /low
mount -t tmpfs up /up
mkdir /up/upper /up/work
mount -t overlay -o lowerdir=/low,upperdir=/up/upper,workdir=/up/work root /new
mkdir -p /new/lib/modules /new/share
mount -t 9p -o "ro,cache=loose,$files" modules /new/lib/modules
mount -t 9p -o "$files" share /new/share
umount /proc
mount --move /dev /new/dev
exec /bin/busybox switch_root /new /bin/sh /share/start
INIT
chmod +x "$work/image/init"
(cd "$work/image" && find . | cpio -o -H newc 2>/dev/null) >"$work/initramfs"

cat >"$work/share/start" <<'START'
mount -t proc proc /proc
mount -t sysfs sys /sys
mkdir -p /dev/pts /dev/shm
mount -t devpts pts /dev/pts
for folder in /dev/shm /tmp /run; do mount -t tmpfs -o mode=1777 tmp "$folder"; done
mount -t cgroup2 none /sys/fs/cgroup
mkdir -p /sys/fs/cgroup/session/own
echo $$ >/sys/fs/cgroup/session/own/cgroup.procs
ln -s /proc/self/fd /dev/fd
ip link set lo up
# The console has the kernel's words too, and would be mixed up for whoever reads it from here.
dmesg -n 1
stty -F /dev/ttyS0 -onlcr
. /share/command </dev/null >/dev/ttyS0 2>&1 &
wait $! && echo 0 >/share/status || echo $? >/share/status
echo o >/proc/sysrq-trigger
exec sleep infinity
START
{
  printf 'export PATH=%s HOME=/root\ncd %s\nexec' "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin" "$tree"
  for word in "$@"; do printf " '%s'" "$(printf %s "$word" | sed "s/'/'\\\\''/g")"; done
} >"$work/share/command"

share() { printf -- '-virtfs local,path=%s,mount_tag=%s,security_model=none%s ' "$1" "$2" "$3"; }
# shellcheck disable=SC2046
qemu-system-x86_64 -accel tcg,thread=multi -cpu max -m 3072 -smp 2 -nodefaults -nic none -display none -no-reboot -serial stdio -device virtio-rng-pci \
  -kernel "$kernel" -initrd "$work/initramfs" -append 'console=ttyS0 quiet panic=-1 rdinit=/init mitigations=off' \
  $(share / root ,readonly=on,multidevs=remap) $(share "$modules" modules ,readonly=on) $(share "$work/share" share '') \
  </dev/null &
emulator=$!
wait "$emulator" || true
# From here on nobody of that number is ours to end.
emulator=
if [ ! -s "$work/share/status" ]; then
  echo 'the emulated machine ended before the command' >&2
  exit 1
fi
exit "$(cat "$work/share/status")"
