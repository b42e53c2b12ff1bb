# ./do sim: calls on bad networks, in virtual time (sim/README.md). Sourced by ./do.

build_sim() {
  need_packages "building" "${build_packages[@]}"
  build_preset release vicino-sim
}

sim() {
  build_sim
  mkdir -p build/sim
  build/release/sim/vicino-sim --plots build/sim "$@"
}

# Every scenario on many seeds, for docs/performance.md.
bench_sim() {
  build_sim
  mkdir -p bench/results
  {
    node bench/machine.mjs
    build/release/sim/vicino-sim all 1 --seeds "${1:-20}" --record
  } >bench/results/sim.jsonl
  node bench/sim/table.mjs bench/results/sim.jsonl
}
