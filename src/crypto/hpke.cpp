#include "crypto/hpke.h"

#include "crypto/curve25519.h"
#include "crypto/hkdf.h"

namespace vicino::crypto {
namespace {

using PublicKey = std::array<uint8_t, x25519_key_size>;
using Secret = SecretBytes<32>;  // an output of HKDF-SHA256

constexpr uint8_t mode_base = 0;

// Section 4.1: "KEM", then DHKEM(X25519, HKDF-SHA256) of section 7.1.
constexpr std::array<uint8_t, 5> kem_suite = {'K', 'E', 'M', 0x00, 0x20};

// Section 5.1: "HPKE", the KEM, HKDF-SHA256 of section 7.2, the AEAD of section 7.3.
std::array<uint8_t, 10> hpke_suite(Aead aead) {
  std::array<uint8_t, 10> suite = {'H', 'P', 'K', 'E', 0x00, 0x20, 0x00, 0x01};
  store16(&suite[8], hpke_number(aead));
  return suite;
}

// Section 4, LabeledExtract and LabeledExpand.
Secret labeled_extract(Bytes suite, Bytes salt, std::string_view label, Bytes input_key) {
  const std::array<Bytes, 4> parts = {as_bytes("HPKE-v1"), suite, as_bytes(label), input_key};
  Secret prk;
  hkdf_extract_parts(Hash::sha256, salt, parts, prk.expose_mut());
  return prk;
}

void labeled_expand(Bytes suite, const Secret& prk, std::string_view label,
                    std::span<const Bytes> info, MutBytes out) {
  CHECK(info.size() <= 2);
  std::array<uint8_t, 2> size;
  store16(size.data(), static_cast<uint16_t>(out.size()));
  std::array<Bytes, 6> parts = {size, as_bytes("HPKE-v1"), suite, as_bytes(label)};
  std::ranges::copy(info, parts.begin() + 4);
  hkdf_expand_parts(Hash::sha256, prk.expose(), parts, out);
}

Secret labeled_expand(Bytes suite, const Secret& prk, std::string_view label,
                      std::span<const Bytes> info) {
  Secret out;
  labeled_expand(suite, prk, label, info, out.expose_mut());
  return out;
}

// Section 4.1, ExtractAndExpand, with what the two public keys make of kem_context.
Secret extract_and_expand(const Secret& shared, Bytes enc, Bytes public_key) {
  const Secret prk = labeled_extract(kem_suite, {}, "eae_prk", shared.expose());
  const std::array<Bytes, 2> context = {enc, public_key};
  return labeled_expand(kem_suite, prk, "shared_secret", context);
}

struct Encapsulated {
  PublicKey enc;
  Secret secret;
};

Result<Encapsulated> encapsulate(Bytes public_key, Bytes random) {
  CHECK(random.size() == hpke_random_size);
  const HpkeKeyPair ephemeral = hpke_derive_key_pair(random);
  TRY_ASSIGN(const Secret shared, x25519(ephemeral.private_key.expose(), public_key));
  return Encapsulated{ephemeral.public_key,
                      extract_and_expand(shared, ephemeral.public_key, public_key)};
}

Result<Secret> decapsulate(Bytes private_key, Bytes public_key, Bytes enc) {
  TRY_ASSIGN(const Secret shared, x25519(private_key, enc));
  return extract_and_expand(shared, enc, public_key);
}

// Section 5.1, KeySchedule in base mode: from here on every use has its own label.
class Schedule {
 public:
  Schedule(Aead aead, const Secret& shared, Bytes info) : aead_(aead), suite_(hpke_suite(aead)) {
    const Secret psk_id_hash = labeled_extract(suite_, {}, "psk_id_hash", {});
    const Secret info_hash = labeled_extract(suite_, {}, "info_hash", info);
    context_[0] = mode_base;
    copy(psk_id_hash.expose(), MutBytes(context_).subspan(1, 32));
    copy(info_hash.expose(), MutBytes(context_).subspan(33));
    secret_ = labeled_extract(suite_, shared.expose(), "secret", {});
  }

  AeadKey key() const {
    SecretBytes<32> memory;
    const MutBytes key = memory.expose_mut().first(key_size(aead_));
    expand("key", key);
    return AeadKey(aead_, key);
  }

