#!/usr/bin/env bash
# The one door to the project: installs what is missing, builds, runs, tests. `./do help` lists what it can.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
for part in packages build serve test sim bench; do
  # shellcheck source=/dev/null
  source "scripts/$part.sh"
done

say() { printf '\033[1m%s\033[0m\n' "$*" >&2; }
fail() {
  printf 'do: %s\n' "$*" >&2
  exit 1
}

help() {
  cat <<'TEXT'
./do VERB [ARGUMENTS]

  serve [SETTINGS]    install what is missing, build, start the server, print a link to a fresh room
                      settings are vicinod's: --http-port 9000, --open-room NAME, ... (./do serve --help)
  test [LAYER...]     install what is missing, build and run the tests, print one summary
                      layers: unit vectors web integration interop e2e fuzz sanitize threads; all when none is
                      named
  build [PRESET]      build only: release (default), dev, asan, tsan, wasm
  fuzz [SECONDS]      run every fuzz target this long (default 30)
  sim [SCENARIO [SEED]]
                      a call on a bad network, in virtual time: what came of it, and a plot; lists scenarios when none is named
  bench [WHAT]        measure and keep the results in bench/results; what: mls (default), calls, path, sfu, sim,
                      network
  shots [FOLDER]      take screenshots of every screen (default docs/images)
  fmt                 format the C++ sources
  ci                  what continuous integration runs: every test layer
  clean               remove everything that was built
  help                this text

Needs Debian 12 (or what is listed in scripts/packages.sh by other means), as root or as a user with sudo.
Environment: VICINO_VECTORS, a folder with the official test vectors (optional), VICINO_JOBS, parallel compilations.
TEXT
}

format() {
  need_packages "formatting" "${format_packages[@]}"
  git ls-files '*.cpp' '*.h' | xargs clang-format-16 -i
}

fuzz() {
  need_packages "building" "${build_packages[@]}"
  need_packages "testing" "${test_packages[@]}"
  build_preset asan all
  fuzz/run.sh build/asan "${1:-30}"
}

shots() {
  prepare_serve
  need_packages "testing" "${test_packages[@]}"
  node web/e2e/shots.mjs "${1:-docs/images}"
}

verb="${1:-help}"
shift || true
case "$verb" in
  serve) serve "$@" ;;
  test) run_tests "$@" ;;
  ci) run_tests ;;
  build) build "$@" ;;
  fuzz) fuzz "$@" ;;
  sim) sim "$@" ;;
  bench) bench "$@" ;;
  shots) shots "$@" ;;
  fmt) format ;;
  clean) rm -rf build web/dist web/src/generated web/node_modules ;;
  help | -h | --help) help ;;
  *) fail "there is no \"$verb\"; ./do help lists what there is" ;;
esac
