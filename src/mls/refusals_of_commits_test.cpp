// RFC 9420 sections 7.5, 7.6 and 12.4.2: update paths and commits.
#include "mls/refusals.h"

namespace vicino::mls {
namespace {

std::optional<Fault> refused_path(Scene& scene, const std::function<void(UpdatePath&)>& change) {
  return scene.refused(scene.bob, scene.path_commit(change));
}

// A path of alice whose keys are all right, but whose secret for bob isn't the one they follow
// from: only who opens it can tell.
Buffer commit_with_another_secret_for_bob(Scene& scene) {
  const Group& alice = scene.alice;
  RatchetTree tree = alice.tree();
  const PathBuilder builder(tree, alice.self(), *tree.leaf(alice.self()), GroupPeek::signer(alice),
                            alice.context().group_id, scene.random);
  const GroupContext provisional =
      provisional_context(alice.context(), tree, alice.context().extensions);
  UpdatePath path = must(builder.encrypt(tree, provisional, {}, scene.random));
  path.nodes[0].encrypted_path_secrets[0] =
      must(scene.suite.encrypt_with_label(tree.leaf({1})->encryption_key, "UpdatePathNode",
                                          encode(provisional), Buffer(32, 1), scene.random));
  return said_by(alice, Commit{{}, std::move(path)});
}

std::optional<Fault> refused_confirmation_tag(Scene& scene, void (*change)(Buffer&)) {
  return scene.refused(scene.bob,
                       forged(scene.alice, scene.commit(scene.alice).commit,
                              [&](AuthenticatedContent& m) { change(m.auth.confirmation_tag); }));
}

const Refusal of_commits[] = {
    {"AnEmptyCommitWithoutPath", Fault::path_required,
     [](Scene& s) { return s.refused(s.bob, said_by(s.alice, Commit{})); }},
    {"ARemoveWithoutPath", Fault::path_required, [](Scene& s) { return s.refused({{Remove{3}}}); }},
    {"NewExtensionsWithoutPath", Fault::path_required,
     [](Scene& s) { return s.refused({{GroupContextExtensions{}}}); }},
    {"APathWithoutItsTop", Fault::path_length_wrong,
     [](Scene& s) { return refused_path(s, [](UpdatePath& path) { path.nodes.pop_back(); }); }},
    {"APathWithANodeTooMany", Fault::path_length_wrong,
     [](Scene& s) {
       return refused_path(s, [](UpdatePath& path) {
         path.nodes.push_back({Buffer(32, 3), path.nodes[0].encrypted_path_secrets});
       });
     }},
    {"APathWithoutNodes", Fault::path_length_wrong,
     [](Scene& s) { return refused_path(s, [](UpdatePath& path) { path.nodes.clear(); }); }},
    {"APathSecretTooFew", Fault::path_ciphertexts_wrong,
     [](Scene& s) {
       return refused_path(
           s, [](UpdatePath& path) { path.nodes[1].encrypted_path_secrets.pop_back(); });
     }},
    {"APathSecretTooMany", Fault::path_ciphertexts_wrong,
     [](Scene& s) {
       return refused_path(s, [](UpdatePath& path) {
         path.nodes[0].encrypted_path_secrets.push_back(path.nodes[0].encrypted_path_secrets[0]);
       });
     }},
    {"APathWithTheOldLeafKey", Fault::path_leaf_key_unchanged,
     [](Scene& s) {
       return refused_path(s, [&](UpdatePath& path) {
         path.leaf.encryption_key = s.alice.tree().leaf({0})->encryption_key;
         s.sign_leaf(path.leaf);
       });
     }},
    {"APathKeyThatAMemberHas", Fault::path_key_taken,
     [](Scene& s) {
       return refused_path(s, [&](UpdatePath& path) {
         path.nodes[0].encryption_key = s.alice.tree().leaf({2})->encryption_key;
       });
     }},
    {"APathKeyFromBefore", Fault::path_key_taken,
     [](Scene& s) {
       return refused_path(s, [&](UpdatePath& path) {
         const Bytes old = s.alice.tree().public_key(s.alice.tree().size().root());
         path.nodes[1].encryption_key.assign(old.begin(), old.end());
       });
     }},
    {"APathKeyTwice", Fault::path_key_duplicate,
     [](Scene& s) {
       return refused_path(s, [](UpdatePath& path) {
         path.nodes[1].encryption_key = path.nodes[0].encryption_key;
       });
     }},
    {"ALeafKeyOnItsPath", Fault::path_key_duplicate,
     [](Scene& s) {
       return refused_path(
           s, [](UpdatePath& path) { path.nodes[1].encryption_key = path.leaf.encryption_key; });
     }},
    {"APathKeyCutShort", Fault::path_key_malformed,
     [](Scene& s) {
       return refused_path(s, [](UpdatePath& path) { path.nodes[1].encryption_key.pop_back(); });
     }},
    {"APathKeyThatIsNoPoint", Fault::path_key_malformed,
     [](Scene& s) {
       return refused_path(s, [](UpdatePath& path) { path.nodes[0].encryption_key = Buffer(32); });
     }},
    {"APathLeafWithAnotherParentHash", Fault::parent_hash_invalid,
     [](Scene& s) {
       return refused_path(s, [&](UpdatePath& path) {
         path.leaf.parent_hash[0] ^= 1;
         s.sign_leaf(path.leaf);
       });
     }},
    {"APathKeyTheLeafDoesNotVouchFor", Fault::parent_hash_invalid,
     [](Scene& s) {
       return refused_path(s, [](UpdatePath& path) { path.nodes[1].encryption_key[0] ^= 1; });
     }},
    {"APathLeafWithAnothersSignatureKey", Fault::leaf_signature_key_taken,
     [](Scene& s) {
       return refused_path(s, [&](UpdatePath& path) {
         path.leaf.signature_key = GroupPeek::signer(s.carol).public_key;
         path.leaf.sign(s.suite, GroupPeek::signer(s.carol), s.alice.context().group_id, {0});
       });
     }},
    {"AnotherCiphertextForTheReceiver", Fault::path_decryption_failed,
     [](Scene& s) {
       return refused_path(
           s, [](UpdatePath& path) { path.nodes[0].encrypted_path_secrets[0].ciphertext[0] ^= 1; });
     }},
    {"AKemOutputThatIsNoPoint", Fault::path_decryption_failed,
     [](Scene& s) {
       return refused_path(s, [](UpdatePath& path) {
         path.nodes[0].encrypted_path_secrets[0].kem_output = Buffer(32);
       });
     }},
    {"AKemOutputCutShort", Fault::path_decryption_failed,
     [](Scene& s) {
       return refused_path(
           s, [](UpdatePath& path) { path.nodes[0].encrypted_path_secrets[0].kem_output.clear(); });
     }},
    {"AnotherSecretForOneReceiver", Fault::path_key_mismatch,
     [](Scene& s) { return s.refused(s.bob, commit_with_another_secret_for_bob(s)); }},
    {"NoConfirmationTag", Fault::confirmation_tag_missing,
     [](Scene& s) { return refused_confirmation_tag(s, [](Buffer& tag) { tag.clear(); }); }},
    {"AConfirmationTagWithAnotherBit", Fault::confirmation_tag_invalid,
     [](Scene& s) { return refused_confirmation_tag(s, [](Buffer& tag) { tag[0] ^= 1; }); }},
    {"AConfirmationTagCutShort", Fault::confirmation_tag_invalid,
     [](Scene& s) { return refused_confirmation_tag(s, [](Buffer& tag) { tag.resize(1); }); }},
    {"AConfirmationTagWithMoreBehind", Fault::confirmation_tag_invalid,
     [](Scene& s) { return refused_confirmation_tag(s, [](Buffer& tag) { tag.push_back(0); }); }},
    {"AConfirmationTagOfZeros", Fault::confirmation_tag_invalid,
     [](Scene& s) { return s.refused({s.add_of("new")}); }},
    {"OtherContentUnderTheSameTag", Fault::confirmation_tag_invalid,
     [](Scene& s) {
       return s.refused(
           s.bob, forged(s.alice, s.commit(s.alice).commit,
                         [](AuthenticatedContent& m) { m.content.authenticated_data = {1}; }));
     }},
    {"ACommitAfterAReinit", Fault::group_reinitialised,
     [](Scene& s) {
       s.commit_and_adopt(s.members, 0,
                          {{ReInit{bytes_of("next"), ProtocolVersion::mls10, s.suite.id, {}}}});
       return s.refused({s.add_of("new")});
     }},
};

}  // namespace

std::span<const Refusal> commit_refusals() {
  return of_commits;
}

}  // namespace vicino::mls
