// RFC 9420 sections 7.3 and 10.1: leaves and key packages.
#include "mls/refusals.h"

namespace vicino::mls {
namespace {

constexpr ExtensionType private_extension{0xff01};

// An Add of somebody whose key package is changed, then signed again.
std::optional<Fault> refused_add(Scene& scene, void (*change)(KeyPackage&)) {
  return scene.refused({scene.add_of("new", change)});
}

std::optional<Fault> refused_lifetime(Scene& scene, Lifetime lifetime) {
  return scene.refused(
      {scene.add_of("new", [&](KeyPackage& package) { package.leaf.lifetime = lifetime; })});
}

// Alice's Update as a proposal to bob.
std::optional<Fault> refused_update(Scene& scene, const std::function<void(LeafNode&)>& change) {
  return scene.refused(scene.bob, said_by(scene.alice, scene.update_of_alice(change)));
}

std::optional<Fault> refused_path_leaf(Scene& scene, const std::function<void(LeafNode&)>& change) {
  return scene.refused(scene.bob, scene.path_commit([&](UpdatePath& path) {
    change(path.leaf);
    scene.sign_leaf(path.leaf);
  }));
}

// Extensions that ask every member for more than they can.
Proposal requirement(RequiredCapabilities required) {
  return {GroupContextExtensions{
      {{ExtensionType::required_capabilities, encode(std::move(required))}}}};
}

const Refusal of_leaves[] = {
    {"AnUnwantedNewMember", Fault::credential_refused,
     [](Scene& s) {
       s.policy.answer = [](const CredentialCheck& c) { return c.use != CredentialUse::add; };
       return s.refused({s.add_of("mallory")});
     }},
    {"AnUnwantedUpdate", Fault::credential_refused,
     [](Scene& s) {
       s.policy.answer = [](const CredentialCheck& c) { return c.use != CredentialUse::update; };
       return refused_update(s, [](LeafNode&) {});
     }},
    {"AnUnwantedExternalSender", Fault::credential_refused,
     [](Scene& s) {
       s.policy.answer = [](const CredentialCheck&) { return false; };
       return s.refused({{GroupContextExtensions{s.alice.context().extensions}}});
     }},
    {"AnUpdateWithAnotherSignature", Fault::leaf_signature_invalid,
     [](Scene& s) {
       Proposal update = s.update_of_alice([](LeafNode&) {});
       std::get<Update>(update.body).leaf.signature[0] ^= 1;
       return s.refused(s.bob, said_by(s.alice, std::move(update)));
     }},
    {"AnUpdateSignedForAnotherPlace", Fault::leaf_signature_invalid,
     [](Scene& s) {
       Proposal update = s.update_of_alice([](LeafNode&) {});
       std::get<Update>(update.body)
           .leaf.sign(s.suite, GroupPeek::signer(s.alice), s.alice.context().group_id, {1});
       return s.refused(s.bob, said_by(s.alice, std::move(update)));
     }},
    {"AnUpdateSignedForAnotherGroup", Fault::leaf_signature_invalid,
     [](Scene& s) {
       Proposal update = s.update_of_alice([](LeafNode&) {});
       std::get<Update>(update.body)
           .leaf.sign(s.suite, GroupPeek::signer(s.alice), as_bytes("another group"), {0});
       return s.refused(s.bob, said_by(s.alice, std::move(update)));
     }},
    {"AKeyPackageWithAnotherLeafSignature", Fault::leaf_signature_invalid,
     [](Scene& s) {
       OwnKeyPackage own = s.key_package("new");
       own.package.leaf.signature[0] ^= 1;
       own.package.sign(s.suite, own.signature_keys);
       return s.refused({{Add{own.package}}});
     }},
    {"APathLeafWithAnotherSignature", Fault::leaf_signature_invalid,
     [](Scene& s) {
       return s.refused(s.bob,
                        s.path_commit([](UpdatePath& path) { path.leaf.signature[0] ^= 1; }));
     }},
    {"AnUpdateFromAKeyPackage", Fault::leaf_source_wrong,
     [](Scene& s) {
       return refused_update(s, [](LeafNode& leaf) { leaf.source = LeafSource::key_package; });
     }},
    {"AnUpdateFromACommit", Fault::leaf_source_wrong,
     [](Scene& s) {
       return refused_update(s, [](LeafNode& leaf) { leaf.source = LeafSource::commit; });
     }},
    {"AKeyPackageFromAnUpdate", Fault::leaf_source_wrong,
     [](Scene& s) {
       return refused_add(s, [](KeyPackage& p) { p.leaf.source = LeafSource::update; });
     }},
    {"APathLeafFromAnUpdate", Fault::leaf_source_wrong,
     [](Scene& s) {
       return refused_path_leaf(s, [](LeafNode& leaf) { leaf.source = LeafSource::update; });
     }},
    {"AKeyPackageNotYetValid", Fault::leaf_lifetime_not_begun,
     [](Scene& s) {
       return refused_lifetime(s, {s.now + 1, s.now + 100});
     }},
    {"AKeyPackageNoLongerValid", Fault::leaf_lifetime_over,
     [](Scene& s) {
       return refused_lifetime(s, {s.now - 100, s.now - 1});
     }},
    {"AKeyPackageValidBackwards", Fault::leaf_lifetime_over,
     [](Scene& s) {
       return refused_lifetime(s, {s.now, s.now - 1});
     }},
    {"AKeyPackageValidTooLong", Fault::leaf_lifetime_too_long,
     [](Scene& s) {
       return refused_lifetime(s, {s.now, s.now + s.rules.max_lifetime + 1});
     }},
    {"AKeyPackageValidForEver", Fault::leaf_lifetime_too_long,
     [](Scene& s) {
       return refused_lifetime(s, {0, UINT64_MAX});
     }},
    {"AClientWithoutTheVersion", Fault::leaf_version_or_suite_unsupported,
     [](Scene& s) {
       return refused_add(s, [](KeyPackage& p) { p.leaf.capabilities.versions.clear(); });
     }},
    {"AClientWithoutTheSuite", Fault::leaf_version_or_suite_unsupported,
     [](Scene& s) {
       return refused_add(s, [](KeyPackage& p) {
         p.leaf.capabilities.cipher_suites.erase(p.leaf.capabilities.cipher_suites.begin());
       });
     }},
    {"ACredentialItsOwnerDoesNotSupport", Fault::leaf_credential_not_in_capabilities,
     [](Scene& s) {
       return refused_add(s, [](KeyPackage& p) { p.leaf.credential.type = CredentialType::x509; });
     }},
    {"ACredentialTheOthersDoNotSupport", Fault::leaf_credential_unsupported_by_member,
     [](Scene& s) {
       return refused_add(s, [](KeyPackage& p) {
         p.leaf.credential = {CredentialType::x509, {}, {bytes_of("certificate")}};
         p.leaf.capabilities.credentials.push_back(CredentialType::x509);
       });
     }},
    {"AMembersCredentialTheNewOneDoesNotSupport", Fault::leaf_credential_unsupported_by_member,
     [](Scene& s) {
       return refused_add(s, [](KeyPackage& p) {
         p.leaf.credential = {CredentialType::x509, {}, {bytes_of("certificate")}};
         p.leaf.capabilities.credentials = {CredentialType::x509};
       });
     }},
    {"AnExtensionItsOwnerDoesNotSupport", Fault::leaf_extension_not_in_capabilities,
     [](Scene& s) {
       return refused_add(s, [](KeyPackage& p) {
         p.leaf.extensions.push_back({private_extension, {}});
       });
     }},
    {"AnExtensionTwice", Fault::leaf_extension_duplicate,
     [](Scene& s) {
       return refused_path_leaf(s, [](LeafNode& leaf) {
         for (const uint8_t data : Buffer{1, 2})
           leaf.extensions.push_back({ExtensionType::application_id, {data}});
       });
     }},
    {"ARequiredExtensionNobodyHas", Fault::leaf_lacks_required_capability,
     [](Scene& s) {
       return s.refused({requirement({{private_extension}, {}, {}})});
     }},
    {"ARequiredProposalNobodyHas", Fault::leaf_lacks_required_capability,
     [](Scene& s) {
       return s.refused({requirement({{}, {ProposalType{0xff02}}, {}})});
     }},
    {"ARequiredCredentialNobodyHas", Fault::leaf_lacks_required_capability,
     [](Scene& s) {
       return s.refused({requirement({{}, {}, {CredentialType::x509}})});
     }},
    {"ARequiredCapabilityTheNewMemberLacks", Fault::leaf_lacks_required_capability,
     [](Scene& s) {
       s.commit_and_adopt(s.members, 0, {requirement({{}, {}, {CredentialType::basic}})});
       return refused_add(s, [](KeyPackage& p) {
         p.leaf.credential = {CredentialType::x509, {}, {bytes_of("certificate")}};
         p.leaf.capabilities.credentials = {CredentialType::x509};
       });
     }},
    {"AGroupExtensionNobodyHas", Fault::leaf_lacks_group_extension,
     [](Scene& s) {
       return s.refused({{GroupContextExtensions{{{private_extension, {}}}}}});
     }},
    {"AnUpdateWithAnothersKey", Fault::leaf_encryption_key_taken,
     [](Scene& s) {
       return refused_update(s, [&](LeafNode& leaf) {
         leaf.encryption_key = s.carol.tree().leaf({2})->encryption_key;
       });
     }},
    {"AnUpdateWithAParentsKey", Fault::leaf_encryption_key_taken,
     [](Scene& s) {
       const Bytes root = s.alice.tree().public_key(s.alice.tree().size().root());
       return refused_update(
           s, [&](LeafNode& leaf) { leaf.encryption_key.assign(root.begin(), root.end()); });
     }},
    {"ANewMemberWithAnothersKey", Fault::leaf_encryption_key_taken,
     [](Scene& s) {
       return s.refused({s.add_of("new", [&](KeyPackage& p) {
         p.leaf.encryption_key = s.carol.tree().leaf({2})->encryption_key;
       })});
     }},
    {"ANewMemberWithAParentsKey", Fault::leaf_encryption_key_taken,
     [](Scene& s) {
       const Bytes root = s.alice.tree().public_key(s.alice.tree().size().root());
       return s.refused({s.add_of(
           "new", [&](KeyPackage& p) { p.leaf.encryption_key.assign(root.begin(), root.end()); })});
     }},
    {"AMemberAddedAgain", Fault::leaf_signature_key_taken,
     [](Scene& s) {
       const OwnKeyPackage again = make_key_package(s.suite, GroupPeek::signer(s.dave).clone(),
                                                    World::leaf("3"), s.lifetime(), s.random);
       return s.refused({{Add{again.package}}});
     }},
    {"ALeafKeyCutShort", Fault::leaf_key_malformed,
     [](Scene& s) {
       return refused_add(s, [](KeyPackage& p) { p.leaf.encryption_key.pop_back(); });
     }},
    {"AnInitKeyCutShort", Fault::key_package_init_key_malformed,
     [](Scene& s) { return refused_add(s, [](KeyPackage& p) { p.init_key.clear(); }); }},
    {"ALeafKeyThatIsNoPoint", Fault::leaf_key_malformed,
     [](Scene& s) {
       return refused_add(s, [](KeyPackage& p) { p.leaf.encryption_key = Buffer(32); });
     }},
    {"AnInitKeyThatIsNoPoint", Fault::key_package_init_key_malformed,
     [](Scene& s) { return refused_add(s, [](KeyPackage& p) { p.init_key = Buffer(32); }); }},
    {"AnUpdateKeyThatIsNoPoint", Fault::leaf_key_malformed,
     [](Scene& s) {
       return refused_update(s, [](LeafNode& leaf) { leaf.encryption_key = Buffer(32); });
     }},
    {"APathLeafKeyCutShort", Fault::leaf_key_malformed,
     [](Scene& s) {
       return refused_path_leaf(s, [](LeafNode& leaf) { leaf.encryption_key.pop_back(); });
     }},
    {"AKeyPackageOfAnotherVersion", Fault::key_package_version_wrong,
     [](Scene& s) {
       return refused_add(s, [](KeyPackage& p) { p.version = ProtocolVersion{2}; });
     }},
    {"AKeyPackageOfAnotherSuite", Fault::key_package_suite_wrong,
     [](Scene& s) {
       return refused_add(s, [](KeyPackage& p) {
         p.cipher_suite = CipherSuite::x25519_chacha20poly1305_sha256_ed25519;
       });
     }},
    {"AKeyPackageWithAnotherSignature", Fault::key_package_signature_invalid,
     [](Scene& s) {
       OwnKeyPackage own = s.key_package("new");
       own.package.signature[5] ^= 1;
       return s.refused({{Add{own.package}}});
     }},
    {"AKeyPackageChangedAfterSigning", Fault::key_package_signature_invalid,
     [](Scene& s) {
       OwnKeyPackage own = s.key_package("new");
       own.package.init_key = s.key_package("other").package.init_key;
       return s.refused({{Add{own.package}}});
     }},
    {"AnInitKeyThatIsTheLeafKey", Fault::key_package_init_key_reused,
     [](Scene& s) {
       return refused_add(s, [](KeyPackage& p) { p.init_key = p.leaf.encryption_key; });
     }},
    {"AKeyPackageExtensionTwice", Fault::key_package_extension_duplicate,
     [](Scene& s) {
       return refused_add(s, [](KeyPackage& p) {
         p.extensions = {{World::known_extension, {1}}, {World::known_extension, {2}}};
       });
     }},
};

}  // namespace

std::span<const Refusal> leaf_refusals() {
  return of_leaves;
}

}  // namespace vicino::mls
