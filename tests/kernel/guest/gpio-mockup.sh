#!/bin/sh
# Within the virtual machine: one GPIO chip of gpio-mockup whose lines count from BASE, as on new kernels of the Raspberry Pi.
#   gpio-mockup.sh [BASE] [LINES]        512 and 32 unless told; the kernel labels the chip gpio-mockup-A
# From outside of a backend: reading /sys/kernel/debug/gpio-mockup/gpiochipN/LINE gives a line's level, writing drives an input.
set -eu
base=${1:-512}
modprobe gpio-mockup "gpio_mockup_ranges=$base,$((base + ${2:-32}))"
