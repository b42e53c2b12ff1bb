# ./do bench: how fast it is, beside what else there is. Sourced by ./do.

# Results are kept: one JSON object per line, the first describes the machine.
bench_mls() {
  local fixtures=build/bench/mls-groups.jsonl results=bench/results/mls.jsonl
  mkdir -p build/bench bench/results
  build_preset release vicino-mls-bench
  build_mls_face
  install_packages tests/interop/mls
  {
    node bench/machine.mjs
    build/release/bench/mls/vicino-mls-bench "$fixtures"
    node bench/mls/wasm.mjs "$fixtures"
    node bench/mls/browser.mjs "$fixtures"
    node bench/mls/ts_mls.mjs "$fixtures"
  } | tee "$results"
}

# How long a call takes to change its keys.
bench_calls() {
  mkdir -p bench/results
  build_preset release vicino-calls-bench
  {
    node bench/machine.mjs
    build/release/bench/calls/vicino-calls-bench
  } | tee bench/results/calls.jsonl
}

# What a delivered packet costs the server's packet path, with and without the kernel.
bench_path() {
  mkdir -p bench/results
  build_preset release vicino-path-bench
  {
    node bench/machine.mjs
    build/release/bench/path/vicino-path-bench
  } | tee bench/results/path.jsonl
}

# The SFU beside Janus: bench/sfu/README.md.
bench_sfu() {
  need_packages "benchmarking" "${bench_packages[@]}"
  mkdir -p bench/results
  build_preset release vicinod vicino-load
  node bench/sfu/run.mjs "$@"
}

bench() {
  need_packages "building" "${build_packages[@]}"
  local what="${1:-mls}"
  shift || true
  case "$what" in
    mls) bench_mls ;;
    calls) bench_calls ;;
    path) bench_path ;;
    sfu) bench_sfu "$@" ;;
    *) fail "there is no benchmark \"$what\": mls, calls, path, sfu" ;;
  esac
}
