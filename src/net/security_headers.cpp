#include "net/security_headers.h"

#include <algorithm>

namespace vicino::net {
namespace {

// Only what can be part of an authority may be repeated into a header.
bool is_authority(std::string_view host) {
  return !host.empty() && host.size() <= 255 && std::ranges::all_of(host, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-' ||
           c == ':' || c == '[' || c == ']';
  });
}

}  // namespace

void add_security_headers(HttpResponse& response, std::string_view host, bool tls) {
  // 'self' covers WebSockets in some browsers and not in others: their address is named as well.
  std::string socket;
  if (is_authority(host)) socket = (tls ? " wss://" : " ws://") + std::string(host);
  response.set("Content-Security-Policy",
               "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; "
               "img-src 'self' blob: data:; media-src 'self' blob:; connect-src 'self'" +
                   socket +
                   "; worker-src 'self'; manifest-src 'self'; font-src 'self'; base-uri 'none'; form-action 'none'; "
                   "frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types vicino");
  response.set("Cross-Origin-Opener-Policy", "same-origin");
  response.set("Cross-Origin-Embedder-Policy", "require-corp");
  response.set("Cross-Origin-Resource-Policy", "same-origin");
  response.set("Referrer-Policy", "no-referrer");
  response.set("X-Content-Type-Options", "nosniff");
  response.set("Permissions-Policy",
               "camera=(self), microphone=(self), display-capture=(self), fullscreen=(self), "
               "speaker-selection=(self), picture-in-picture=(self), geolocation=(), payment=(), usb=()");
  if (tls) response.set("Strict-Transport-Security", "max-age=31536000");
}

}  // namespace vicino::net
