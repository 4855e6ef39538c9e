#!/bin/sh
# Within the virtual machine: GPIO chips of gpio-sim, each a device of its own, so that each can go away alone.
#   gpio-sim.sh LABEL LINES [LABEL LINES …]
# From outside of a backend: the level of a line is /sys/devices/platform/gpio-sim.*/gpiochip*/sim_gpioN/value; writing pull-up or
# pull-down to …/sim_gpioN/pull drives an input. 0 in /sys/kernel/config/gpio-sim/LABEL/live takes the chip away.
set -eu
modprobe gpio-sim
while [ $# -ge 2 ]; do
  chip=/sys/kernel/config/gpio-sim/$1
  mkdir -p "$chip/bank"
  echo "$2" >"$chip/bank/num_lines"
  echo "$1" >"$chip/bank/label"
  echo 1 >"$chip/live"
  shift 2
done
