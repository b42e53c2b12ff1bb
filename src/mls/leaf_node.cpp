#include "mls/leaf_node.h"

#include <bitset>

#include "base/contains.h"

namespace vicino::mls {
namespace {

Buffer to_be_signed(const LeafNode& leaf, Bytes group_id, LeafIndex index) {
  Encoder encoder;
  LeafNode::unsigned_fields(leaf, encoder);
  if (leaf.source != LeafSource::key_package) {
    encoder.opaque(group_id);
    encoder(index.value);
  }
  return encoder.take();
}

}  // namespace

const Extension* find_extension(const Extensions& extensions, ExtensionType type) {
  const auto found = std::ranges::find(extensions, type, &Extension::type);
  return found == extensions.end() ? nullptr : &*found;
}

bool has_duplicate_types(const Extensions& extensions) {
  // Whoever sent them may not be known yet: no more than a look at each.
  std::bitset<1 << 16> seen;
  for (const Extension& extension : extensions) {
    const auto type = static_cast<uint16_t>(extension.type);
    if (seen.test(type)) return true;
    seen.set(type);
  }
  return false;
}

bool Capabilities::has(ProtocolVersion version) const {
  return contains(versions, version);
}

bool Capabilities::has(CipherSuite suite) const {
  return contains(cipher_suites, suite);
}

bool Capabilities::has(ExtensionType type) const {
  return (type >= ExtensionType::application_id && type <= ExtensionType::external_senders) ||
         contains(extensions, type);
}

bool Capabilities::has(ProposalType type) const {
  return (type >= ProposalType::add && type <= ProposalType::group_context_extensions) ||
         contains(proposals, type);
}

bool Capabilities::has(CredentialType type) const {
  return contains(credentials, type);
}

void LeafNode::sign(const Suite& suite, const SignatureKeys& keys, Bytes group_id,
                    LeafIndex index) {
  signature = suite.sign_with_label(keys, "LeafNodeTBS", to_be_signed(*this, group_id, index));
}

bool LeafNode::verify_signature(const Suite& suite, Bytes group_id, LeafIndex index) const {
  return suite.verify_with_label(signature_key, "LeafNodeTBS", to_be_signed(*this, group_id, index),
                                 signature);
}

}  // namespace vicino::mls
