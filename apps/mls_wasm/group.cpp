// Groups. Calls that begin another epoch give it a handle of its own and leave the old one as it
// is: the host releases the one that isn't to be.
#include "replies.h"

namespace vicino::mls_wasm {
namespace {
using mls::Fault;
using mls::Group;

// A use of a PSK that has no nonce gets a fresh one.
void complete(mls::PskId& psk, const mls::Suite& suite, SecureRandom& random) {
  if (!psk.nonce.empty()) return;
  psk.nonce.resize(suite.hash_size());
  random.fill(psk.nonce);
}

void complete(mls::Proposal& proposal, const mls::Suite& suite, SecureRandom& random) {
  if (auto* const psk = std::get_if<mls::PreSharedKey>(&proposal.body))
    complete(psk->psk, suite, random);
}

}  // namespace

MLS_CALL(group_create, CreateGroup) {
  TRY_ASSIGN(const Identity* const identity, m.find<Identity>(request.identity));
  TRY_ASSIGN(Group group,
             Group::create(identity->suite, request.group_id, identity->member(), request.lifetime,
                           request.extensions, m.environment(request.now), m.random));
  return reply(m.keep(std::move(group)));
}

// The key package stays, for the host to release.
MLS_CALL(group_join, Join) {
  TRY_ASSIGN(const auto* const own, m.find<mls::OwnKeyPackage>(request.key_package));
  TRY_ASSIGN(Group group, Group::join(request.welcome, own->clone(), request.ratchet_tree,
                                      m.environment(request.now)));
  return reply(m.keep(std::move(group)));
}

MLS_CALL(group_join_external, JoinExternal) {
  TRY_ASSIGN(const Identity* const identity, m.find<Identity>(request.identity));
  mls::ExternalJoinOptions options;
  options.psks = std::move(request.psks);
  for (mls::PskId& psk : options.psks) complete(psk, identity->suite, m.random);
  if (request.replaces) options.replaces = mls::LeafIndex{*request.replaces};
  options.authenticated_data = std::move(request.authenticated_data);
  TRY_ASSIGN(auto epoch,
             Group::join_external(request.group_info, identity->member(), options,
                                  request.ratchet_tree, m.environment(request.now), m.random));
  return keep_epoch(m, std::move(epoch));
}

MLS_CALL(group_propose, Propose) {
  TRY_ASSIGN(Group* const group, m.find<Group>(request.group));
  complete(request.proposal, group->suite(), m.random);
  return group->propose(std::move(request.proposal), request.send.options(),
                        m.environment(request.now), m.random);
}

MLS_CALL(group_propose_update, ProposeUpdate) {
  TRY_ASSIGN(Group* const group, m.find<Group>(request.group));
  std::optional<mls::LeafTemplate> leaf;
  if (request.leaf) leaf = request.leaf->leaf_template();
  return group->propose_update(std::move(leaf), request.send.options(), m.environment(request.now),
                               m.random);
}

MLS_CALL(group_commit, MakeCommit) {
  TRY_ASSIGN(Group* const group, m.find<Group>(request.group));
  mls::CommitOptions options;
  options.proposals = std::move(request.proposals);
  for (mls::Proposal& proposal : options.proposals) complete(proposal, group->suite(), m.random);
  options.with_pending = request.with_pending != 0;
  options.force_path = request.force_path != 0;
  options.tree_in_welcome = request.tree_in_welcome != 0;
  options.send = request.send.options();
  if (request.identity) {
    TRY_ASSIGN(const Identity* const identity, m.find<Identity>(*request.identity));
    options.leaf = identity->leaf;
    options.signature_keys = identity->keys.clone();
  }
  TRY_ASSIGN(auto epoch, group->commit(std::move(options), m.environment(request.now), m.random));
  return keep_epoch(m, std::move(epoch));
}

// Kind | application: sender, epoch, authenticated data, plaintext; proposal: ProposalRef, Sender,
// ProposalType; commit: what keep_epoch() gives.
MLS_CALL(group_receive, Receive) {
  TRY_ASSIGN(Group* const group, m.find<Group>(request.handle));
  TRY_ASSIGN(auto received, group->receive(request.message, m.environment(request.now)));
  mls::Encoder out;
  if (auto* const data = std::get_if<mls::ReceivedApplication>(&received)) {
    out(Kind::application, data->sender.value, data->epoch, data->authenticated_data,
        data->plaintext);
    wipe(data->plaintext);
  } else if (const auto* const proposal = std::get_if<mls::ReceivedProposal>(&received)) {
    out(Kind::proposal, proposal->ref, proposal->proposal.sender,
        proposal->proposal.proposal.type());
  } else {
    out(Kind::commit);
    out.raw(keep_epoch(m, std::move(*std::get<2>(received))));
  }
  return out.take();
}

MLS_CALL(group_protect, Protect) {
  TRY_ASSIGN(Group* const group, m.find<Group>(request.group));
  const mls::SendOptions options{mls::WireFormat::private_message, request.authenticated_data,
                                 request.padding};
  return group->protect(request.plaintext, options, m.random);
}

MLS_CALL(group_export_secret, ExportSecret) {
  TRY_ASSIGN(const Group* const group, m.find<Group>(request.group));
  TRY(mls::require(request.size <= 255 * group->suite().hash_size(), Fault::bad_request));
  Buffer secret(request.size);
  group->export_secret(as_text(request.label), request.context, secret);
  return secret;
}

MLS_CALL(group_epoch_authenticator, OfHandle) {
  TRY_ASSIGN(const Group* const group, m.find<Group>(request.handle));
  return to_buffer(group->epoch_authenticator());
}

// An MLSMessage.
MLS_CALL(group_info, MakeGroupInfo) {
  TRY_ASSIGN(const Group* const group, m.find<Group>(request.group));
  return group->group_info(request.with_tree != 0);
}

// For those who are told the tree by another way than a Welcome or a GroupInfo.
MLS_CALL(group_tree, OfHandle) {
  TRY_ASSIGN(const Group* const group, m.find<Group>(request.handle));
  return group->tree().serialize();
}

MLS_CALL(group_state, OfHandle) {
  TRY_ASSIGN(const Group* const group, m.find<Group>(request.handle));
  return describe(group->state(), group->self());
}

MLS_CALL(group_save, OfHandle) {
  TRY_ASSIGN(const Group* const group, m.find<Group>(request.handle));
  return to_buffer(group->save().expose());
}

MLS_CALL(group_load, LoadGroup) {
  TRY_ASSIGN(Group group, Group::load(request.blob));
  return reply(m.keep(std::move(group)));
}

}  // namespace vicino::mls_wasm
