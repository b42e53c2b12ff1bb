# ./do test: layers one after the other, each counted, one summary at the end. Sourced by ./do.

all_layers=(unit vectors web integration interop e2e fuzz sanitize threads)
passed=0
failed=0
skipped=0
failures=()

# count LAYER PASSED FAILED [SKIPPED [REASONS]]: a line for each skipped test, saying why.
count() {
  local skips="${4:-0}" line="$1: $2 passed"
  passed=$((passed + $2))
  failed=$((failed + $3))
  skipped=$((skipped + skips))
  [[ $3 == 0 ]] || failures+=("$1") line+=", $3 FAILED"
  [[ $skips == 0 ]] || line+=", $skips skipped"
  say "$line"
  [[ $skips != 0 ]] || return 0
  sort <<<"${5:-}" | uniq -c | while read -r number why; do
    say "  skipped $number: ${why:-no reason given}"
  done
}

# ctest_layer LAYER PRESET: C++ tests that CTest knows.
ctest_layer() {
  local log="build/$1.log" total bad skips why
  ctest --test-dir "build/$2" -j "$(jobs)" --output-on-failure >"$log" 2>&1 || true
  skips="$(grep -cE '^ *[0-9]+/[0-9]+ Test.*\*\*\*Skipped' "$log" || true)"
  bad="$(grep -E '^ *[0-9]+/[0-9]+ Test.*\*\*\*' "$log" | grep -vc '\*\*\*Skipped' || true)"
  total="$(grep -cE '^ *[0-9]+/[0-9]+ Test ' "$log" || true)"
  # CTest leaves out what skipped tests print; its own log has it: a line that ends in "Skipped", then the reason.
  why="$(sed -n '/: Skipped$/{n;p}' "build/$2/Testing/Temporary/LastTest.log" 2>/dev/null || true)"
  [[ $bad == 0 && $total != 0 ]] || tail -n 80 "$log" >&2
  # Of tests that pass ctest shows nothing, and keeps all.
  figures "build/$2/Testing/Temporary/LastTest.log"
  [[ $total != 0 ]] || bad=1
  count "$1" "$((total > 0 ? total - bad - skips : 0))" "$bad" "$skips" "$why"
}

# figures LOG...: what tests have measured. They print or, as diagnostics, log it in lines of `figure: TEXT`.
figures() {
  grep -ohE 'figure: .*' "$@" 2>/dev/null | sed 's/^figure: /  /' || true
}

# node_layer LAYER FILE...: tests of node:test, as many files at once as $concurrency says.
node_layer() {
  local layer="$1" log="build/$1.log"
  shift
  node --test --test-concurrency="${concurrency:-1}" --test-reporter=tap "$@" >"$log" 2>&1 || true
  local good bad skips
  good="$(awk '/^# pass /{print $3}' "$log" | tail -1)"
  bad="$(awk '/^# fail /{f=$3} /^# cancelled /{c=$3} END{print f+c}' "$log")"
  # Those of a group that skips as a whole count as one.
  skips="$(grep -cE '^ *ok .*# SKIP' "$log" || true)"
  # A layer that ran nothing has shown nothing.
  if [[ -z $good || $good == 0 ]]; then
    good=0
    bad=$((bad > 0 ? bad : 1))
  fi
  grep -E '^ *not ok|# .*(absent|missing|skipped because)' "$log" >&2 || true
  local why
  why="$(sed -nE 's/^ *ok .*# SKIP ?//p' "$log")"
  [[ $bad == 0 ]] || tail -n 120 "$log" >&2
  figures "$log"
  count "$layer" "$good" "$bad" "$skips" "$why"
}

# Simulated calls take another course with each commit; VICINO_SEED brings one back.
layer_unit() {
  build_preset asan all
  export VICINO_SEED="${VICINO_SEED:-$((16#$(git rev-parse --short=6 HEAD 2>/dev/null || echo 1)))}"
  say "Simulated calls: VICINO_SEED=$VICINO_SEED"
  ctest_layer unit asan
}

