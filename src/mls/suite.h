// Cipher suites as data (RFC 9420 section 5.1), and the operations they name, each with its label
// (sections 5.1.2, 5.1.3, 5.2 and 8). Another suite of the same algorithms' kinds is another row in
// suite.cpp.
#pragma once

#include "base/random.h"
#include "crypto/aead.h"
#include "crypto/hash.h"
#include "crypto/hmac.h"
#include "mls/codec.h"
#include "mls/secret.h"

namespace vicino::mls {

enum class ProtocolVersion : uint16_t { mls10 = 1 };

// IANA's numbers; the others are known by number only.
enum class CipherSuite : uint16_t {
  x25519_aes128gcm_sha256_ed25519 = 1,
  x25519_chacha20poly1305_sha256_ed25519 = 3,
};

struct HpkeCiphertext {
  Buffer kem_output;
  Buffer ciphertext;

  static void fields(auto& self, auto& io) { io(self.kem_output, self.ciphertext); }
  bool operator==(const HpkeCiphertext&) const = default;
};

struct HpkeKeys {
  Secret private_key;
  Buffer public_key;

  HpkeKeys clone() const { return {private_key.clone(), public_key}; }
};

struct SignatureKeys {
  Secret private_key;  // as ed25519_signing_key makes it: from Suite::signature_keys only
  Buffer public_key;

  SignatureKeys clone() const { return {private_key.clone(), public_key}; }
};

class Suite {
 public:
  // nullptr for a suite that isn't done here.
  static const Suite* find(CipherSuite id);

  CipherSuite id;
  crypto::Aead aead;
  crypto::Hash hash_algorithm;
  size_t public_key_size;  // of HPKE keys

  size_t hash_size() const { return crypto::digest_size(hash_algorithm); }  // Nh
  size_t key_size() const { return crypto::key_size(aead); }                // AEAD.Nk
  size_t nonce_size() const { return crypto::aead_nonce_size; }             // AEAD.Nn

  // Whether anybody can encrypt to this key: it has the right size and isn't a point of small order
  // (RFC 7748 section 6.1). One that stood in a tree would keep others from making commits.
  bool is_public_key(Bytes key) const;

  Buffer hash(Bytes message) const;
  // MAC(key, message) of section 5.1: HMAC, at full length.
  Buffer mac(const Secret& key, Bytes message) const;
  Secret extract(Bytes salt, Bytes input_key) const;
  Secret expand_with_label(Bytes secret, std::string_view label, Bytes context, size_t size) const;
  void expand_with_label(Bytes secret, std::string_view label, Bytes context, MutBytes out) const;
  Secret derive_secret(const Secret& secret, std::string_view label) const;
  // Section 5.2. `label` with its "MLS 1.0 " in front.
  Buffer ref_hash(std::string_view label, Bytes value) const;

  Buffer sign_with_label(const SignatureKeys& keys, std::string_view label, Bytes content) const;
  bool verify_with_label(Bytes public_key, std::string_view label, Bytes content,
                         Bytes signature) const;

  // Fault: leaf_key_malformed.
  Result<HpkeCiphertext> encrypt_with_label(Bytes public_key, std::string_view label, Bytes context,
                                            Bytes plaintext, SecureRandom& random) const;
  // Fault: decryption_failed.
  Result<SecretBuffer> decrypt_with_label(const HpkeKeys& keys, std::string_view label,
                                          Bytes context, const HpkeCiphertext& sealed) const;

  HpkeKeys derive_hpke_keys(const Secret& input) const;  // KEM.DeriveKeyPair
  HpkeKeys random_hpke_keys(SecureRandom& random) const;
  SignatureKeys random_signature_keys(SecureRandom& random) const;
  // From keys kept elsewhere. Fault: bad_request.
  Result<HpkeKeys> hpke_keys(Bytes private_key) const;
  Result<SignatureKeys> signature_keys(Bytes private_key) const;
  bool belong_together(const SignatureKeys& keys) const;

  // External initialisation (section 8.3): an HPKE export under the label "MLS 1.0 external init
  // secret".
  struct ExternalInitSecret {
    Buffer kem_output;
    Secret secret;
  };
  // Fault: external_pub_malformed.
  Result<ExternalInitSecret> send_external_init(Bytes external_pub, SecureRandom& random) const;
  Result<Secret> receive_external_init(const HpkeKeys& external, Bytes kem_output) const;

  // AEAD with keys used once. Fault of open: decryption_failed.
  Buffer seal(const Secret& key, Bytes nonce, Bytes aad, Bytes plaintext) const;
  Result<SecretBuffer> open(const Secret& key, Bytes nonce, Bytes aad, Bytes sealed) const;
};

// One secret that several are derived from, made ready once (section 8).
class Derivation {
 public:
  Derivation(const Suite& suite, Bytes secret)
      : suite_(suite), key_(suite.hash_algorithm, secret) {}

  void expand_with_label(std::string_view label, Bytes context, MutBytes out);
  Secret expand_with_label(std::string_view label, Bytes context, size_t size);
  Secret derive_tree_secret(std::string_view label, uint32_t generation,
                            size_t size);  // section 9.1

 private:
  const Suite& suite_;
  crypto::HmacKey key_;
  Encoder info_;  // kept from one to the next
};

Secret random_secret(SecureRandom& random, size_t size);

}  // namespace vicino::mls
