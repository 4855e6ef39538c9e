#!/bin/sh
# Once a machine: what run.sh needs to start a virtual machine with a real kernel and GPIO chips in it.
#   sh tests/kernel/vm/setup.sh          installs and builds what is missing (root, about a minute, 500 MB)
#   sh tests/kernel/vm/setup.sh check    names what is missing; exit code 1 when something is
# The kernel is Debian 12's. Debian builds none of gpio-sim, gpio-mockup, gpio-pca953x and ina2xx, so they are built
# here, from the source of the same kernel.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
home=${RIG_VM_HOME:-${XDG_CACHE_HOME:-$HOME/.cache}/rig-vm}
modules=$here/../modules
# The modules of this project are built anew when their sources change.
built=$home/modules-$(cat "$modules"/* | cksum | tr ' ' -)
PATH=$PATH:/usr/sbin:/sbin

# command:package
tools='qemu-system-x86_64:qemu-system-x86 busybox:busybox-static cpio:cpio modprobe:kmod gpioset:gpiod
  i2cset:i2c-tools uhubctl:uhubctl mkfs.vfat:dosfstools setpriv:util-linux udevadm:udev'

missing_packages() {
  for tool in $tools; do
    command -v "${tool%%:*}" >/dev/null || printf ' %s' "${tool##*:}"
  done
}

install_packages() {
  [ -e "$home/.updated" ] || apt-get update -qq
  touch "$home/.updated"
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

# apt downloads as a user of its own, who may not be allowed into this folder, and says so at length.
download() { apt-get download -qq "$@" 2>/dev/null; }

# from_source FOLDER PATH …: those paths of the kernel's source
from_source() {
  into=$1
  shift
  [ -e "$home/source.deb" ] || { download linux-source-6.1 && mv linux-source-6.1_*.deb "$home/source.deb"; }
  dpkg-deb --fsys-tarfile "$home/source.deb" | tar xO ./usr/src/linux-source-6.1.tar.xz | tar xJ -C "$into" "$@"
}

# build FOLDER: the modules of its Makefile, into the machine's folder
build() {
  make -s -C "/usr/src/linux-headers-$version" M="$1" modules
  install -D -t "$home/x/lib/modules/$version/extra" "$1"/*.ko
  depmod -b "$home/x" "$version"
}

get_kernel() {
  rm -rf "$home/x" "$home/kmod"
  mkdir -p "$home/x/boot" "$home/kmod"
  download "linux-image-$version"
  dpkg-deb --fsys-tarfile "linux-image-$version"_*.deb | tar x -C x ./lib "./boot/vmlinuz-$version"
  rm "linux-image-$version"_*.deb
  # An uncompressed kernel starts seconds earlier under emulation.
  python3 - "x/boot/vmlinuz-$version" "x/boot/vmlinux-$version" <<'PYTHON'
import lzma, sys
image = open(sys.argv[1], 'rb').read()
kernel = lzma.LZMADecompressor(format=lzma.FORMAT_XZ).decompress(image[image.find(b'\xfd7zXZ\0'):])
open(sys.argv[2], 'wb').write(kernel)
PYTHON
  from_source "$home/kmod" --strip-components=1 linux-source-6.1/drivers/gpio linux-source-6.1/kernel/irq/irq_sim.c
  for file in gpio-sim.c gpio-mockup.c gpio-pca953x.c gpiolib.h; do cp "kmod/drivers/gpio/$file" kmod; done
  # irq_sim calls a function that the kernel keeps from modules; the exported one does the same.
  {
    sed 's/handle_simple_irq(irq_to_desc(irqnum));/generic_handle_irq(irqnum);/' kmod/kernel/irq/irq_sim.c
    printf '#include <linux/module.h>\nMODULE_LICENSE("GPL");\n'
  } >kmod/irq-sim.c
  echo 'obj-m := irq-sim.o gpio-sim.o gpio-mockup.o gpio-pca953x.o' >kmod/Makefile
  build "$home/kmod"
}

build_own() {
  rm -rf "$home/own"
  mkdir "$home/own"
  cp "$modules"/* "$home/own"
  from_source "$home/own" --strip-components=3 linux-source-6.1/drivers/hwmon/ina2xx.c
  build "$home/own"
}

missing=$(missing_packages)
[ -e "$home/ready" ] || missing="$missing kernel"
[ -e "$built" ] || missing="$missing kernel-modules"
[ -n "$missing" ] || exit 0
if [ "${1:-}" = check ]; then
  echo "missing:$missing"
  exit 1
fi

mkdir -p "$home"
cd "$home"
rm -f .updated
packages=$(missing_packages)
[ -z "$packages" ] || install_packages $packages
if [ -e ready ]; then
  version=$(ls x/lib/modules | head -1)
else
  apt-get update -qq
  version=$(apt-cache depends linux-image-amd64 | sed -n 's/.*Depends: linux-image-\(6\.1[^ ]*\)/\1/p' | head -1)
  [ -n "$version" ] || { echo 'setup.sh: this needs the packages of Debian 12 (kernel 6.1)' >&2; exit 1; }
fi
install_packages gcc-12 make xz-utils python3 "linux-headers-$version"
[ -e ready ] || get_kernel
touch ready
rm -f modules-*
build_own
touch "$built"
rm -f source.deb .updated
