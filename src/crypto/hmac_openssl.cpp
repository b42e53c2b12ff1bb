// By OpenSSL's SHA functions of before version 3: EVP_MAC costs four times as much for the short
// messages of key derivation, of which a group's key schedule has hundreds.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/crypto.h>
#include <openssl/sha.h>

#include <variant>

#include "crypto/hmac.h"

namespace vicino::crypto {
namespace {

struct Sha256 {
  static constexpr size_t block_size = SHA256_CBLOCK, digest_size = SHA256_DIGEST_LENGTH;
  SHA256_CTX context;

  Sha256() { CHECK(SHA256_Init(&context) == 1); }
  void update(Bytes data) { CHECK(SHA256_Update(&context, data.data(), data.size()) == 1); }
  void finish(uint8_t* digest) { CHECK(SHA256_Final(digest, &context) == 1); }
};

struct Sha512 {
  static constexpr size_t block_size = SHA512_CBLOCK, digest_size = SHA512_DIGEST_LENGTH;
  SHA512_CTX context;

  Sha512() { CHECK(SHA512_Init(&context) == 1); }
  void update(Bytes data) { CHECK(SHA512_Update(&context, data.data(), data.size()) == 1); }
  void finish(uint8_t* digest) { CHECK(SHA512_Final(digest, &context) == 1); }
};

// What both hashes are after the block of key material that comes before the data.
template <class Sha>
class Keyed {
 public:
  explicit Keyed(Bytes key) {
    std::array<uint8_t, Sha::block_size> block{};
    if (key.size() > block.size()) {
      Sha sha;
      sha.update(key);
      sha.finish(block.data());
    } else {
      copy(key, block);
    }
    for (uint8_t& byte : block) byte ^= 0x36;
    inner_.update(block);
    for (uint8_t& byte : block) byte ^= 0x36 ^ 0x5c;
    outer_.update(block);
    OPENSSL_cleanse(block.data(), block.size());
  }
  Keyed(const Keyed&) = delete;
  Keyed& operator=(const Keyed&) = delete;
  ~Keyed() {
    OPENSSL_cleanse(&inner_, sizeof inner_);
    OPENSSL_cleanse(&outer_, sizeof outer_);
  }

  void sign(std::span<const Bytes> parts, MutBytes tag) const {
    CHECK(tag.size() <= Sha::digest_size);
    std::array<uint8_t, Sha::digest_size> digest;
    Sha sha = inner_;
    for (const Bytes part : parts) {
      if (!part.empty()) sha.update(part);
    }
    sha.finish(digest.data());
    sha = outer_;
    sha.update(digest);
    sha.finish(digest.data());
    copy(Bytes(digest).first(tag.size()), tag);
    OPENSSL_cleanse(digest.data(), digest.size());
    OPENSSL_cleanse(&sha, sizeof sha);
  }

 private:
  Sha inner_, outer_;
};

}  // namespace

struct HmacKey::State {
  template <class Kind>
  State(Kind kind, Bytes key) : keyed(kind, key) {}

  std::variant<Keyed<Sha256>, Keyed<Sha512>> keyed;
};

HmacKey::HmacKey(Hash hash, Bytes key)
    : state_(hash == Hash::sha256 ? new State(std::in_place_type<Keyed<Sha256>>, key)
                                  : new State(std::in_place_type<Keyed<Sha512>>, key)) {}

HmacKey::HmacKey(HmacKey&&) noexcept = default;
HmacKey& HmacKey::operator=(HmacKey&&) noexcept = default;
HmacKey::~HmacKey() = default;

void HmacKey::sign(std::span<const Bytes> parts, MutBytes tag) {
  std::visit([&](const auto& keyed) { keyed.sign(parts, tag); }, state_->keyed);
}

void hmac(Hash hash, Bytes key, Bytes message, MutBytes tag) {
  const std::span<const Bytes> parts(&message, 1);
  if (hash == Hash::sha256) {
    Keyed<Sha256>(key).sign(parts, tag);
  } else {
    Keyed<Sha512>(key).sign(parts, tag);
  }
}

}  // namespace vicino::crypto
