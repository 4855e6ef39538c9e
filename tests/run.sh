#!/bin/sh
# Runs every *.test.ts, or those whose path contains the first argument.
set -eu
files=$(find tests -name '*.test.ts' -path "*${1:-}*" | sort)
exec node --import tsx --test --test-concurrency=3 --test-reporter=spec $files
