#!/bin/sh
# Runs every *.test.ts, or those whose path contains the first argument; whole stations and the drivers' contracts, which take longest, begin first.
set -eu
all=$(find tests -name '*.test.ts' -path "*${1:-}*" | sort)
long=$(printf '%s\n' "$all" | grep -E '^tests/(station/|docs/readme|drivers/flash-)' || true)
short=$(printf '%s\n' "$all" | grep -vE '^tests/(station/|docs/readme|drivers/flash-)' || true)
exec node --import tsx --test --test-concurrency=3 --test-reporter=spec $long $short
