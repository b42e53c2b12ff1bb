# What has to be installed, and installing it. Sourced by ./do.

build_packages=(
  cmake ninja-build g++ ccache git ca-certificates                     # tools
  clang-16 lld-16 llvm-16 wasi-libc libc++-16-dev-wasm32 libclang-rt-16-dev-wasm32  # WebAssembly
  libboost1.81-dev libssl-dev libsodium-dev libipsec-mb-dev libmimalloc-dev libspdlog-dev libfmt-dev libtomlplusplus-dev
  libcli11-dev prometheus-cpp-dev libsoci-dev libsqlite3-dev nlohmann-json3-dev libogg-dev
  flatbuffers-compiler libflatbuffers-dev
  nodejs npm                                                           # the web app
)
test_packages=(
  libclang-rt-16-dev libgtest-dev libgmock-dev
  chromium firefox-esr fonts-noto-core fonts-noto-color-emoji          # the browsers of the end-to-end tests
  python3 python3-aiortc python3-aiohttp python3-gi gir1.2-gstreamer-1.0 gir1.2-gst-plugins-bad-1.0
  gstreamer1.0-plugins-base gstreamer1.0-plugins-good gstreamer1.0-plugins-bad gstreamer1.0-nice
  ffmpeg openssl curl procps
)
bench_packages=(janus iproute2 procps)
format_packages=(clang-format-16)

# Node.js may come from elsewhere (nodesource, nvm): then Debian's packages aren't asked for.
provided() {
  case "$1" in
    nodejs) command -v node >/dev/null && node -e 'process.exit(Number(process.versions.node.split(".")[0]) >= 18 ? 0 : 1)' ;;
    npm) command -v npm >/dev/null ;;
    *) return 1 ;;
  esac
}

missing_packages() {
  local package installed
  installed=" $(dpkg-query -W -f='${binary:Package} ${db:Status-Status}\n' 2>/dev/null |
    awk '$2 == "installed" { sub(/:.*/, "", $1); printf "%s ", $1 }')"
  for package in "$@"; do
    [[ $installed == *" $package "* ]] || provided "$package" || printf '%s ' "$package"
  done
}

# need_packages WHAT_FOR PACKAGE...: installs those that are missing, saying so first.
need_packages() {
  local what_for="$1" missing
  shift
  command -v dpkg-query >/dev/null ||
    fail "this is not Debian: install by hand what scripts/packages.sh lists, then use cmake --preset release and npm"
  missing="$(missing_packages "$@")"
  [[ -n $missing ]] || return 0
  local as_root=()
  if [[ $(id -u) != 0 ]]; then
    command -v sudo >/dev/null || fail "$what_for needs packages that only root can install, and there is no sudo.
Ask an administrator to run:  apt-get install ${missing% }"
    as_root=(sudo)
  fi
  say "For $what_for these Debian packages are missing and will be installed: ${missing% }"
  "${as_root[@]}" apt-get update -qq
  # shellcheck disable=SC2086
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null ||
    fail "apt-get could not install: ${missing% }"
}
