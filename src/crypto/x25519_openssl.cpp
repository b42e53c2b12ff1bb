#include <openssl/core_names.h>

#include "crypto/curve25519.h"
#include "crypto/curve25519_openssl.h"

namespace vicino::crypto {
namespace {

// A private key for Diffie-Hellman alone: OpenSSL would compute its public key, which takes longer
// than the whole agreement and isn't used in it, unless it is given one, so it gets zeros.
Key agreement_key(Bytes private_key) {
  CHECK(private_key.size() == x25519_key_size);
  const KeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, "X25519", nullptr));
  CHECK(context != nullptr && EVP_PKEY_fromdata_init(context.get()) == 1);
  std::array<uint8_t, x25519_key_size> no_public_key{};
  OSSL_PARAM parameters[] = {
      OSSL_PARAM_construct_octet_string(
          OSSL_PKEY_PARAM_PRIV_KEY, const_cast<uint8_t*>(private_key.data()), private_key.size()),
      OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, no_public_key.data(),
                                        no_public_key.size()),
      OSSL_PARAM_construct_end()};
  EVP_PKEY* key = nullptr;
  CHECK(EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_KEYPAIR, parameters) == 1);
  return Key(key);
}

}  // namespace

std::array<uint8_t, x25519_key_size> x25519_public(Bytes private_key) {
  return public_part(private_key_object(EVP_PKEY_X25519, private_key));
}

Result<SecretBytes<x25519_key_size>> x25519(Bytes private_key, Bytes public_key) {
  CHECK(private_key.size() == x25519_key_size);
  if (public_key.size() != x25519_key_size) return fail(Errc::malformed, "X25519 public key");
  const Key own = agreement_key(private_key);
  const Key peer = public_key_object(EVP_PKEY_X25519, public_key);
  const KeyContext context(EVP_PKEY_CTX_new(own.get(), nullptr));
  CHECK(context != nullptr && EVP_PKEY_derive_init(context.get()) == 1);
  CHECK(EVP_PKEY_derive_set_peer_ex(context.get(), peer.get(), 0) == 1);
  SecretBytes<x25519_key_size> secret;
  size_t size = x25519_key_size;
  // OpenSSL refuses an all-zero secret, and nothing else.
  if (EVP_PKEY_derive(context.get(), secret.expose_mut().data(), &size) != 1) {
    return fail(Errc::malformed, "X25519 public key of small order");
  }
  CHECK(size == x25519_key_size);
  return secret;
}

}  // namespace vicino::crypto
