#include "mls/key_package.h"

namespace vicino::mls {
namespace {

Buffer to_be_signed(const KeyPackage& package) {
  Encoder encoder;
  KeyPackage::unsigned_fields(package, encoder);
  return encoder.take();
}

}  // namespace

void KeyPackage::sign(const Suite& suite, const SignatureKeys& keys) {
  signature = suite.sign_with_label(keys, "KeyPackageTBS", to_be_signed(*this));
}

Status KeyPackage::validate(const Suite& suite) const {
  if (version != ProtocolVersion::mls10) return fail(Fault::key_package_version_wrong);
  if (cipher_suite != suite.id) return fail(Fault::key_package_suite_wrong);
  if (!suite.is_public_key(init_key)) return fail(Fault::key_package_init_key_malformed);
  if (init_key == leaf.encryption_key) return fail(Fault::key_package_init_key_reused);
  if (leaf.source != LeafSource::key_package) return fail(Fault::leaf_source_wrong);
  if (has_duplicate_types(extensions)) return fail(Fault::key_package_extension_duplicate);
  return require(
      suite.verify_with_label(leaf.signature_key, "KeyPackageTBS", to_be_signed(*this), signature),
      Fault::key_package_signature_invalid);
}

Buffer KeyPackage::ref(const Suite& suite) const {
  return suite.ref_hash("MLS 1.0 KeyPackage Reference", encode(*this));
}

OwnKeyPackage make_key_package(const Suite& suite, SignatureKeys signature_keys, LeafTemplate leaf,
                               Lifetime lifetime, SecureRandom& random, Extensions extensions) {
  HpkeKeys init = suite.random_hpke_keys(random);
  HpkeKeys encryption = suite.random_hpke_keys(random);
  KeyPackage package{.cipher_suite = suite.id,
                     .init_key = init.public_key,
                     .leaf = {},
                     .extensions = std::move(extensions),
                     .signature = {}};
  package.leaf = {.encryption_key = encryption.public_key,
                  .signature_key = signature_keys.public_key,
                  .credential = std::move(leaf.credential),
                  .capabilities = std::move(leaf.capabilities),
                  .source = LeafSource::key_package,
                  .lifetime = lifetime,
                  .parent_hash = {},
                  .extensions = std::move(leaf.extensions),
                  .signature = {}};
  package.leaf.sign(suite, signature_keys, {}, {});
  package.sign(suite, signature_keys);
  return {std::move(package), std::move(init.private_key), std::move(encryption.private_key),
          std::move(signature_keys)};
}

}  // namespace vicino::mls
