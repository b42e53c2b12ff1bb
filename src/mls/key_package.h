// Key packages (RFC 9420 section 10): how to be added to a group while away.
#pragma once

#include "mls/leaf_node.h"

namespace vicino::mls {

struct KeyPackage {
  ProtocolVersion version = ProtocolVersion::mls10;
  CipherSuite cipher_suite{};
  Buffer init_key;
  LeafNode leaf;
  Extensions extensions;
  Buffer signature;

  static void unsigned_fields(auto& self, auto& io) {
    io(self.version, self.cipher_suite, self.init_key, self.leaf, self.extensions);
  }
  static void fields(auto& self, auto& io) {
    unsigned_fields(self, io);
    io(self.signature);
  }
  bool operator==(const KeyPackage&) const = default;

  void sign(const Suite& suite, const SignatureKeys& keys);
  // Section 10.1, without the leaf's own validity. Faults: key_package_*.
  Status validate(const Suite& suite) const;
  Buffer ref(const Suite& suite) const;  // KeyPackageRef, section 5.2
};

// A key package with the private keys to it. To be used for one Welcome, then destroyed, unless it
// is a last resort.
struct OwnKeyPackage {
  KeyPackage package;
  Secret init_key;
  Secret encryption_key;
  SignatureKeys signature_keys;

  OwnKeyPackage clone() const {
    return {package, init_key.clone(), encryption_key.clone(), signature_keys.clone()};
  }
};

// What a client says of itself in every leaf it makes.
struct LeafTemplate {
  Credential credential;
  Capabilities capabilities;
  Extensions extensions;
};

OwnKeyPackage make_key_package(const Suite& suite, SignatureKeys signature_keys, LeafTemplate leaf,
                               Lifetime lifetime, SecureRandom& random, Extensions extensions = {});

}  // namespace vicino::mls
