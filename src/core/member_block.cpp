#include "core/member_block.h"

#include <algorithm>

#include "core/display_name.h"
#include "crypto/aead.h"

namespace vicino::core {
namespace {

constexpr size_t nonce_size = crypto::aead_nonce_size;
constexpr size_t overhead = nonce_size + crypto::aead_tag_size;
// Sealed sizes are multiples of it: they tell little of the name's length.
constexpr size_t block = 128;
// The longest name has 256 bytes, and everything beside it fewer than 160.
constexpr size_t max_sealed = overhead + 4 * block;

Buffer joined(std::initializer_list<Bytes> parts) {
  Buffer all;
  for (const Bytes part : parts) all.insert(all.end(), part.begin(), part.end());
  return all;
}

std::array<uint8_t, 8> number(uint64_t value) {
  std::array<uint8_t, 8> bytes;
  store64(bytes.data(), value);
  return bytes;
}

Buffer seal(Bytes key, Bytes aad, Bytes plain, SecureRandom& random) {
  Buffer sealed(plain.size() + overhead);
  const MutBytes nonce = MutBytes(sealed).first(nonce_size);
  random.fill(nonce);
  crypto::AeadKey aead(crypto::Aead::aes_128_gcm, key);
  aead.seal(nonce, aad, plain, MutBytes(sealed).subspan(nonce_size));
  return sealed;
}

Result<SecretBuffer> open(Bytes key, Bytes aad, Bytes sealed) {
  if (sealed.size() > max_sealed) return fail(Errc::malformed, "sealed block over its limit");
  if (sealed.size() < overhead) return fail(Errc::truncated, "sealed block");
  SecretBuffer plain(sealed.size() - overhead);
  crypto::AeadKey aead(crypto::Aead::aes_128_gcm, key);
  TRY(aead.open(sealed.first(nonce_size), aad, sealed.subspan(nonce_size), plain.expose_mut()));
  return plain;
}

void pad(Buffer& plain) {
  plain.resize((plain.size() + block - 1) / block * block);
}

bool is_padding(Bytes rest) {
  return std::ranges::all_of(rest, [](uint8_t byte) { return byte == 0; });
}

struct Content {
  Buffer account_key;
  uint8_t kept = 0;
  uint64_t created = 0;
  Buffer name;
  uint8_t color = 0;
  Buffer certificate;  // empty for a guest

  static void fields(auto& self, auto& io) {
    io(self.account_key, self.kept, self.created, self.name, self.color, self.certificate);
  }
};

Buffer aad_of_member(Bytes signature_key) {
  return joined({as_bytes("vicino/2 member"), signature_key});
}

// What an account signs for its device.
Buffer certified(SenderId sender, Bytes signature_key, uint64_t created) {
  return joined(
      {as_bytes("vicino/2 device"), number(sender.value), signature_key, number(created)});
}

bool certificate_holds(const Content& content, SenderId sender, Bytes signature_key) {
  if (content.kept == 0)
    return equal(content.account_key, signature_key) && content.certificate.empty();
  return content.kept == 1 &&
         crypto::ed25519_verify(content.account_key,
                                certified(sender, signature_key, content.created),
                                content.certificate);
}

}  // namespace

admission::MemberExtension seal_member(const LinkKeys& link, const Identity& identity,
                                       const Device& device, SecureRandom& random) {
  const Buffer& signature_key = device.keys.public_key;
  const std::string name = clean_name(identity.name);
  Content content{signature_key, 0, device.created, {name.begin(), name.end()}, identity.color, {}};
  if (identity.account) {
    const Bytes account = identity.account->expose();
    const Bytes public_key = crypto::ed25519_public(account);
    const auto certificate =
        crypto::ed25519_sign(account, certified(device.sender, signature_key, device.created));
    content.account_key.assign(public_key.begin(), public_key.end());
    content.kept = 1;
    content.certificate.assign(certificate.begin(), certificate.end());
  }
  Buffer plain = mls::encode(content);
  pad(plain);
  return {{link.link_id.begin(), link.link_id.end()},
          seal(link.member_key.expose(), aad_of_member(signature_key), plain, random)};
}

Result<MemberBlock> open_member(const MemberKey& key, SenderId sender, Bytes signature_key,
                                Bytes sealed) {
  TRY_ASSIGN(const SecretBuffer plain, open(key.expose(), aad_of_member(signature_key), sealed));
  mls::Decoder in(plain.expose());
  Content content;
  in(content);
  MemberBlock member;
  if (!in.status() || !is_padding(in.rest()) ||
      content.account_key.size() != member.account_key.size())
    return fail(Errc::malformed, "member block");
  if (!certificate_holds(content, sender, signature_key))
    return fail(Errc::unauthenticated, "member's certificate");
  copy(content.account_key, member.account_key);
  member.kept = content.kept == 1;
  member.created = content.created;
  member.name = clean_name(as_text(content.name));
  member.color = content.color;
  return member;
}

Buffer seal_member_key(const MemberKey& under, Bytes link_id, const MemberKey& key,
                       SecureRandom& random) {
  return seal(under.expose(), joined({as_bytes("vicino/2 earlier"), link_id}), key.expose(),
              random);
}

Result<MemberKey> open_member_key(const MemberKey& under, Bytes link_id, Bytes sealed) {
  if (sealed.size() != overhead + MemberKey::size_bytes)
    return fail(Errc::malformed, "earlier link's member key");
  TRY_ASSIGN(const SecretBuffer plain,
             open(under.expose(), joined({as_bytes("vicino/2 earlier"), link_id}), sealed));
  return MemberKey(plain.expose());
}

Buffer seal_waiting_name(const LobbyKey& key, SenderId sender, std::string_view name,
                         SecureRandom& random) {
  const std::string clean = clean_name(name);
  Buffer plain = mls::encode(Buffer(clean.begin(), clean.end()));
  pad(plain);
  return seal(key.expose(), joined({as_bytes("vicino/2 waiting"), number(sender.value)}), plain,
              random);
}

Result<std::string> open_waiting_name(const LobbyKey& key, SenderId sender, Bytes sealed) {
  const Buffer aad = joined({as_bytes("vicino/2 waiting"), number(sender.value)});
  TRY_ASSIGN(const SecretBuffer plain, open(key.expose(), aad, sealed));
  mls::Decoder in(plain.expose());
  Buffer name;
  in(name);
  if (!in.status() || !is_padding(in.rest())) return fail(Errc::malformed, "waiting name");
  return clean_name(as_text(name));
}

}  // namespace vicino::core
