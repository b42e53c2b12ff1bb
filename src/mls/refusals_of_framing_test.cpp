// RFC 9420 sections 2.1 and 6: encoding, framing, and who may say what.
#include "mls/refusals.h"

namespace vicino::mls {
namespace {

// A PrivateMessage under a key of the sender's choice, `plaintext` as it stands.
struct Inner {
  Buffer plaintext;
  uint32_t leaf;
  uint32_t generation;  // as claimed
  ContentType type = ContentType::application;
};

Buffer seal_private(Scene& scene, Group& sender, const Inner& inner) {
  const Suite& suite = scene.suite;
  PrivateMessage out{sender.context().group_id, sender.context().epoch, inner.type, {}, {}, {}};
  const auto ratchet =
      inner.type == ContentType::application ? RatchetType::application : RatchetType::handshake;
  const auto next = must(GroupPeek::keys(sender).next(suite, sender.self(), ratchet));
  const uint32_t no_guard = 0;
  out.ciphertext =
      suite.seal(next.second.key, next.second.nonce.expose(),
                 encode(out.group_id, out.epoch, out.content_type, Buffer()), inner.plaintext);
  const MessageKey key =
      sender_data_key(suite, GroupPeek::secrets(sender).sender_data, out.ciphertext);
  out.encrypted_sender_data =
      suite.seal(key.key, key.nonce.expose(), encode(out.group_id, out.epoch, out.content_type),
                 encode(inner.leaf, inner.generation, no_guard));
  return encode_message(std::move(out));
}

// An application message's content and signature, from alice.
Buffer application(Scene& scene) {
  AuthenticatedContent content;
  content.wire_format = WireFormat::private_message;
  content.content = {scene.alice.context().group_id,
                     scene.alice.context().epoch,
                     Sender::member({0}),
                     {},
                     bytes_of("hello")};
  content.sign(scene.suite, GroupPeek::signer(scene.alice), scene.alice.context());
  return encode(bytes_of("hello"), content.auth.signature);
}

Buffer sealed_application(Scene& scene, const std::function<void(Inner&)>& change) {
  Inner inner{application(scene), 0, 0, ContentType::application};
  change(inner);
  return seal_private(scene, scene.alice, inner);
}

Buffer say(Scene& scene, Group& sender) {
  return must(sender.protect(as_bytes("hello"), {}, scene.random));
}

std::optional<Fault> refused_private(Scene& scene, void (*change)(PrivateMessage&)) {
  auto message = must(decode<Message>(say(scene, scene.alice)));
  change(std::get<PrivateMessage>(message.body));
  return scene.refused(scene.bob, encode(message));
}

// Alice's proposal to remove dave, its content changed and signed again.
std::optional<Fault> refused_proposal(Scene& scene, void (*change)(AuthenticatedContent&)) {
  return scene.refused(scene.bob,
                       forged(scene.alice, said_by(scene.alice, Proposal{Remove{3}}), change));
}

// The same, its bytes changed and not signed again.
std::optional<Fault> refused_bytes(Scene& scene, void (*change)(Buffer&)) {
  Buffer message = said_by(scene.alice, Proposal{Remove{3}});
  change(message);
  return scene.refused(scene.bob, message);
}

std::optional<Fault> refused_membership_tag(Scene& scene, void (*change)(Buffer&)) {
  auto message = must(decode<Message>(said_by(scene.alice, Proposal{Remove{3}})));
  change(std::get<PublicMessage>(message.body).membership_tag);
  return scene.refused(scene.bob, encode(message));
}

const Refusal of_framing[] = {
    {"AMessageCutShort", Fault::malformed,
     [](Scene& s) { return refused_bytes(s, [](Buffer& bytes) { bytes.pop_back(); }); }},
    {"AnUnknownSenderType", Fault::malformed,
     [](Scene& s) {
       return refused_proposal(
           s, [](AuthenticatedContent& m) { m.content.sender.type = SenderType{9}; });
     }},
    {"AnUnknownContentType", Fault::malformed,
     [](Scene& s) {
       return s.refused(s.bob,
                        sealed_application(s, [](Inner& inner) { inner.type = ContentType{9}; }));
     }},
    {"APrivateMessageWithoutContent", Fault::malformed,
     [](Scene& s) {
       return s.refused(s.bob,
                        sealed_application(s, [](Inner& inner) { inner.plaintext.clear(); }));
     }},
    {"AnotherContentTypeThanWasSealed", Fault::decryption_failed,
     [](Scene& s) {
       return refused_private(s, [](PrivateMessage& m) { m.content_type = ContentType::proposal; });
     }},
    {"BytesAfterAMessage", Fault::trailing_bytes,
     [](Scene& s) { return refused_bytes(s, [](Buffer& bytes) { bytes.push_back(0); }); }},
    {"AMessageOverTheLimit", Fault::message_too_large,
     [](Scene& s) {
       const Buffer message = said_by(s.alice, Proposal{Remove{3}});
       s.rules.max_message = message.size() - 1;
       return s.refused(s.bob, message);
     }},
    {"AnotherVersionOfTheProtocol", Fault::unsupported_version,
     [](Scene& s) { return refused_bytes(s, [](Buffer& bytes) { bytes[1] = 2; }); }},
    {"AnUnknownCredential", Fault::unsupported_credential,
     [](Scene& s) {
       return s.refused({s.add_of(
           "x", [](KeyPackage& kp) { kp.leaf.credential.type = CredentialType{0x0a0a}; })});
     }},
    {"AnUnknownProposal", Fault::unsupported_proposal,
     [](Scene& s) {
       return refused_bytes(s, [](Buffer& bytes) {
         const Buffer proposal = encode(Proposal{Remove{3}});
         std::ranges::search(bytes, proposal)[1] = 0x0a;
       });
     }},
    {"AnUnknownWireFormat", Fault::wrong_wire_format,
     [](Scene& s) { return refused_bytes(s, [](Buffer& bytes) { bytes[3] = 9; }); }},
    {"AGroupInfoForAMember", Fault::wrong_wire_format,
     [](Scene& s) { return s.refused(s.bob, s.alice.group_info(true)); }},
    {"AKeyPackageForAMember", Fault::wrong_wire_format,
     [](Scene& s) { return s.refused(s.bob, encode_message(s.key_package("x").package)); }},
    {"AnotherGroupsMessage", Fault::wrong_group,
     [](Scene& s) {
       return refused_proposal(s, [](AuthenticatedContent& m) { m.content.group_id[0] ^= 1; });
     }},
    {"AnotherGroupsPrivateMessage", Fault::wrong_group,
     [](Scene& s) { return refused_private(s, [](PrivateMessage& m) { m.group_id.clear(); }); }},
    {"ALaterEpochsMessage", Fault::wrong_epoch,
     [](Scene& s) {
       return refused_proposal(s, [](AuthenticatedContent& m) { ++m.content.epoch; });
     }},
    {"ALaterEpochsPrivateMessage", Fault::wrong_epoch,
     [](Scene& s) { return refused_private(s, [](PrivateMessage& m) { ++m.epoch; }); }},
    {"AForgottenEpochsMessage", Fault::epoch_too_old,
     [](Scene& s) {
       const Buffer late = say(s, s.alice);
       s.rules.past_epochs = 1;
       for (int i = 0; i < 2; ++i) s.commit_and_adopt(s.members, 0);
       return s.refused(s.members[1], late);
     }},
    {"ASenderBehindTheTree", Fault::sender_not_a_member,
     [](Scene& s) {
       return refused_proposal(s, [](AuthenticatedContent& m) { m.content.sender.index = 4; });
     }},
    {"ASenderFarBehindTheTree", Fault::sender_not_a_member,
     [](Scene& s) {
       return refused_proposal(
           s, [](AuthenticatedContent& m) { m.content.sender.index = UINT32_MAX; });
     }},
    {"ABlankSender", Fault::sender_not_a_member,
     [](Scene& s) {
       s.commit_and_adopt(s.members, 0, {{Remove{2}}});
       return refused_proposal(s, [](AuthenticatedContent& m) { m.content.sender.index = 2; });
     }},
    {"APrivateSenderBehindTheTree", Fault::sender_not_a_member,
     [](Scene& s) {
       return s.refused(s.bob, sealed_application(s, [](Inner& inner) { inner.leaf = 4; }));
     }},
    {"AnUnlistedExternalSender", Fault::sender_not_a_member,
     [](Scene& s) {
       return s.refused(
           s.bob, s.said_from_outside({SenderType::external, 1}, s.door, Proposal{Remove{3}}));
     }},
    {"ACommitOfAnExternalSender", Fault::sender_type_not_allowed,
     [](Scene& s) {
       return s.refused(s.bob, s.said_from_outside({SenderType::external, 0}, s.door, Commit{}));
     }},
    {"AnExternalSenderWhereThereIsNone", Fault::sender_type_not_allowed,
     [](Scene& s) {
       s.commit_and_adopt(s.members, 0, {{GroupContextExtensions{}}});
       return s.refused(s.bob, s.said_by_door({Remove{3}}));
     }},
    {"ARemoveBySomebodyNew", Fault::sender_type_not_allowed,
     [](Scene& s) {
       return s.refused(s.bob, s.said_from_outside({SenderType::new_member_proposal, 0}, s.door,
                                                   Proposal{Remove{3}}));
     }},
    {"AProposalAsAnExternalCommit", Fault::sender_type_not_allowed,
     [](Scene& s) {
       return s.refused(s.bob, s.said_from_outside({SenderType::new_member_commit, 0}, s.door,
                                                   Proposal{Remove{3}}));
     }},
    {"OnesOwnProposal", Fault::own_message,
     [](Scene& s) { return s.refused(s.alice, said_by(s.alice, Proposal{Remove{3}})); }},
    {"OnesOwnCommit", Fault::own_message,
     [](Scene& s) { return s.refused(s.alice, s.commit(s.alice).commit); }},
    {"OnesOwnPrivateMessageAfterARestore", Fault::own_message,
     [](Scene& s) {
       Group backup = s.alice.clone();
       return s.refused(backup, say(s, s.alice));
     }},
    {"AnothersSignature", Fault::signature_invalid,
     [](Scene& s) {
       AuthenticatedContent content = content_of(said_by(s.alice, Proposal{Remove{3}}));
       content.sign(s.suite, GroupPeek::signer(s.carol), s.alice.context());
       return s.refused(s.bob,
                        encode_message(protect_public(s.suite, content, s.alice.context(),
                                                      GroupPeek::secrets(s.alice).membership_key)));
     }},
    {"ANewMembersProposalSignedByAnother", Fault::signature_invalid,
     [](Scene& s) {
       return s.refused(
           s.bob, s.said_from_outside({SenderType::new_member_proposal, 0}, s.door, s.add_of("x")));
     }},
    {"APrivateMessageSignedByAnother", Fault::signature_invalid,
     [](Scene& s) {
       return s.refused(s.bob, sealed_application(s, [](Inner& inner) {
                          inner.plaintext.back() ^= 1;  // of the signature
                        }));
     }},
    {"AMembershipTagWithAnotherBit", Fault::membership_tag_invalid,
     [](Scene& s) { return refused_membership_tag(s, [](Buffer& tag) { tag[31] ^= 1; }); }},
    {"AMembershipTagCutShort", Fault::membership_tag_invalid,
     [](Scene& s) { return refused_membership_tag(s, [](Buffer& tag) { tag.resize(16); }); }},
    {"AnEmptyMembershipTag", Fault::membership_tag_invalid,
     [](Scene& s) { return refused_membership_tag(s, [](Buffer& tag) { tag.clear(); }); }},
    {"AMembershipTagWithMoreBehind", Fault::membership_tag_invalid,
     [](Scene& s) { return refused_membership_tag(s, [](Buffer& tag) { tag.push_back(0); }); }},
    {"ApplicationDataInTheOpen", Fault::application_message_not_encrypted,
     [](Scene& s) { return s.refused(s.bob, said_by(s.alice, bytes_of("hello"))); }},
    {"OtherSenderData", Fault::decryption_failed,
     [](Scene& s) {
       return refused_private(s, [](PrivateMessage& m) { m.encrypted_sender_data[3] ^= 1; });
     }},
    {"NoSenderData", Fault::decryption_failed,
     [](Scene& s) {
       return refused_private(s, [](PrivateMessage& m) { m.encrypted_sender_data.clear(); });
     }},
    {"AnotherCiphertext", Fault::decryption_failed,
     [](Scene& s) {
       return refused_private(s, [](PrivateMessage& m) { m.ciphertext.back() ^= 1; });
     }},
    {"ACiphertextShorterThanItsTag", Fault::decryption_failed,
     [](Scene& s) {
       return refused_private(s, [](PrivateMessage& m) { m.ciphertext.resize(3); });
     }},
    {"OtherAuthenticatedData", Fault::decryption_failed,
     [](Scene& s) {
       return refused_private(s, [](PrivateMessage& m) { m.authenticated_data = {1}; });
     }},
    {"AMessageUnderAnothersLeaf", Fault::decryption_failed,
     [](Scene& s) {
       return s.refused(s.bob, sealed_application(s, [](Inner& inner) { inner.leaf = 2; }));
     }},
    {"PaddingThatIsNotZero", Fault::padding_not_zero,
     [](Scene& s) {
       return s.refused(s.bob, sealed_application(s, [](Inner& i) { i.plaintext.resize(200, 1); }));
     }},
    {"AGenerationTooFarAhead", Fault::generation_too_far,
     [](Scene& s) {
       return s.refused(s.bob, sealed_application(s, [](Inner& i) { i.generation = 1001; }));
     }},
    {"TheLastGeneration", Fault::generation_too_far,
     [](Scene& s) {
       return s.refused(s.bob, sealed_application(s, [](Inner& i) { i.generation = UINT32_MAX; }));
     }},
    {"AMessageTwice", Fault::generation_consumed,
     [](Scene& s) {
       const Buffer message = say(s, s.alice);
       must(s.bob.receive(message, s.environment()));
       return s.refused(s.bob, message);
     }},
    {"APrivateProposalTwice", Fault::generation_consumed,
     [](Scene& s) {
       const SendOptions privately{WireFormat::private_message, {}, 0};
       const Buffer message =
           must(s.alice.propose({Remove{3}}, privately, s.environment(), s.random));
       must(s.bob.receive(message, s.environment()));
       return s.refused(s.bob, message);
     }},
    {"SendingAfterTheLastGeneration", Fault::generations_exhausted,
     [](Scene& s) {
       Ratchet ratchet(random_secret(s.random, 32));
       GroupPeek::set_next(ratchet, UINT32_MAX);
       return fault_of(ratchet.next(s.suite));
     }},
    {"APublicWayToSendAWelcome", Fault::bad_request,
     [](Scene& s) {
       return s.unchanged(s.alice, [&] {
         return fault_of(
             s.alice.propose({Remove{3}}, {WireFormat::welcome, {}, 0}, s.environment(), s.random));
       });
     }},
};

}  // namespace

std::span<const Refusal> framing_refusals() {
  return of_framing;
}

}  // namespace vicino::mls
