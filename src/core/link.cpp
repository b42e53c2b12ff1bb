#include "core/link.h"

#include "base/encoding.h"

namespace vicino::core {
namespace {

constexpr size_t max_link = 2048;

template <size_t N>
bool read_exactly(std::string_view text, std::array<uint8_t, N>& out) {
  auto bytes = from_base64url(text);
  if (!bytes || bytes->size() != N) return false;
  copy(*bytes, out);
  wipe(*bytes);
  return true;
}

}  // namespace

Result<Link> Link::parse(std::string_view text) {
  if (text.size() > max_link) return fail(Errc::malformed, "the link is too long");
  const bool tls = text.starts_with("https://");
  if (!tls && !text.starts_with("http://")) return fail(Errc::malformed, "the link must begin with https://");
  const size_t host = tls ? 8 : 7;
  const size_t path = text.find('/', host);
  if (path == std::string_view::npos || path == host) return fail(Errc::malformed, "the link has no server");
  const std::string_view rest = text.substr(path);
  if (!rest.starts_with("/j/")) return fail(Errc::malformed, "the link's path must begin with /j/");
  const size_t hash = rest.find('#');
  if (hash == std::string_view::npos) return fail(Errc::malformed, "the part of the link behind # is missing");

  Link link;
  link.origin = std::string(text.substr(0, path));
  if (!read_exactly(rest.substr(3, hash - 3), link.room)) {
    return fail(Errc::malformed, "the room in the link is incomplete");
  }
  std::array<uint8_t, LinkSecret::size_bytes> secret{};
  const bool whole = read_exactly(rest.substr(hash + 1), secret);
  link.secret = LinkSecret(secret);
  wipe(secret);
  if (!whole) return fail(Errc::malformed, "the part of the link behind # is incomplete");
  return link;
}

Link Link::create(std::string origin, SecureRandom& random) {
  Link link;
  link.origin = std::move(origin);
  random.fill(link.room);
  random.fill(link.secret.expose_mut());
  return link;
}

std::string Link::to_string() const {
  return origin + "/j/" + to_base64url(room) + "#" + to_base64url(secret.expose());
}

std::string Link::websocket_url() const { return "ws" + origin.substr(4) + "/ws"; }

}  // namespace vicino::core
