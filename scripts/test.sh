# ./do test: layers one after the other, each counted, one summary at the end. Sourced by ./do.

all_layers=(unit vectors web integration interop e2e fuzz sanitize)
passed=0
failed=0
failures=()

count() { # count LAYER PASSED FAILED
  passed=$((passed + $2))
  failed=$((failed + $3))
  if [[ $3 == 0 ]]; then
    say "$1: $2 passed"
  else
    failures+=("$1")
    say "$1: $2 passed, $3 FAILED"
  fi
}

# ctest_layer LAYER PRESET: C++ tests that CTest knows.
ctest_layer() {
  local log="build/$1.log" total bad
  ctest --test-dir "build/$2" -j "$(jobs)" --output-on-failure >"$log" 2>&1 || true
  bad="$(grep -cE '^ *[0-9]+/[0-9]+ Test.*\*\*\*' "$log" || true)"
  total="$(grep -cE '^ *[0-9]+/[0-9]+ Test ' "$log" || true)"
  [[ $bad == 0 && $total != 0 ]] || tail -n 80 "$log" >&2
  # Of tests that pass ctest shows nothing, and keeps all.
  figures "build/$2/Testing/Temporary/LastTest.log"
  [[ $total != 0 ]] || bad=1
  count "$1" "$((total - (total > 0 ? bad : 0)))" "$bad"
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
  local good bad
  good="$(awk '/^# pass /{print $3}' "$log" | tail -1)"
  bad="$(awk '/^# fail /{f=$3} /^# cancelled /{c=$3} END{print f+c}' "$log")"
  # A layer that ran nothing has shown nothing.
  if [[ -z $good || $good == 0 ]]; then
    good=0
    bad=$((bad > 0 ? bad : 1))
  fi
  grep -E '^ *not ok|# .*(absent|missing|skipped because)' "$log" >&2 || true
  [[ $bad == 0 ]] || tail -n 120 "$log" >&2
  figures "$log"
  count "$layer" "$good" "$bad"
}

layer_unit() {
  build_preset asan all
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
  local counts
  # Skipped tests (no vectors) are neither; a file that didn't even load is a failure.
  counts="$(node -e '
    const text = require("fs").readFileSync(process.argv[1], "utf8");
    const result = JSON.parse(text.slice(text.indexOf("{")));
    const unloaded = result.testResults.filter((file) => file.status !== "passed" && file.assertionResults.length === 0);
    if (result.numPendingTests > 0) console.error(`web: ${result.numPendingTests} skipped, their vectors are absent`);
    console.log(result.numPassedTests, result.numFailedTests + unloaded.length);' "$log" || echo "0 1")"
  [[ ${counts#* } == 0 ]] || cat "$log" build/web.err >&2
  # shellcheck disable=SC2086
  count web $counts
}

layer_integration() { node_layer integration tests/integration/*.test.mjs; }
layer_interop() {
  build_mls_face
  install_packages tests/interop/mls
  node_layer interop tests/interop/*.test.mjs
}
layer_e2e() { node_layer e2e web/e2e/*.test.mjs; }

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

# The integration tests again, with server and client built with AddressSanitizer and UndefinedBehaviorSanitizer. Without
# the crowds: thirty clients ten times slower don't fit on two cores.
layer_sanitize() {
  build_preset asan vicinod vicino
  # The quarantine of freed memory counts as growth where a test watches for growth.
  concurrency=2 ASAN_OPTIONS=quarantine_size_mb=4 VICINO_BUILD="$PWD/build/asan" node_layer sanitize tests/integration/{calls,group,hostile_media,http,restart,settings,tls}.test.mjs
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
    case "$layer" in integration | interop | e2e) build_preset release vicinod vicino vicino-load ;; esac
    case "$layer" in e2e) build_web ;; esac
    "layer_$layer"
  done
  [[ $failed == 0 ]] || say "Failed: ${failures[*]} (see build/LAYER.log)"
  printf '%d passed, %d failed\n' "$passed" "$failed"
  [[ $failed == 0 ]]
}