layer_vectors() {
  build_preset release vicino-mls-vectors
  build_mls_face
  node_layer vectors tests/vectors/*.test.mjs
}

layer_web() {
  need_npm
  build_wasm
  generate_web
  local log=build/web.log
  (cd web && npx --no-install vitest run --reporter=json) >"$log" 2>build/web.err || true
  local counts why=build/web.skipped
  # A file that didn't even load is a failure. Vitest knows no reasons; the groups that skip are named for what they need.
  counts="$(node -e '
    const text = require("fs").readFileSync(process.argv[1], "utf8");
    const result = JSON.parse(text.slice(text.indexOf("{")));
    const unloaded = result.testResults.filter((file) => file.status !== "passed" && file.assertionResults.length === 0);
    const skipped = result.testResults.flatMap((file) => file.assertionResults.filter(({ status }) => status === "pending" || status === "skipped"));
    const why = skipped.map(({ ancestorTitles, title }) => `${ancestorTitles[0] ?? title}: its vectors or modules are absent`);
    require("fs").writeFileSync(process.argv[2], why.join("\n"));
    console.log(result.numPassedTests, result.numFailedTests + unloaded.length, skipped.length);' "$log" "$why" || echo "0 1 0")"
  [[ $counts == *" 0 "* ]] || cat "$log" build/web.err >&2
  # shellcheck disable=SC2086
  count web $counts "$(cat "$why" 2>/dev/null || true)"
}

# Tests that don't run with sanitizers, ten times slower: crowds, which fill two cores by themselves, and what is timed and mostly
# waits. All other integration tests run with sanitizers, in the layer sanitize.
crowds=(crowd full_room load)
waiting=(bandwidth path_repair tcp_path track_states)

layer_integration() {
  local alone=("${crowds[@]/#/tests/integration/}") together=("${waiting[@]/#/tests/integration/}")
  node_layer integration "${alone[@]/%/.test.mjs}"
  concurrency=2 node_layer integration-together "${together[@]/%/.test.mjs}"
}
layer_interop() {
  build_mls_face
  install_packages tests/interop/mls
  concurrency=2 node_layer interop tests/interop/*.test.mjs
}

# Browsers whose pictures are timed have the machine to themselves; others share it.
timed=(bad_network call moderation network outage repair tcp)

layer_e2e() {
  build_mls_face
  local file alone=() together=()
  for file in web/e2e/*.test.mjs; do
    if [[ " ${timed[*]} " == *" $(basename "$file" .test.mjs) "* ]]; then alone+=("$file"); else together+=("$file"); fi
  done
  node_layer e2e "${alone[@]}"
  concurrency=2 node_layer e2e-together "${together[@]}"
}

layer_fuzz() {
  build_preset asan all
  local log=build/fuzz.log
  fuzz/run.sh build/asan 5 >"$log" 2>&1 || true
  local bad
  bad="$(grep -c '^FAILED' "$log" || true)"
  local good
  good="$(grep -c '^ok' "$log" || true)"
  [[ $bad == 0 && $good != 0 ]] || tail -n 60 "$log" >&2
  [[ $good != 0 ]] || bad=1
  count fuzz "$good" "$bad"
}

# Integration tests, with server and client built with AddressSanitizer and UndefinedBehaviorSanitizer.
layer_sanitize() {
  build_preset asan vicinod vicino vicino-relay
  local file files=()
  for file in tests/integration/*.test.mjs; do
    [[ " ${crowds[*]} ${waiting[*]} " == *" $(basename "$file" .test.mjs) "* ]] || files+=("$file")
  done
  # The quarantine of freed memory counts as growth where a test watches for growth.
  concurrency=2 ASAN_OPTIONS=quarantine_size_mb=4 VICINO_BUILD="$PWD/build/asan" node_layer sanitize "${files[@]}"
}

# What runs on more than one thread, with ThreadSanitizer: the server's sockets, workers and the relays between them, and the
# load generator.
layer_threads() {
  build_preset tsan net_test vicinod vicino-load
  ctest_layer threads tsan/src/net
  TSAN_OPTIONS="halt_on_error=1" VICINO_BUILD="$PWD/build/tsan" node_layer threads-load tests/integration/load.test.mjs
}

run_tests() {
  local layers=("$@") layer
  [[ ${#layers[@]} != 0 ]] || layers=("${all_layers[@]}")
  for layer in "${layers[@]}"; do
    [[ " ${all_layers[*]} " == *" $layer "* ]] || fail "there is no layer \"$layer\": ${all_layers[*]}"
  done
  need_packages "building" "${build_packages[@]}"
  need_packages "testing" "${test_packages[@]}"
  mkdir -p build
  for layer in "${layers[@]}"; do
    case "$layer" in integration | interop | e2e) build_preset release vicinod vicino vicino-load vicino-relay ;; esac
    case "$layer" in e2e) build_web ;; esac
    "layer_$layer"
  done
  [[ $failed == 0 ]] || say "Failed: ${failures[*]} (see build/LAYER.log)"
  printf '%d passed, %d failed, %d skipped\n' "$passed" "$failed" "$skipped"
  [[ $failed == 0 ]]
}
