#include "rtc/dtls_library.h"

#include <openssl/core_dispatch.h>
#include <openssl/provider.h>

#include <algorithm>
#include <array>
#include <map>
#include <string_view>
#include <vector>

#include "base/check.h"

namespace vicino::rtc {
namespace {

struct Offer {
  int operation;
  std::string_view name;
};

// For DTLS 1.2's suites that dtls_identity names, with certificates of P-256 (RFC 8827 section
// 6.5) or, as some peers have them, of RSA.
constexpr std::array offers = {
    Offer{OSSL_OP_CIPHER, "AES-128-GCM"},
    Offer{OSSL_OP_CIPHER, "AES-256-GCM"},
    Offer{OSSL_OP_CIPHER, "ChaCha20-Poly1305"},
    Offer{OSSL_OP_DIGEST, "SHA2-256"},
    Offer{OSSL_OP_DIGEST, "SHA2-384"},
    Offer{OSSL_OP_DIGEST, "SHA2-512"},
    Offer{OSSL_OP_DIGEST, "SHA1"},  // OpenSSL's own name for a certificate, in memory
    Offer{OSSL_OP_MAC, "HMAC"},
    Offer{OSSL_OP_KDF, "TLS1-PRF"},
    Offer{OSSL_OP_KEYMGMT, "EC"},
    Offer{OSSL_OP_KEYMGMT, "RSA"},
    Offer{OSSL_OP_KEYMGMT, "X25519"},
    Offer{OSSL_OP_KEYEXCH, "ECDH"},
    Offer{OSSL_OP_KEYEXCH, "X25519"},
    Offer{OSSL_OP_SIGNATURE, "ECDSA"},
    Offer{OSSL_OP_SIGNATURE, "RSA"},
    Offer{OSSL_OP_DECODER, "EC"},
    Offer{OSSL_OP_DECODER, "RSA"},
    Offer{OSSL_OP_DECODER, "DER"},  // tells which of the two there is
    Offer{OSSL_OP_ENCODER, "EC"},
    Offer{OSSL_OP_RAND, "CTR-DRBG"},
    Offer{OSSL_OP_RAND, "SEED-SRC"},
    Offer{OSSL_OP_CIPHER, "AES-256-CTR"},  // of CTR-DRBG
};

// Of the many forms that keys are read from and written in, that of certificates.
bool is_a_certificates(const OSSL_ALGORITHM& algorithm) {
  const std::string_view properties = algorithm.property_definition;
  return properties.find("structure=SubjectPublicKeyInfo") != std::string_view::npos;
}

bool is_offered(int operation, const OSSL_ALGORITHM& algorithm) {
  const std::string_view names = algorithm.algorithm_names;  // "EC:id-ecPublicKey:1.2.840..."
  const bool named = std::ranges::any_of(offers, [&](const Offer& o) {
    return o.operation == operation && o.name == names.substr(0, names.find(':'));
  });
  const bool is_a_form = operation == OSSL_OP_DECODER || operation == OSSL_OP_ENCODER;
  return named && (!is_a_form || is_a_certificates(algorithm));
}

// OpenSSL's own provider, in a library of its own, and what is offered of it.
struct Whole {
  OSSL_PROVIDER* provider = OSSL_PROVIDER_load(OSSL_LIB_CTX_new(), "default");
  // By operation; each ends with one that has no name, like OpenSSL's.
  std::map<int, std::vector<OSSL_ALGORITHM>> offered{};

  Whole() {
    CHECK(provider != nullptr);
    for (const Offer& offer : offers) {
      if (!offered.contains(offer.operation)) offered[offer.operation] = found(offer.operation);
    }
  }

  std::vector<OSSL_ALGORITHM> found(int operation) const {
    std::vector<OSSL_ALGORITHM> algorithms;
    int uncached = 0;
    const OSSL_ALGORITHM* next = OSSL_PROVIDER_query_operation(provider, operation, &uncached);
    for (; next && next->algorithm_names; ++next) {
      if (is_offered(operation, *next)) algorithms.push_back(*next);
    }
    algorithms.push_back({});
    return algorithms;
  }
};

const Whole& whole() {
  static const Whole& only = *new Whole;  // OpenSSL may still ask for it while the process ends
  return only;
}

const OSSL_ALGORITHM* query(void*, int operation, int* uncached) {
  *uncached = 0;
  const auto found = whole().offered.find(operation);
  return found == whole().offered.end() ? nullptr : found->second.data();
}

int capabilities(void*, const char* name, OSSL_CALLBACK* told, void* argument) {
  return OSSL_PROVIDER_get_capabilities(whole().provider, name, told, argument);
}

int open_part(const OSSL_CORE_HANDLE*, const OSSL_DISPATCH*, const OSSL_DISPATCH** functions,
              void** context) {
  static const std::array<OSSL_DISPATCH, 3> own = {
      OSSL_DISPATCH{OSSL_FUNC_PROVIDER_QUERY_OPERATION, reinterpret_cast<void (*)()>(query)},
      OSSL_DISPATCH{OSSL_FUNC_PROVIDER_GET_CAPABILITIES,
                    reinterpret_cast<void (*)()>(capabilities)},
      OSSL_DISPATCH{}};
  *functions = own.data();
  *context = OSSL_PROVIDER_get0_provider_ctx(whole().provider);
  return 1;
}

OSSL_LIB_CTX* made() {
  OSSL_LIB_CTX* library = OSSL_LIB_CTX_new();
  CHECK(library != nullptr);
  CHECK(OSSL_PROVIDER_add_builtin(library, "dtls", open_part) == 1);
  CHECK(OSSL_PROVIDER_load(library, "dtls") != nullptr);
  return library;
}

}  // namespace

OSSL_LIB_CTX* dtls_library() {
  static OSSL_LIB_CTX* const library = made();
  return library;
}

}  // namespace vicino::rtc
