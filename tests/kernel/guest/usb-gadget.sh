#!/bin/sh
# Within the virtual machine: a USB device with a serial port (/dev/ttyACM0 at the host's side, /dev/ttyGS0 at the device's) and a
# boot drive labelled RPI-RP2 (its image: /run/uf2.img), with udev, so that the names by path and by id exist.
set -eu
modprobe -a dummy_hcd libcomposite usb_f_acm usb_f_mass_storage cdc-acm usb-storage sd_mod vfat nls_cp437 nls_ascii loop
/lib/systemd/systemd-udevd --daemon
udevadm trigger
gadget=/sys/kernel/config/usb_gadget/board
mkdir "$gadget"
cd "$gadget"
echo 0x2e8a >idVendor
echo 0x0003 >idProduct
mkdir strings/0x409
echo E0C9125B0D9B >strings/0x409/serialnumber
echo 'Raspberry Pi' >strings/0x409/manufacturer
echo 'RP2 Boot' >strings/0x409/product
dd if=/dev/zero of=/run/uf2.img bs=1M count=16 status=none
mkfs.vfat -n RPI-RP2 /run/uf2.img >/dev/null
mkdir configs/c.1 functions/acm.0 functions/mass_storage.0
ln -s functions/acm.0 configs/c.1
echo 1 >functions/mass_storage.0/lun.0/removable
echo /run/uf2.img >functions/mass_storage.0/lun.0/file
ln -s functions/mass_storage.0 configs/c.1
echo dummy_udc.0 >UDC
tries=0
while [ ! -e /dev/disk/by-label/RPI-RP2 ] || [ ! -e /dev/ttyACM0 ]; do
  tries=$((tries + 1))
  [ $tries -lt 300 ] || { echo 'usb-gadget.sh: no drive after 30 s' >&2; exit 1; }
  sleep 0.1
done