  // Of the first message: the sequence number 0 changes nothing in it.
  std::array<uint8_t, aead_nonce_size> nonce() const {
    std::array<uint8_t, aead_nonce_size> nonce;
    expand("base_nonce", nonce);
    return nonce;
  }

  // Section 5.3.
  Secret export_secret(Bytes exporter_context) const {
    Secret exporter;
    expand("exp", exporter.expose_mut());
    return labeled_expand(suite_, exporter, "sec", {&exporter_context, 1});
  }

 private:
  void expand(std::string_view label, MutBytes out) const {
    const Bytes context = context_;
    labeled_expand(suite_, secret_, label, {&context, 1}, out);
  }

  Aead aead_;
  std::array<uint8_t, 10> suite_;
  std::array<uint8_t, 1 + 32 + 32> context_;
  Secret secret_;
};

Result<SecretBuffer> open(Aead aead, Bytes private_key, Bytes public_key, Bytes enc, Bytes info,
                          Bytes aad, Bytes ciphertext) {
  if (ciphertext.size() < aead_tag_size) return fail(Errc::truncated, "HPKE ciphertext");
  TRY_ASSIGN(const Secret shared, decapsulate(private_key, public_key, enc));
  const Schedule schedule(aead, shared, info);
  SecretBuffer plaintext(ciphertext.size() - aead_tag_size);
  TRY(schedule.key().open(schedule.nonce(), aad, ciphertext, plaintext.expose_mut()));
  return plaintext;
}

Result<Secret> receive_export(Aead aead, Bytes private_key, Bytes public_key, Bytes enc, Bytes info,
                              Bytes exporter_context) {
  TRY_ASSIGN(const Secret shared, decapsulate(private_key, public_key, enc));
  return Schedule(aead, shared, info).export_secret(exporter_context);
}

}  // namespace

HpkeKeyPair hpke_derive_key_pair(Bytes ikm) {
  CHECK(ikm.size() >= x25519_key_size);
  const Secret prk = labeled_extract(kem_suite, {}, "dkp_prk", ikm);
  HpkeKeyPair pair{.private_key = labeled_expand(kem_suite, prk, "sk", {}), .public_key = {}};
  pair.public_key = x25519_public(pair.private_key.expose());
  return pair;
}

Result<HpkeSealed> hpke_seal(Aead aead, Bytes public_key, Bytes info, Bytes aad, Bytes plaintext,
                             Bytes random) {
  TRY_ASSIGN(const Encapsulated encapsulated, encapsulate(public_key, random));
  const Schedule schedule(aead, encapsulated.secret, info);
  HpkeSealed sealed{encapsulated.enc, Buffer(plaintext.size() + aead_tag_size)};
  schedule.key().seal(schedule.nonce(), aad, plaintext, sealed.ciphertext);
  return sealed;
}

Result<SecretBuffer> hpke_open(Aead aead, Bytes private_key, Bytes enc, Bytes info, Bytes aad,
                               Bytes ciphertext) {
  return open(aead, private_key, x25519_public(private_key), enc, info, aad, ciphertext);
}

Result<SecretBuffer> hpke_open(Aead aead, const HpkeKeyPair& keys, Bytes enc, Bytes info, Bytes aad,
                               Bytes ciphertext) {
  return open(aead, keys.private_key.expose(), keys.public_key, enc, info, aad, ciphertext);
}

Result<HpkeExported> hpke_send_export(Aead aead, Bytes public_key, Bytes info,
                                      Bytes exporter_context, Bytes random) {
  TRY_ASSIGN(const Encapsulated encapsulated, encapsulate(public_key, random));
  return HpkeExported{encapsulated.enc,
                      Schedule(aead, encapsulated.secret, info).export_secret(exporter_context)};
}

Result<SecretBytes<32>> hpke_receive_export(Aead aead, Bytes private_key, Bytes enc, Bytes info,
                                            Bytes exporter_context) {
  return receive_export(aead, private_key, x25519_public(private_key), enc, info, exporter_context);
}

Result<SecretBytes<32>> hpke_receive_export(Aead aead, const HpkeKeyPair& keys, Bytes enc,
                                            Bytes info, Bytes exporter_context) {
  return receive_export(aead, keys.private_key.expose(), keys.public_key, enc, info,
                        exporter_context);
}

}  // namespace vicino::crypto
