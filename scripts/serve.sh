# ./do serve: the server, and a link to a room that nobody has used yet. Sourced by ./do.

prepare_serve() {
  need_packages "building" "${build_packages[@]}"
  build_preset release vicinod vicino
  build_web
}

serve() {
  prepare_serve
  local vicinod=build/release/apps/vicinod/vicinod lines status=0 line server
  case " $* " in
    *" --help "* | *" -h "* | *" --version "* | *" --check-config "*) exec "$vicinod" --web-folder web/dist "$@" ;;
  esac
  lines="$(mktemp -u)"
  mkfifo -m 600 "$lines"
  "$vicinod" --web-folder web/dist "$@" >"$lines" &
  server=$!
  # Ctrl-C reaches the server by itself; a TERM of this script is passed on.
  trap 'kill -TERM "$server" 2>/dev/null || true' TERM
  trap '' INT
  exec 3<"$lines"
  rm -f "$lines"
  if read -r line <&3; then
    local link
    link="$(build/release/apps/vicino/vicino new-room "${line#listening on }")"
    printf '\nVicino is running. A fresh room, encrypted from end to end:\n\n  %s\n\n' "$link"
    printf 'Open it in two or more browser windows, or send it to somebody. Ctrl-C stops the server.\n\n'
  fi
  wait "$server" || status=$?
  # A signal ends `wait` before the server has drained.
  while kill -0 "$server" 2>/dev/null; do
    status=0
    wait "$server" || status=$?
  done
  return "$status"
}
