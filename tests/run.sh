#!/bin/sh
# Runs the tests:
#   sh tests/run.sh              all but the campaigns and those on a real kernel
#   sh tests/run.sh campaigns    the campaigns: whole stations and batches through every fault, rollback and driver, which take minutes
#   sh tests/run.sh kernel       a virtual machine with a real kernel: its lines, meters, USB and station; the bench's lines beside them
#   sh tests/run.sh PART         every file whose path contains PART
# Whole stations and the drivers' contracts, which take longest, begin first.
set -eu
# What takes whole runs, or the vendor's tools at line rate; one run of each kind stays with the rest.
campaigns='^tests/(station/.*|cli/(map|run|json)|docs/(readme|drivers)|bench/(rfc2217-esptool|.*by-hand))\.test\.ts$'
quick='^tests/station/(provision|network)\.test\.ts$'
kernel='^tests/(kernel/[^/]*|gpio/bench-lines)\.test\.ts$'
alone='^tests/kernel/usb\.test\.ts$'
first='^tests/(kernel/|station/|docs/readme|drivers/flash-)'
concurrency=3
all=$(find tests -name '*.test.ts' | sort)
case "${1:-}" in
'') chosen=$(printf '%s\n' "$all" | grep -vE "^tests/kernel/" | grep -vE "$campaigns"; printf '%s\n' "$all" | grep -E "$quick") ;;
campaigns) chosen=$(printf '%s\n' "$all" | grep -E "$campaigns" | grep -vE "$quick") ;;
kernel)
  # An emulated machine takes a core for itself, and one with USB wants the host for itself.
  concurrency=2
  chosen=$(printf '%s\n' "$all" | grep -E "$kernel" | grep -v "$alone")
  last=$(printf '%s\n' "$all" | grep "$alone")
  ;;
*) chosen=$(printf '%s\n' "$all" | grep -F -- "$1") ;;
esac
long=$(printf '%s\n' "$chosen" | grep -E "$first" || true)
short=$(printf '%s\n' "$chosen" | grep -vE "$first" || true)
node --import tsx --test --test-concurrency=$concurrency --test-reporter=spec $long $short
[ -z "${last:-}" ] || node --import tsx --test --test-reporter=spec $last
