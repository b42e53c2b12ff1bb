// RFC 9420 sections 12.1 and 12.2: proposals, and which may stand together in a commit.
#include "mls/refusals.h"

namespace vicino::mls {
namespace {

Proposal psk(PskId id) {
  return {PreSharedKey{std::move(id)}};
}

Proposal reinit(Scene& scene) {
  return {ReInit{bytes_of("next"), ProtocolVersion::mls10, scene.suite.id, {}}};
}

Extension extension(ExtensionType type) {
  return {type, {}};
}

std::optional<Fault> refused_extensions(Scene& scene, Extensions extensions) {
  return scene.refused({{GroupContextExtensions{std::move(extensions)}}});
}

std::optional<Fault> refused_external(Scene& scene, const std::function<void(Commit&)>& change,
                                      const ExternalJoinOptions& options = {}) {
  return scene.refused(scene.bob, scene.external_commit(change, options));
}

ExternalJoinOptions replacing(uint32_t leaf) {
  ExternalJoinOptions options;
  options.replaces = LeafIndex{leaf};
  return options;
}

const Refusal of_proposals[] = {
    {"AProposalNobodySaw", Fault::proposal_unknown,
     [](Scene& s) {
       Commit commit;
       commit.proposals.push_back({ProposalRef(32, 1)});
       return s.refused(s.bob, said_by(s.alice, std::move(commit)));
     }},
    {"AnEmptyReference", Fault::proposal_unknown,
     [](Scene& s) {
       Commit commit;
       commit.proposals.push_back({ProposalRef()});
       return s.refused(s.bob, said_by(s.alice, std::move(commit)));
     }},
    {"AProposalOfAnEarlierEpoch", Fault::proposal_unknown,
     [](Scene& s) {
       const Buffer message = must(s.alice.propose({Remove{3}}, {}, s.environment(), s.random));
       Commit commit;
       commit.proposals.push_back({content_of(message).proposal_ref(s.suite)});
       must(s.bob.receive(message, s.environment()));
       CommitOptions options;
       options.with_pending = false;
       s.adopt(s.members, 0, s.commit(s.alice, std::move(options)));
       return s.refused(s.bob, said_by(s.alice, std::move(commit)));
     }},
    {"AnAddByTheDoor", Fault::proposal_not_allowed_from_sender,
     [](Scene& s) { return s.refused(s.bob, s.said_by_door(s.add_of("new"))); }},
    {"AnUpdateByTheDoor", Fault::proposal_not_allowed_from_sender,
     [](Scene& s) {
       s.rules.external_sender_proposals.push_back(ProposalType::update);
       return s.refused(s.bob, s.said_by_door(s.update_of_alice([](LeafNode&) {})));
     }},
    {"AnExternalInitByTheDoor", Fault::proposal_not_allowed_from_sender,
     [](Scene& s) {
       s.rules.external_sender_proposals.push_back(ProposalType::external_init);
       return s.refused(s.bob, s.said_by_door({ExternalInit{}}));
     }},
    {"MoreProposalsThanACommitMayHave", Fault::too_many_proposals,
     [](Scene& s) {
       s.rules.max_proposals = 2;
       return s.refused({s.add_of("a"), s.add_of("b"), s.add_of("c")});
     }},
    {"MoreProposalsThanMayWait", Fault::too_many_proposals,
     [](Scene& s) {
       s.rules.max_proposals = 1;
       must(s.bob.receive(said_by(s.alice, Proposal{Remove{2}}), s.environment()));
       return s.refused(s.bob, said_by(s.alice, Proposal{Remove{3}}));
     }},
    {"MoreProposalsThanMayWaitFromOne", Fault::too_many_proposals_of_sender,
     [](Scene& s) {
       s.rules.max_proposals_per_sender = 1;
       must(s.bob.receive(said_by(s.alice, Proposal{Remove{2}}), s.environment()));
       must(s.bob.receive(said_by(s.carol, Proposal{Remove{3}}), s.environment()));
       return s.refused(s.bob, said_by(s.alice, Proposal{Remove{3}}));
     }},
    {"MoreWhoAskToComeInThanMayWait", Fault::too_many_proposals_of_sender,
     [](Scene& s) {
       s.rules.max_proposals_per_sender = 1;
       const auto asks = [&] {
         const OwnKeyPackage own = s.key_package("new");
         return s.said_from_outside({SenderType::new_member_proposal, 0}, own.signature_keys,
                                    Proposal{Add{own.package}});
       };
       must(s.bob.receive(asks(), s.environment()));
       return s.refused(s.bob, asks());
     }},
    {"MorePsksThanACommitMayHave", Fault::too_many_psks,
     [](Scene& s) {
       s.rules.max_psks = 1;
       return s.refused({psk(s.external_psk("a")), psk(s.external_psk("b"))});
     }},
    {"TheCommittersOwnUpdate", Fault::update_by_committer,
     [](Scene& s) { return s.refused({s.update_of_alice([](LeafNode&) {})}); }},
    {"TheCommittersOwnUpdateByReference", Fault::update_by_committer,
     [](Scene& s) {
       const Buffer update = must(s.alice.propose_update({}, {}, s.environment(), s.random));
       must(s.bob.receive(update, s.environment()));
       Commit commit;
       commit.proposals.push_back({content_of(update).proposal_ref(s.suite)});
       return s.refused(s.bob, said_by(s.alice, std::move(commit)));
     }},
    {"AMemberRemovedTwice", Fault::leaf_changed_twice,
     [](Scene& s) {
       return s.refused({{Remove{3}}, {Remove{3}}});
     }},
    {"AMemberUpdatedAndRemoved", Fault::leaf_changed_twice,
     [](Scene& s) {
       const Buffer update = must(s.carol.propose_update({}, {}, s.environment(), s.random));
       must(s.bob.receive(update, s.environment()));
       Commit commit = by_value({{Remove{2}}});
       commit.proposals.push_back({content_of(update).proposal_ref(s.suite)});
       return s.refused(s.bob, said_by(s.alice, std::move(commit)));
     }},
    {"TheCommitterRemoved", Fault::committer_removed,
     [](Scene& s) { return s.refused({{Remove{0}}}); }},
    {"NobodyRemoved", Fault::remove_blank_leaf,
     [](Scene& s) {
       s.commit_and_adopt(s.members, 0, {{Remove{2}}});
       return s.refused({{Remove{2}}});
     }},
    {"SomebodyBehindTheTreeRemoved", Fault::remove_blank_leaf,
     [](Scene& s) { return s.refused(s.bob, said_by(s.alice, Proposal{Remove{UINT32_MAX}})); }},
    {"AnUpdateWithTheSameKey", Fault::update_key_unchanged,
     [](Scene& s) {
       return s.refused(s.bob, said_by(s.alice, s.update_of_alice([&](LeafNode& leaf) {
                          leaf.encryption_key = s.alice.tree().leaf({0})->encryption_key;
                        })));
     }},
    {"SomebodyAddedTwice", Fault::add_duplicate_member,
     [](Scene& s) {
       const OwnKeyPackage one = s.key_package("new");
       const OwnKeyPackage two = make_key_package(s.suite, one.signature_keys.clone(),
                                                  World::leaf("new"), s.lifetime(), s.random);
       return s.refused({{Add{one.package}}, {Add{two.package}}});
     }},
    {"APskTwice", Fault::psk_duplicate,
     [](Scene& s) {
       const PskId id = s.external_psk("tea");
       return s.refused({psk(id), psk(id)});
     }},
    {"APskNonceCutShort", Fault::psk_nonce_length_wrong,
     [](Scene& s) {
       PskId id = s.external_psk("tea");
       id.nonce.pop_back();
       return s.refused({psk(id)});
     }},
    {"APskForAReinitialisation", Fault::psk_usage_wrong,
     [](Scene& s) {
       PskId id = s.resumption_psk(s.alice, 1);
       id.usage = ResumptionUsage::reinit;
       return s.refused({psk(id)});
     }},
    {"APskForABranch", Fault::psk_usage_wrong,
     [](Scene& s) {
       PskId id = s.resumption_psk(s.alice, 1);
       id.usage = ResumptionUsage::branch;
       return s.refused({psk(id)});
     }},
    {"APskNobodyHas", Fault::psk_unknown,
     [](Scene& s) { return s.refused({psk(s.external_psk("tea"))}); }},
    {"AnExternalCommitWithoutThePskItNeeds", Fault::psk_required,
     [](Scene& s) {
       s.rules.joins_need_psk = true;
       return refused_external(s, [](Commit&) {});
     }},
    {"AnAddWithoutThePskItNeeds", Fault::psk_required,
     [](Scene& s) {
       s.rules.joins_need_psk = true;
       return s.refused({s.add_of("new")});
     }},
    {"AnAddWithAPskOfTheGroupsPast", Fault::psk_required,
     [](Scene& s) {
       s.rules.joins_need_psk = true;
       return s.refused({s.add_of("new"), psk(s.resumption_psk(s.alice, s.alice.context().epoch))});
     }},
    {"TwoChangesOfTheGroupsExtensions", Fault::group_context_extensions_twice,
     [](Scene& s) {
       return s.refused({{GroupContextExtensions{}}, {GroupContextExtensions{}}});
     }},
    {"AGroupExtensionTwice", Fault::group_extension_duplicate,
     [](Scene& s) {
       const Extension required{ExtensionType::required_capabilities,
                                encode(RequiredCapabilities{})};
       return refused_extensions(s, {required, required});
     }},
    {"ATreeAsAGroupExtension", Fault::group_extension_misplaced,
     [](Scene& s) { return refused_extensions(s, {extension(ExtensionType::ratchet_tree)}); }},
    {"AnExternalKeyAsAGroupExtension", Fault::group_extension_misplaced,
     [](Scene& s) { return refused_extensions(s, {extension(ExtensionType::external_pub)}); }},
    {"AnApplicationIdAsAGroupExtension", Fault::group_extension_misplaced,
     [](Scene& s) { return refused_extensions(s, {extension(ExtensionType::application_id)}); }},
    {"RequirementsWithMoreBehind", Fault::group_extension_malformed,
     [](Scene& s) {
       Buffer data = encode(RequiredCapabilities{});
       data.push_back(0);
       return refused_extensions(s, {{ExtensionType::required_capabilities, data}});
     }},
    {"ExternalSendersWithMoreBehind", Fault::group_extension_malformed,
     [](Scene& s) {
       return refused_extensions(s, {{ExtensionType::external_senders, {0, 0}}});
     }},
    {"AReinitBesideAnother", Fault::reinit_not_alone,
     [](Scene& s) {
       return s.refused({reinit(s), s.add_of("new")});
     }},
    {"TwoReinits", Fault::reinit_not_alone,
     [](Scene& s) {
       return s.refused({reinit(s), reinit(s)});
     }},
    {"AReinitToAnEarlierVersion", Fault::reinit_version_lower,
     [](Scene& s) {
       Proposal down = reinit(s);
       std::get<ReInit>(down.body).version = ProtocolVersion{0};
       return s.refused({down});
     }},
    {"AReinitWithAnExtensionTwice", Fault::reinit_extension_duplicate,
     [](Scene& s) {
       Proposal twice = reinit(s);
       std::get<ReInit>(twice.body).extensions = {extension(World::known_extension),
                                                  extension(World::known_extension)};
       return s.refused({twice});
     }},
    {"AnExternalInitByAMember", Fault::external_init_from_member,
     [](Scene& s) { return s.refused({{ExternalInit{Buffer(32)}}}); }},
    {"AnExternalCommitWithoutInit", Fault::external_commit_needs_one_init,
     [](Scene& s) {
       return refused_external(s, [](Commit& commit) { commit.proposals.clear(); });
     }},
    {"AnExternalCommitWithTwoInits", Fault::external_commit_needs_one_init,
     [](Scene& s) {
       return refused_external(
           s, [](Commit& commit) { commit.proposals.push_back(commit.proposals[0]); });
     }},
    {"AnAddInAnExternalCommit", Fault::external_commit_proposal_not_allowed,
     [](Scene& s) {
       return refused_external(
           s, [&](Commit& commit) { commit.proposals.push_back({s.add_of("friend")}); });
     }},
    {"AnUpdateInAnExternalCommit", Fault::external_commit_proposal_not_allowed,
     [](Scene& s) {
       return refused_external(s, [&](Commit& commit) {
         commit.proposals.push_back({s.update_of_alice([](LeafNode&) {})});
       });
     }},
    {"NewExtensionsInAnExternalCommit", Fault::external_commit_proposal_not_allowed,
     [](Scene& s) {
       return refused_external(s, [](Commit& commit) {
         commit.proposals.push_back({Proposal{GroupContextExtensions{}}});
       });
     }},
    {"AReferenceInAnExternalCommit", Fault::external_commit_by_reference,
     [](Scene& s) {
       const Buffer proposal = said_by(s.alice, Proposal{Remove{3}});
       must(s.bob.receive(proposal, s.environment()));
       return refused_external(s, [&](Commit& commit) {
         commit.proposals.push_back({content_of(proposal).proposal_ref(s.suite)});
       });
     }},
    {"AnExternalCommitThatRemoves", Fault::external_commit_remove_forbidden,
     [](Scene& s) {
       return refused_external(
           s, [](Commit&) {}, replacing(2));
     }},
    {"AnExternalCommitThatRemovesTwo", Fault::external_commit_removes_two,
     [](Scene& s) {
       s.rules.external_remove = ExternalRemove::allowed;
       return refused_external(
           s, [](Commit& commit) { commit.proposals.push_back({Proposal{Remove{3}}}); },
           replacing(2));
     }},
    {"AnExternalCommitThatRemovesWithoutAResumptionPsk", Fault::external_commit_remove_unproven,
     [](Scene& s) {
       s.rules.external_remove = ExternalRemove::with_resumption_psk;
       s.psks.externals[bytes_of("tea")] = bytes_of("pot");
       ExternalJoinOptions options = replacing(2);
       options.psks = {s.external_psk("tea")};
       return refused_external(
           s, [](Commit&) {}, options);
     }},
    {"AnExternalCommitWithoutPath", Fault::external_commit_without_path,
     [](Scene& s) { return refused_external(s, [](Commit& commit) { commit.path.reset(); }); }},
    {"AnExternalInitThatIsNoPoint", Fault::decryption_failed,
     [](Scene& s) {
       // The path is opened first, and its context doesn't hold the proposals: only the init fails.
       return refused_external(
           s, [](Commit& commit) { commit.proposals[0] = {Proposal{ExternalInit{Buffer(32)}}}; });
     }},
};

}  // namespace

std::span<const Refusal> proposal_refusals() {
  return of_proposals;
}

}  // namespace vicino::mls
