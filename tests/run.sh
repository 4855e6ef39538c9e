#!/bin/sh
# Runs the tests:
#   sh tests/run.sh              all but the campaigns
#   sh tests/run.sh campaigns    the campaigns: whole stations through every fault, rollback and driver, which take minutes
#   sh tests/run.sh PART         every file whose path contains PART
# Whole stations and the drivers' contracts, which take longest, begin first.
set -eu
campaigns='^tests/(kernel/station|station/(around-the-write|fault-table|faults|kill|odd-specs|rollback|station2|stop))\.test\.ts$'
first='^tests/(kernel/|station/|docs/readme|drivers/flash-)'
all=$(find tests -name '*.test.ts' | sort)
case "${1:-}" in
'') chosen=$(printf '%s\n' "$all" | grep -vE "$campaigns") ;;
campaigns) chosen=$(printf '%s\n' "$all" | grep -E "$campaigns") ;;
*) chosen=$(printf '%s\n' "$all" | grep -F -- "$1") ;;
esac
long=$(printf '%s\n' "$chosen" | grep -E "$first" || true)
short=$(printf '%s\n' "$chosen" | grep -vE "$first" || true)
exec node --import tsx --test --test-concurrency=3 --test-reporter=spec $long $short
