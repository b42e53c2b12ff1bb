#include "mls/suite.h"

#include "crypto/curve25519.h"
#include "crypto/ed25519.h"
#include "crypto/hkdf.h"
#include "crypto/hpke.h"

namespace vicino::mls {
namespace {

constexpr std::array suites = {
    Suite{CipherSuite::x25519_aes128gcm_sha256_ed25519, crypto::Aead::aes_128_gcm,
          crypto::Hash::sha256, 32},
    Suite{CipherSuite::x25519_chacha20poly1305_sha256_ed25519, crypto::Aead::chacha20_poly1305,
          crypto::Hash::sha256, 32},
};

constexpr std::string_view prefix = "MLS 1.0 ";
constexpr std::string_view external_init_label = "MLS 1.0 external init secret";

// struct { opaque label<V>; opaque content<V>; }: SignContent, EncryptContext and RefHashInput.
Buffer labelled(std::string_view label, Bytes content) {
  Encoder encoder;
  encoder.opaque(as_bytes(label));
  encoder.opaque(content);
  return encoder.take();
}

std::string with_prefix(std::string_view label) {
  return std::string(prefix) + std::string(label);
}

Buffer to_buffer(Bytes bytes) {
  return {bytes.begin(), bytes.end()};
}

crypto::HpkeKeyPair pair_of(const HpkeKeys& keys) {
  crypto::HpkeKeyPair pair{SecretBytes<32>(keys.private_key.expose()), {}};
  copy(keys.public_key, pair.public_key);
  return pair;
}

std::array<uint8_t, crypto::hpke_random_size> fresh(SecureRandom& random) {
  std::array<uint8_t, crypto::hpke_random_size> bytes;
  random.fill(bytes);
  return bytes;
}

}  // namespace

const Suite* Suite::find(CipherSuite id) {
  const auto found = std::ranges::find(suites, id, &Suite::id);
  return found == suites.end() ? nullptr : &*found;
}

bool Suite::is_public_key(Bytes key) const {
  return key.size() == public_key_size && !crypto::x25519_of_small_order(key);
}

Buffer Suite::hash(Bytes message) const {
  if (hash_algorithm == crypto::Hash::sha256) return to_buffer(crypto::sha256(message));
  return to_buffer(crypto::sha512(message));
}

Buffer Suite::mac(const Secret& key, Bytes message) const {
  Buffer tag(hash_size());
  crypto::hmac(hash_algorithm, key.expose(), message, tag);
  return tag;
}

Secret Suite::extract(Bytes salt, Bytes input_key) const {
  Secret out(hash_size());
  crypto::hkdf_extract(hash_algorithm, salt, input_key, out.expose_mut());
  return out;
}

void Suite::expand_with_label(Bytes secret, std::string_view label, Bytes context,
                              MutBytes out) const {
  Derivation(*this, secret).expand_with_label(label, context, out);
}

Secret Suite::expand_with_label(Bytes secret, std::string_view label, Bytes context,
                                size_t size) const {
  return Derivation(*this, secret).expand_with_label(label, context, size);
}

Secret Suite::derive_secret(const Secret& secret, std::string_view label) const {
  return expand_with_label(secret.expose(), label, {}, hash_size());
}

void Derivation::expand_with_label(std::string_view label, Bytes context, MutBytes out) {
  info_.clear();
  info_(static_cast<uint16_t>(out.size()));
  info_.opaque(as_bytes(with_prefix(label)));
  info_.opaque(context);
  const Bytes part = info_.written();
  crypto::hkdf_expand_parts(suite_.hash_algorithm, key_, {&part, 1}, out);
}

Secret Derivation::expand_with_label(std::string_view label, Bytes context, size_t size) {
  Secret out(size);
  expand_with_label(label, context, out.expose_mut());
  return out;
}

Secret Derivation::derive_tree_secret(std::string_view label, uint32_t generation, size_t size) {
  std::array<uint8_t, 4> context;
  store32(context.data(), generation);
  return expand_with_label(label, context, size);
}

Buffer Suite::ref_hash(std::string_view label, Bytes value) const {
  return hash(labelled(label, value));
}

Buffer Suite::sign_with_label(const SignatureKeys& keys, std::string_view label,
                              Bytes content) const {
  return to_buffer(
      crypto::ed25519_sign(keys.private_key.expose(), labelled(with_prefix(label), content)));
}

bool Suite::verify_with_label(Bytes public_key, std::string_view label, Bytes content,
                              Bytes signature) const {
  return crypto::ed25519_verify(public_key, labelled(with_prefix(label), content), signature);
}

Result<HpkeCiphertext> Suite::encrypt_with_label(Bytes public_key, std::string_view label,
                                                 Bytes context, Bytes plaintext,
                                                 SecureRandom& random) const {
  auto seed = fresh(random);
  const auto sealed = crypto::hpke_seal(aead, public_key, labelled(with_prefix(label), context), {},
                                        plaintext, seed);
  wipe(seed);
  if (!sealed) return fail(Fault::leaf_key_malformed);
  return HpkeCiphertext{to_buffer(sealed->enc), sealed->ciphertext};
}

Result<SecretBuffer> Suite::decrypt_with_label(const HpkeKeys& keys, std::string_view label,
                                               Bytes context, const HpkeCiphertext& sealed) const {
  auto opened = crypto::hpke_open(aead, pair_of(keys), sealed.kem_output,
                                  labelled(with_prefix(label), context), {}, sealed.ciphertext);
  if (!opened) return fail(Fault::decryption_failed);
  return std::move(*opened);
}

HpkeKeys Suite::derive_hpke_keys(const Secret& input) const {
  const auto pair = crypto::hpke_derive_key_pair(input.expose());
  return {Secret(pair.private_key.expose()), to_buffer(pair.public_key)};
}

HpkeKeys Suite::random_hpke_keys(SecureRandom& random) const {
  return derive_hpke_keys(random_secret(random, hash_size()));
}

SignatureKeys Suite::random_signature_keys(SecureRandom& random) const {
  return *signature_keys(random_secret(random, crypto::ed25519_seed_size).expose());
}

Result<HpkeKeys> Suite::hpke_keys(Bytes private_key) const {
  if (private_key.size() != crypto::x25519_key_size) return fail(Fault::bad_request);
  return HpkeKeys{Secret(private_key), to_buffer(crypto::x25519_public(private_key))};
}

Result<SignatureKeys> Suite::signature_keys(Bytes private_key) const {
  if (private_key.size() != crypto::ed25519_seed_size) return fail(Fault::bad_request);
  const auto key = crypto::ed25519_signing_key(private_key);
  return SignatureKeys{Secret(key.expose()), to_buffer(crypto::ed25519_public(key.expose()))};
}

bool Suite::belong_together(const SignatureKeys& keys) const {
  const Bytes key = keys.private_key.expose();
  if (key.size() != crypto::ed25519_signing_key_size) return false;
  const auto derived = signature_keys(key.first(crypto::ed25519_seed_size));
  return ct_equal(derived->private_key, keys.private_key) && derived->public_key == keys.public_key;
}

Result<Suite::ExternalInitSecret> Suite::send_external_init(Bytes external_pub,
                                                            SecureRandom& random) const {
  auto seed = fresh(random);
  const auto exported =
      crypto::hpke_send_export(aead, external_pub, {}, as_bytes(external_init_label), seed);
  wipe(seed);
  if (!exported) return fail(Fault::external_pub_malformed);
  return ExternalInitSecret{to_buffer(exported->enc), Secret(exported->secret.expose())};
}

Result<Secret> Suite::receive_external_init(const HpkeKeys& external, Bytes kem_output) const {
  const auto secret = crypto::hpke_receive_export(aead, pair_of(external), kem_output, {},
                                                  as_bytes(external_init_label));
  if (!secret) return fail(Fault::decryption_failed);
  return Secret(secret->expose());
}

Buffer Suite::seal(const Secret& key, Bytes nonce, Bytes aad, Bytes plaintext) const {
  Buffer sealed(plaintext.size() + crypto::aead_tag_size);
  crypto::AeadKey(aead, key.expose()).seal(nonce, aad, plaintext, sealed);
  return sealed;
}

Result<SecretBuffer> Suite::open(const Secret& key, Bytes nonce, Bytes aad, Bytes sealed) const {
  if (sealed.size() < crypto::aead_tag_size) return fail(Fault::decryption_failed);
  SecretBuffer plaintext(sealed.size() - crypto::aead_tag_size);
  if (!crypto::AeadKey(aead, key.expose()).open(nonce, aad, sealed, plaintext.expose_mut()))
    return fail(Fault::decryption_failed);
  return plaintext;
}

Secret random_secret(SecureRandom& random, size_t size) {
  Secret secret(size);
  random.fill(secret.expose_mut());
  return secret;
}

}  // namespace vicino::mls
