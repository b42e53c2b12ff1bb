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

# How long a call takes to change its keys, and what that costs a browser.
bench_calls() {
  local members tapes=()
  mkdir -p build/bench bench/results
  build_preset release vicino-calls-bench vicino-calls-tape
  need_npm
  build_wasm
  generate_web
  (cd web && npx --no-install esbuild ../bench/calls/replay.mjs --bundle --format=esm --outfile=../build/bench/replay.mjs \
    --log-level=warning)
  for members in 50 100; do
    tapes+=("build/bench/call-$members.jsonl")
    build/release/bench/calls/vicino-calls-tape "$members" >"${tapes[-1]}"
  done
  {
    node bench/machine.mjs
    build/release/bench/calls/vicino-calls-bench
    node bench/calls/browser.mjs "${tapes[@]}"
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

# Real browsers in calls on bad networks: bench/network/README.md. Without arguments all shapes; then the results are kept.
bench_network() {
  need_packages "benchmarking" "${test_packages[@]}" "${bench_packages[@]}"
  mkdir -p bench/results
  build_preset release vicinod vicino vicino-relay
  build_web
  if [[ $# != 0 ]]; then
    node bench/network/run.mjs "$@"
    return
  fi
  node bench/network/run.mjs | tee bench/results/network.jsonl
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
    sim) bench_sim "$@" ;;
    network) bench_network "$@" ;;
    *) fail "there is no benchmark \"$what\": mls, calls, path, sfu, sim, network" ;;
  esac
}
