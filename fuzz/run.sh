#!/bin/sh
# Runs every fuzz target for a while: fuzz/run.sh BUILD_FOLDER SECONDS.
# What a target finds on the way is kept in BUILD_FOLDER/fuzz/corpus and used the next time.
# One line per target; the exit status is 0 only if none failed.
set -u
here=$(cd "$(dirname "$0")" && pwd)
build=${1:?usage: fuzz/run.sh BUILD_FOLDER SECONDS}/fuzz
time=${2:?usage: fuzz/run.sh BUILD_FOLDER SECONDS}
seeds=$build/seeds
failed=0 found=0
rm -rf "$seeds"
"$here/seeds.sh" "$seeds" || exit 1

for source in "$here"/fuzz_*.cpp; do
  name=$(basename "$source" .cpp)
  if [ ! -x "$build/$name" ]; then
    echo "FAILED $name: not built"
    failed=1
    continue
  fi
  found=1
  mkdir -p "$build/corpus/$name" "$build/crashes" "$seeds/$name"
  log=$build/$name.log
  if "$build/$name" -max_total_time="$time" -max_len=16384 -timeout=10 -rss_limit_mb=1024 \
    -print_final_stats=1 -artifact_prefix="$build/crashes/$name-" \
    "$build/corpus/$name" "$seeds/$name" >"$log" 2>&1; then
    runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
    echo "ok $name ($runs runs)"
  else
    crash=$(sed -n 's/.*Test unit written to //p' "$log" | tail -n 1)
    echo "FAILED $name: ${crash:-no input was saved}, see $log"
    failed=1
  fi
done
[ "$found" = 1 ] && [ "$failed" = 0 ]
