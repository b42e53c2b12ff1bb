// Identities and key packages.
#include "crypto/ed25519.h"
#include "module.h"

namespace vicino::mls_wasm {
namespace {
using mls::Fault;

mls::Result<const mls::Suite*> suite_of(mls::CipherSuite id) {
  const mls::Suite* const suite = mls::Suite::find(id);
  if (!suite) return mls::fail(Fault::unsupported_suite);
  return suite;
}

// What signature_keys() takes.
Bytes seed_of(const mls::SignatureKeys& keys) {
  return keys.private_key.expose().first(crypto::ed25519_seed_size);
}

// handle | public signature key
Buffer keep_identity(Module& m, Identity identity) {
  const Buffer public_key = identity.keys.public_key;
  return reply(m.keep(std::move(identity)), public_key);
}

// handle | KeyPackageRef | the key package, an MLSMessage
Buffer keep_key_package(Module& m, const mls::Suite& suite, mls::OwnKeyPackage own) {
  const Buffer ref = own.package.ref(suite);
  const Buffer message = mls::encode_message(own.package);
  return reply(m.keep(std::move(own)), ref, message);
}

}  // namespace

MLS_CALL(identity_create, CreateIdentity) {
  TRY_ASSIGN(const mls::Suite* const suite, suite_of(request.suite));
  return keep_identity(
      m, {*suite, suite->random_signature_keys(m.random), request.leaf.leaf_template()});
}

MLS_CALL(identity_load, LoadIdentity) {
  TRY_ASSIGN(const mls::Suite* const suite, suite_of(request.suite));
  TRY_ASSIGN(auto keys, suite->signature_keys(request.private_key));
  return keep_identity(m, {*suite, std::move(keys), request.leaf.leaf_template()});
}

// What identity_load takes.
MLS_CALL(identity_save, OfHandle) {
  TRY_ASSIGN(const Identity* const identity, m.find<Identity>(request.handle));
  const auto& [credential, capabilities, extensions] = identity->leaf;
  mls::Encoder out;
  out(identity->suite.id, credential, capabilities, extensions);
  out.opaque(seed_of(identity->keys));
  return out.take();
}

MLS_CALL(key_package_create, CreateKeyPackage) {
  TRY_ASSIGN(const Identity* const identity, m.find<Identity>(request.identity));
  return keep_key_package(
      m, identity->suite,
      mls::make_key_package(identity->suite, identity->keys.clone(), identity->leaf,
                            request.lifetime, m.random, request.extensions));
}

MLS_CALL(key_package_load, LoadKeyPackage) {
  const auto* const package = request.package.as<mls::KeyPackage>();
  if (!package) return mls::fail(Fault::wrong_wire_format);
  TRY_ASSIGN(const mls::Suite* const suite, suite_of(package->cipher_suite));
  TRY_ASSIGN(auto init, suite->hpke_keys(request.init_key));
  TRY_ASSIGN(auto encryption, suite->hpke_keys(request.encryption_key));
  TRY_ASSIGN(auto signature, suite->signature_keys(request.signature_key));
  const bool fit = init.public_key == package->init_key &&
                   encryption.public_key == package->leaf.encryption_key &&
                   signature.public_key == package->leaf.signature_key;
  TRY(mls::require(fit, Fault::bad_request));
  return keep_key_package(m, *suite,
                          {*package, std::move(init.private_key), std::move(encryption.private_key),
                           std::move(signature)});
}

// What key_package_load takes.
MLS_CALL(key_package_save, OfHandle) {
  TRY_ASSIGN(const auto* const own, m.find<mls::OwnKeyPackage>(request.handle));
  mls::Encoder out;
  out(mls::Message{mls::ProtocolVersion::mls10, own->package});
  out.opaque(own->init_key.expose());
  out.opaque(own->encryption_key.expose());
  out.opaque(seed_of(own->signature_keys));
  return out.take();
}

}  // namespace vicino::mls_wasm
