// RFC 9420 sections 12.4.3.1 and 12.4.3.2: Welcomes and GroupInfos; saved states and the caller's
// own requests.
#include "mls/refusals.h"
#include "mls/welcome.h"

namespace vicino::mls {
namespace {

// A Welcome for somebody new, changed.
struct Invitation {
  OwnKeyPackage own;
  Welcome welcome;
};

std::optional<Fault> refused_welcome(Scene& scene, void (*change)(Scene&, Invitation&),
                                     bool with_tree = true) {
  Invitation invitation{scene.key_package("new"), {}};
  CommitOptions options;
  options.proposals = {{Add{invitation.own.package}}};
  options.tree_in_welcome = with_tree;
  const NewEpoch epoch = scene.commit(scene.alice, std::move(options));
  invitation.welcome = std::get<Welcome>(must(decode<Message>(*epoch.welcome)).body);
  change(scene, invitation);
  return fault_of(Group::join(encode_message(std::move(invitation.welcome)),
                              std::move(invitation.own), std::nullopt, scene.environment()));
}

// What a committer can put into a Welcome, however wrong: its secrets for bob's friend.
struct Forgery {
  GroupSecrets secrets;
  GroupInfo info;
};

// A Welcome to `epoch`, which has `own` in its tree, made by hand.
std::optional<Fault> refused_forgery(Scene& scene, void (*change)(Scene&, Forgery&)) {
  const Suite& suite = scene.suite;
  OwnKeyPackage own = scene.key_package("new");
  const NewEpoch epoch = scene.commit(scene.alice, {{Add{own.package}}});
  const Group& next = *epoch.group;
  Forgery forgery;
  forgery.secrets.joiner_secret = scene.fresh(suite.hash_size());
  forgery.info = {next.context(),
                  {{ExtensionType::ratchet_tree, next.tree().serialize()}},
                  Buffer(32),
                  next.self().value,
                  {}};
  change(scene, forgery);
  std::vector<Psk> psks;
  for (const PskId& id : forgery.secrets.psks)
    psks.push_back({id, SecretBuffer(Bytes(scene.psks.externals[bytes_of("tea")]))});
  if (forgery.info.signature.empty()) forgery.info.sign(suite, GroupPeek::signer(next));
  Secret joiner(suite.hash_size());
  copy(Bytes(forgery.secrets.joiner_secret)
           .first(std::min<size_t>(forgery.secrets.joiner_secret.size(), suite.hash_size())),
       joiner.expose_mut());
  const Secret key = EpochSecrets::welcome_from_joiner(suite, joiner, combine_psks(suite, psks));
  const Secret nonce = suite.expand_with_label(key.expose(), "nonce", {}, suite.nonce_size());
  Welcome welcome{suite.id,
                  {},
                  suite.seal(suite.expand_with_label(key.expose(), "key", {}, suite.key_size()),
                             nonce.expose(), {}, encode(forgery.info))};
  welcome.secrets.push_back(
      {own.package.ref(suite),
       must(suite.encrypt_with_label(own.package.init_key, "Welcome", welcome.encrypted_group_info,
                                     encode(forgery.secrets), scene.random))});
  return fault_of(Group::join(encode_message(std::move(welcome)), std::move(own), std::nullopt,
                              scene.environment()));
}

void with_psk(Scene& scene, Forgery& forgery, const PskId& id) {
  scene.psks.externals[bytes_of("tea")] = bytes_of("pot");
  scene.psks.resumptions[{id.group_id, id.epoch}] = bytes_of("pot");
  forgery.secrets.psks.push_back(id);
}

const Refusal of_joining[] = {
    {"AMessageThatIsNoWelcome", Fault::wrong_wire_format,
     [](Scene& s) {
       return fault_of(Group::join(s.alice.group_info(true), s.key_package("new"), std::nullopt,
                                   s.environment()));
     }},
    {"SomebodyElsesWelcome", Fault::welcome_not_for_this_key_package,
     [](Scene& s) {
       return refused_welcome(s, [](Scene& at, Invitation& i) { i.own = at.key_package("new"); });
     }},
    {"AWelcomeOfAnUnknownSuite", Fault::unsupported_suite,
     [](Scene& s) {
       return refused_welcome(
           s, [](Scene&, Invitation& i) { i.welcome.cipher_suite = CipherSuite{2}; });
     }},
    {"AGroupInfoOfAnUnknownSuite", Fault::unsupported_suite,
     [](Scene& s) {
       return s.join_external(
           s.group_info([](GroupInfo& info) { info.context.cipher_suite = CipherSuite{0x0a0a}; }));
     }},
    {"AGroupInfoOfAnotherVersion", Fault::unsupported_version,
     [](Scene& s) {
       return s.join_external(
           s.group_info([](GroupInfo& info) { info.context.version = ProtocolVersion{2}; }));
     }},
    {"AWelcomeOfAnotherSuite", Fault::welcome_suite_wrong,
     [](Scene& s) {
       return refused_welcome(s, [](Scene&, Invitation& i) {
         i.welcome.cipher_suite = CipherSuite::x25519_chacha20poly1305_sha256_ed25519;
       });
     }},
    {"AGroupOfAnotherSuiteThanItsWelcome", Fault::welcome_suite_wrong,
     [](Scene& s) {
       return refused_forgery(s, [](Scene&, Forgery& f) {
         f.info.context.cipher_suite = CipherSuite::x25519_chacha20poly1305_sha256_ed25519;
       });
     }},
    {"GroupSecretsWithAnotherBit", Fault::welcome_secrets_invalid,
     [](Scene& s) {
       return refused_welcome(s, [](Scene&, Invitation& i) {
         i.welcome.secrets[0].encrypted_group_secrets.ciphertext[0] ^= 1;
       });
     }},
    {"AnotherGroupInfoBesideTheSecrets", Fault::welcome_secrets_invalid,
     [](Scene& s) {
       return refused_welcome(
           s, [](Scene&, Invitation& i) { i.welcome.encrypted_group_info[0] ^= 1; });
     }},
    {"AJoinerSecretCutShort", Fault::welcome_secrets_invalid,
     [](Scene& s) {
       return refused_forgery(s, [](Scene&, Forgery& f) { f.secrets.joiner_secret.pop_back(); });
     }},
    {"APathSecretCutShort", Fault::welcome_secrets_invalid,
     [](Scene& s) {
       return refused_forgery(
           s, [](Scene&, Forgery& f) { f.secrets.path_secret = PathSecret{Buffer(31)}; });
     }},
    {"APathSecretThatDoesNotFitTheTree", Fault::path_key_mismatch,
     [](Scene& s) {
       return refused_forgery(
           s, [](Scene&, Forgery& f) { f.secrets.path_secret = PathSecret{Buffer(32)}; });
     }},
    {"AWelcomeWithAnotherConfirmationTag", Fault::confirmation_tag_invalid,
     [](Scene& s) { return refused_forgery(s, [](Scene&, Forgery&) {}); }},
    {"AWelcomeWithAPskTwice", Fault::psk_duplicate,
     [](Scene& s) {
       return refused_forgery(s, [](Scene& at, Forgery& f) {
         with_psk(at, f, at.external_psk("tea"));
         f.secrets.psks.push_back(f.secrets.psks[0]);
       });
     }},
    {"AWelcomeWithAPskNonceCutShort", Fault::psk_nonce_length_wrong,
     [](Scene& s) {
       return refused_forgery(s, [](Scene& at, Forgery& f) {
         PskId id = at.external_psk("tea");
         id.nonce.pop_back();
         with_psk(at, f, id);
       });
     }},
    {"AWelcomeToALaterEpochThatReinitialises", Fault::welcome_psk_begins_no_group,
     [](Scene& s) {
       return refused_forgery(s, [](Scene& at, Forgery& f) {
         PskId id = at.resumption_psk(at.alice, 1);
         id.usage = ResumptionUsage::reinit;
         with_psk(at, f, id);
       });
     }},
    {"AWelcomeWithoutThePskItNeeds", Fault::psk_required,
     [](Scene& s) {
       const auto nothing = [](Scene& at, Invitation&) { at.rules.joins_need_psk = true; };
       return refused_welcome(s, nothing);
     }},
    {"AWelcomeWithAPskOfTheGroupsPast", Fault::psk_required,
     [](Scene& s) {
       return refused_forgery(s, [](Scene& at, Forgery& f) {
         at.rules.joins_need_psk = true;
         with_psk(at, f, at.resumption_psk(at.alice, at.alice.context().epoch));
       });
     }},
    {"AWelcomeWithMorePsksThanAllowed", Fault::too_many_psks,
     [](Scene& s) {
       s.rules.max_psks = 0;
       return refused_forgery(
           s, [](Scene& at, Forgery& f) { with_psk(at, f, at.external_psk("tea")); });
     }},
    {"AGroupInfoExtensionTwice", Fault::group_info_invalid,
     [](Scene& s) {
       return s.join_external(s.group_info(
           [](GroupInfo& info) { info.extensions.push_back(info.extensions.front()); }));
     }},
    {"AGroupInfoBySomebodyUnknown", Fault::group_info_signer_unknown,
     [](Scene& s) {
       return s.join_external(s.group_info([](GroupInfo& info) { info.signer = 4; }));
     }},
    {"AGroupInfoSignedByAnother", Fault::group_info_signature_invalid,
     [](Scene& s) {
       return s.join_external(s.group_info([](GroupInfo& info) { info.signer = 1; }));
     }},
    {"AWelcomesGroupInfoSignedByAnother", Fault::group_info_signature_invalid,
     [](Scene& s) {
       return refused_forgery(
           s, [](Scene& at, Forgery& f) { f.info.sign(at.suite, GroupPeek::signer(at.bob)); });
     }},
    {"AWelcomeWithoutTree", Fault::ratchet_tree_missing,
     [](Scene& s) {
       return refused_welcome(
           s, [](Scene&, Invitation&) {}, false);
     }},
    {"AGroupOneIsNotIn", Fault::own_leaf_missing,
     [](Scene& s) {
       return refused_forgery(s, [](Scene& at, Forgery& f) {
         f.info.context = at.alice.context();
         f.info.extensions.front().data = at.alice.tree().serialize();
       });
     }},
    {"AGroupInfoWithoutExternalKey", Fault::external_pub_missing,
     [](Scene& s) {
       return s.join_external(s.group_info([](GroupInfo& info) { info.extensions.pop_back(); }));
     }},
    {"AnExternalKeyWithMoreBehind", Fault::external_pub_malformed,
     [](Scene& s) {
       return s.join_external(
           s.group_info([](GroupInfo& info) { info.extensions.back().data.push_back(0); }));
     }},
    {"AnExternalKeyThatIsNoPoint", Fault::external_pub_malformed,
     [](Scene& s) {
       return s.join_external(
           s.group_info([](GroupInfo& info) { info.extensions.back().data = encode(Buffer(32)); }));
     }},
    {"ReplacingALeafThatIsNotThere", Fault::resync_leaf_missing,
     [](Scene& s) {
       s.rules.external_remove = ExternalRemove::allowed;
       ExternalJoinOptions options;
       options.replaces = LeafIndex{4};
       return s.join_external(s.alice.group_info(true), options);
     }},
    {"AStateOfAnotherVersion", Fault::state_invalid,
     [](Scene& s) {
       const SecretBuffer saved = s.alice.save();
       Buffer bytes(saved.expose().begin(), saved.expose().end());
       bytes[0] ^= 1;
       return fault_of(Group::load(bytes));
     }},
    {"AStateCutShort", Fault::state_invalid,
     [](Scene& s) {
       const SecretBuffer saved = s.alice.save();
       return fault_of(Group::load(saved.expose().first(saved.size() - 1)));
     }},
    {"KeysOfAnotherSize", Fault::bad_request,
     [](Scene& s) { return fault_of(s.suite.hpke_keys(Buffer(31))); }},
    {"SignatureKeysOfAnotherSize", Fault::bad_request,
     [](Scene& s) { return fault_of(s.suite.signature_keys(Buffer(33))); }},
};

}  // namespace

std::span<const Refusal> joining_refusals() {
  return of_joining;
}

}  // namespace vicino::mls
