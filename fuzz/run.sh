#!/bin/sh
# Runs every fuzz target for a while: fuzz/run.sh BUILD_FOLDER SECONDS.
# What a target finds on the way is kept in BUILD_FOLDER/fuzz/corpus and used the next time.
# One line per target; the exit status is 0 only if none failed.
set -u
here=$(cd "$(dirname "$0")" && pwd)
build=${1:?usage: fuzz/run.sh BUILD_FOLDER SECONDS}/fuzz
time=${2:?usage: fuzz/run.sh BUILD_FOLDER SECONDS}
seeds=$build/seeds
rm -rf "$seeds"
"$here/seeds.sh" "$seeds" || exit 1
mkdir -p "$build/crashes"

# run NAME: one target; prints its line, its status says whether it held.
run() {
  name=$1 log=$build/$1.log
  if [ ! -x "$build/$name" ]; then
    echo "FAILED $name: not built"
    return 1
  fi
  mkdir -p "$build/corpus/$name" "$seeds/$name"
  if "$build/$name" -max_total_time="$time" -max_len=16384 -timeout=10 -rss_limit_mb=1024 \
    -print_final_stats=1 -artifact_prefix="$build/crashes/$name-" \
    "$build/corpus/$name" "$seeds/$name" >"$log" 2>&1; then
    runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
    echo "ok $name ($runs runs)"
  else
    crash=$(sed -n 's/.*Test unit written to //p' "$log" | tail -n 1)
    echo "FAILED $name: ${crash:-no input was saved}, see $log"
    return 1
  fi
}

# As many at once as there are processors.
failed=0 running=
for source in "$here"/fuzz_*.cpp; do
  if [ "$(echo $running | wc -w)" -ge "$(nproc)" ]; then
    wait "${running%% *}" || failed=1
    running=${running#* }
  fi
  run "$(basename "$source" .cpp)" &
  running="$running$! "
done
for one in $running; do
  wait "$one" || failed=1
done
[ "$failed" = 0 ]
