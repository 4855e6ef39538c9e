#!/bin/busybox sh
# The guest's first process: mounts the host's files below a memory overlay and goes on there, in start.sh.
box=/bin/busybox
$box mount -t proc proc /proc
$box mount -t sysfs sys /sys
$box mount -t devtmpfs dev /dev
for module in /m/*; do $box insmod "$module" || echo "insmod $module failed"; done
options=trans=virtio,version=9p2000.L,msize=512000
$box mount -t 9p -o "ro,cache=loose,$options" host /l &&
  $box mount -t tmpfs -o size=75% overlay /u && $box mkdir /u/upper /u/work &&
  $box mount -t overlay -o lowerdir=/l,upperdir=/u/upper,workdir=/u/work root /n || echo 'no root'
for folder in proc sys dev; do $box mount --move /$folder /n/$folder; done
$box mount -t tmpfs run /n/run
$box mkdir -p /n/run/vm /n/dev/pts /n/dev/shm /n/lib/modules
$box mount -t 9p -o "rw,cache=none,$options" out /n/run/vm
$box mount -t 9p -o "ro,cache=loose,$options" modules /n/lib/modules
$box mount -t devpts -o ptmxmode=666 pts /n/dev/pts
$box mount -t tmpfs shm /n/dev/shm
$box mount -t debugfs debug /n/sys/kernel/debug
$box ip link set lo up
exec $box chroot /n /bin/sh /run/vm/start.sh
