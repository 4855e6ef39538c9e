#!/bin/sh
# Within the virtual machine: a PCA9555 expander at 0x20 of I2C bus 1, behind the kernel's own driver; its label is 1-0020.
# ../modules/pca9555-pins.c stands for the chip, and says where its pins are seen and driven from outside.
set -eu
[ -e /sys/kernel/debug/pca9555-pins ] || modprobe pca9555-pins
modprobe gpio-pca953x
echo pca9555 0x20 >/sys/bus/i2c/devices/i2c-1/new_device
