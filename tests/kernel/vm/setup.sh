#!/bin/sh
# Once a machine: what run.sh needs to start a virtual machine with a real kernel and GPIO chips in it.
#   sh tests/kernel/vm/setup.sh          installs and builds what is missing (root, about a minute, 500 MB)
#   sh tests/kernel/vm/setup.sh check    names what is missing; exit code 1 when something is
# The kernel is Debian 12's. Debian builds none of gpio-sim, gpio-mockup and gpio-pca953x, so they are built here, from
# the source of the same kernel.
set -eu
home=${RIG_VM_HOME:-${XDG_CACHE_HOME:-$HOME/.cache}/rig-vm}

# command:package
tools='qemu-system-x86_64:qemu-system-x86 busybox:busybox-static cpio:cpio modprobe:kmod gpioset:gpiod
  i2cset:i2c-tools uhubctl:uhubctl mkfs.vfat:dosfstools setpriv:util-linux'
missing=
PATH=$PATH:/usr/sbin:/sbin
for tool in $tools; do
  command -v "${tool%%:*}" >/dev/null || missing="$missing ${tool##*:}"
done
if [ "${1:-}" = check ]; then
  [ -e "$home/ready" ] || missing="$missing kernel"
  [ -z "$missing" ] || { echo "missing:$missing"; exit 1; }
  exit 0
fi

export DEBIAN_FRONTEND=noninteractive
install_packages() { apt-get install -y -qq --no-install-recommends "$@" >/dev/null; }
if [ -n "$missing" ]; then
  apt-get update -qq
  install_packages $missing
fi
[ -e "$home/ready" ] && exit 0

apt-get update -qq
version=$(apt-cache depends linux-image-amd64 | sed -n 's/.*Depends: linux-image-\(6\.1[^ ]*\)/\1/p' | head -1)
[ -n "$version" ] || { echo 'setup.sh: this needs the packages of Debian 12 (kernel 6.1)' >&2; exit 1; }
install_packages gcc-12 make xz-utils python3 "linux-headers-$version"
rm -rf "$home"
mkdir -p "$home/x/boot" "$home/kmod"
cd "$home"
# apt downloads as a user of its own, who may not be allowed into this folder, and says so at length.
apt-get download -qq "linux-image-$version" linux-source-6.1 2>/dev/null
dpkg-deb --fsys-tarfile "linux-image-$version"_*.deb | tar x -C x ./lib "./boot/vmlinuz-$version"
# An uncompressed kernel starts seconds earlier under emulation.
python3 - "x/boot/vmlinuz-$version" "x/boot/vmlinux-$version" <<'PYTHON'
import lzma, sys
image = open(sys.argv[1], 'rb').read()
kernel = lzma.LZMADecompressor(format=lzma.FORMAT_XZ).decompress(image[image.find(b'\xfd7zXZ\0'):])
open(sys.argv[2], 'wb').write(kernel)
PYTHON

dpkg-deb --fsys-tarfile linux-source-6.1_*.deb | tar xO ./usr/src/linux-source-6.1.tar.xz |
  tar xJ --strip-components=1 -C kmod linux-source-6.1/drivers/gpio linux-source-6.1/kernel/irq/irq_sim.c
cd kmod
for file in gpio-sim.c gpio-mockup.c gpio-pca953x.c gpiolib.h; do cp "drivers/gpio/$file" .; done
# irq_sim calls a function that the kernel keeps from modules; the exported one does the same.
{
  sed 's/handle_simple_irq(irq_to_desc(irqnum));/generic_handle_irq(irqnum);/' kernel/irq/irq_sim.c
  printf '#include <linux/module.h>\nMODULE_LICENSE("GPL");\n'
} >irq-sim.c
echo 'obj-m := irq-sim.o gpio-sim.o gpio-mockup.o gpio-pca953x.o' >Makefile
make -s -C "/usr/src/linux-headers-$version" M="$PWD" modules
install -D -t "../x/lib/modules/$version/extra" ./*.ko
depmod -b "$home/x" "$version"
rm -f "$home"/*.deb
touch "$home/ready"
