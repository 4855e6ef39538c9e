#!/bin/sh
# Within the virtual machine: INA226 meters on a stand-in I2C bus, behind the kernel's own driver.
#   ina226.sh hwmon|iio VOLTS AMPS [VOLTS AMPS …]     one meter each, at 0x40, 0x41, … with a shunt of 10 milliohms
# The bus (i2c-stub) only keeps registers: bus voltage (register 2, 1.25 mV a bit) and current (register 4, 0.25 mA a bit, which
# is how the drivers calibrate the chip for this shunt) are written into them here. Its words are the chip's with their bytes swapped.
set -eu
case $1 in hwmon) driver=ina2xx ;; iio) driver=ina2xx-adc ;; *) exit 2 ;; esac
shift
modprobe i2c-dev
modprobe i2c-stub chip_addr=0x40,0x41,0x42,0x43,0x44,0x45,0x46,0x47
modprobe "$driver"
bus=$(grep -l 'SMBus stub' /sys/bus/i2c/devices/i2c-*/name)
bus=${bus%/name}
bus=${bus##*/i2c-}
put() { # address, register, word
  i2cset -f -y "$bus" "$1" "$2" "$((($3 & 255) << 8 | $3 >> 8 & 255))" w
}
address=64
while [ $# -ge 2 ]; do
  put $address 0 0x4127
  put $address 2 "$(awk "BEGIN { print int($1 / 0.00125 + 0.5) }")"
  echo "ina226 $address" >"/sys/bus/i2c/devices/i2c-$bus/new_device"
  put $address 4 "$(awk "BEGIN { print int($2 / 0.00025 + 0.5) }")"
  address=$((address + 1))
  shift 2
done
