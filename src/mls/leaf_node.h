// Leaves (RFC 9420 section 7.2) and what is in them: credentials (5.3), capabilities, extensions
// (13). Their validity (7.3) is judged in leaf_validation.h.
#pragma once

#include "mls/suite.h"
#include "mls/tree_math.h"

namespace vicino::mls {

enum class CredentialType : uint16_t { basic = 1, x509 = 2 };

struct Credential {
  CredentialType type = CredentialType::basic;
  Buffer identity;                   // basic
  std::vector<Buffer> certificates;  // x509: carried, not understood

  static Credential basic(Bytes identity) {
    return {CredentialType::basic, {identity.begin(), identity.end()}, {}};
  }

  static void fields(auto& self, auto& io) {
    io(self.type);
    switch (self.type) {
      case CredentialType::basic:
        return io(self.identity);
      case CredentialType::x509:
        return io(self.certificates);
    }
    io.fail(Fault::unsupported_credential);
  }
  bool operator==(const Credential&) const = default;
};

enum class ExtensionType : uint16_t {
  application_id = 1,
  ratchet_tree = 2,
  required_capabilities = 3,
  external_pub = 4,
  external_senders = 5,
};

struct Extension {
  ExtensionType type{};
  Buffer data;

  static void fields(auto& self, auto& io) { io(self.type, self.data); }
  bool operator==(const Extension&) const = default;
};

using Extensions = std::vector<Extension>;

// nullptr when there is none.
const Extension* find_extension(const Extensions& extensions, ExtensionType type);
bool has_duplicate_types(const Extensions& extensions);

enum class ProposalType : uint16_t {
  add = 1,
  update = 2,
  remove = 3,
  pre_shared_key = 4,
  reinit = 5,
  external_init = 6,
  group_context_extensions = 7,
};

// What a client can do beyond what every client must (section 7.2 lists the defaults).
struct Capabilities {
  std::vector<ProtocolVersion> versions;
  std::vector<CipherSuite> cipher_suites;
  std::vector<ExtensionType> extensions;
  std::vector<ProposalType> proposals;
  std::vector<CredentialType> credentials;

  static void fields(auto& self, auto& io) {
    io(self.versions, self.cipher_suites, self.extensions, self.proposals, self.credentials);
  }
  bool operator==(const Capabilities&) const = default;

  bool has(ProtocolVersion version) const;
  bool has(CipherSuite suite) const;
  bool has(ExtensionType type) const;  // true for those every client knows
  bool has(ProposalType type) const;   // likewise
  bool has(CredentialType type) const;
};

// Section 11.1.
struct RequiredCapabilities {
  std::vector<ExtensionType> extensions;
  std::vector<ProposalType> proposals;
  std::vector<CredentialType> credentials;

  static void fields(auto& self, auto& io) {
    io(self.extensions, self.proposals, self.credentials);
  }
  bool operator==(const RequiredCapabilities&) const = default;
};

// Seconds since 1970, both inclusive.
struct Lifetime {
  uint64_t not_before = 0;
  uint64_t not_after = 0;

  static void fields(auto& self, auto& io) { io(self.not_before, self.not_after); }
  bool operator==(const Lifetime&) const = default;
};

enum class LeafSource : uint8_t { key_package = 1, update = 2, commit = 3 };

struct LeafNode {
  Buffer encryption_key;
  Buffer signature_key;
  Credential credential;
  Capabilities capabilities;
  LeafSource source = LeafSource::key_package;
  Lifetime lifetime;   // key_package only
  Buffer parent_hash;  // commit only
  Extensions extensions;
  Buffer signature;

  static void unsigned_fields(auto& self, auto& io) {
    io(self.encryption_key, self.signature_key, self.credential, self.capabilities, self.source);
    switch (self.source) {
      case LeafSource::key_package:
        io(self.lifetime);
        break;
      case LeafSource::update:
        break;
      case LeafSource::commit:
        io(self.parent_hash);
        break;
      default:
        return io.fail(Fault::malformed);
    }
    io(self.extensions);
  }
  static void fields(auto& self, auto& io) {
    unsigned_fields(self, io);
    io(self.signature);
  }
  bool operator==(const LeafNode&) const = default;

  // `group_id` and `index` are signed too, except from a key package (LeafNodeTBS).
  void sign(const Suite& suite, const SignatureKeys& keys, Bytes group_id, LeafIndex index);
  bool verify_signature(const Suite& suite, Bytes group_id, LeafIndex index) const;
};

}  // namespace vicino::mls
