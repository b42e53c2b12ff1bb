# Building: native presets, the WebAssembly core, the web app. Everything is skipped when nothing changed. Sourced by ./do.

jobs() { printf '%s' "${VICINO_JOBS:-$(nproc)}"; }

# build_preset PRESET TARGET...
build_preset() {
  local preset="$1"
  shift
  if [[ ! -f build/$preset/build.ninja ]]; then
    say "Configuring $preset"
    cmake --preset "$preset" >build-configure.log 2>&1 || {
      cat build-configure.log >&2
      rm -f build-configure.log
      fail "cmake --preset $preset failed"
    }
    rm -f build-configure.log
  fi
  if ninja -C "build/$preset" -n "$@" | grep -q 'no work to do'; then return; fi
  say "Building $preset: $*"
  # --quiet leaves errors and warnings.
  ninja -C "build/$preset" --quiet -j "$(jobs)" "$@"
}

# Whether $1 is missing or older than one of the other paths.
outdated() {
  local target="$1"
  shift
  [[ ! -e $target ]] || [[ -n $(find "$@" -newer "$target" -print -quit) ]]
}

need_npm() { install_packages web; }

# install_packages FOLDER: from its package-lock.json.
install_packages() {
  outdated "$1/node_modules/.package-lock.json" "$1/package-lock.json" "$1/package.json" || return 0
  say "Installing the packages of $1/package-lock.json"
  (cd "$1" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error)
  touch "$1/node_modules/.package-lock.json"
}

build_wasm() {
  build_preset wasm vicino_core vicino_mls crypto_vectors_wasm sframe_vectors_wasm
  check_module_size build/wasm/apps/mls_wasm/vicino_mls.wasm 250
  check_module_size build/wasm/apps/wasm/vicino_core.wasm 250
}

# check_module_size MODULE LIMIT: what a browser downloads of it, in kB.
check_module_size() {
  local size
  size="$(gzip -9c "$1" | wc -c)"
  say "$(basename "$1"): $((size / 1000)) kB with gzip"
  ((size <= $2 * 1000)) || fail "$(basename "$1") is over $2 kB"
}

# The MLS client for Node: what tests/lib/mls.mjs loads.
build_mls_face() {
  need_npm
  build_wasm
  build_preset wasm mls_vectors_wasm
  outdated build/mls_face/.stamp web/src/mls web/src/core web/package-lock.json || return 0
  (cd web && npx --no-install esbuild src/mls/index.ts src/core/imports.ts --bundle --format=esm --platform=neutral \
    --outbase=src --outdir=../build/mls_face --out-extension:.js=.mjs --log-level=warning)
  touch build/mls_face/.stamp
}

# What the web app gets from elsewhere: the core, and its messages in TypeScript.
generate_web() {
  local core=build/wasm/apps/wasm/vicino_core.wasm
  mkdir -p web/src/generated
  cmp -s "$core" web/src/generated/vicino_core.wasm || cp "$core" web/src/generated/vicino_core.wasm
  outdated web/src/generated/.stamp schema/ui.fbs || return 0
  flatc --ts --gen-object-api -o web/src/generated schema/ui.fbs
  # Generated code isn't held to this project's rules.
  find web/src/generated -name '*.ts' -exec sed -i '1s/^/\/\/ @ts-nocheck\n/' {} +
  touch web/src/generated/.stamp
}

build_web() {
  need_npm
  build_wasm
  generate_web
  outdated web/dist/.stamp web/src web/public web/index.html web/package-lock.json web/vite.config.ts web/tsconfig*.json ||
    return 0
  say "Building the web app"
  (cd web && npm run --silent build)
  touch web/dist/.stamp
}

build() {
  need_packages "building" "${build_packages[@]}"
  case "${1:-release}" in
    release)
      build_preset release vicinod vicino vicino-load vicino-relay
      build_web
      ;;
    wasm) build_wasm ;;
    dev | asan | tsan)
      need_packages "testing" "${test_packages[@]}"
      build_preset "$1" all
      ;;
    *) fail "there is no preset \"$1\": release, dev, asan, tsan or wasm" ;;
  esac
}
