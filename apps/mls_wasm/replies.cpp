#include "replies.h"

namespace vicino::mls_wasm {
namespace {

struct Member {
  uint32_t index;
  mls::Credential credential;
  Buffer signature_key;
  static void fields(auto& self, auto& io) { io(self.index, self.credential, self.signature_key); }
};

struct Waiting {
  mls::ProposalRef ref;
  mls::Sender sender;
  mls::ProposalType type;
  static void fields(auto& self, auto& io) { io(self.ref, self.sender, self.type); }
};

struct Committed {
  mls::Sender sender;
  uint8_t by_reference;
  Buffer proposal;
  static void fields(auto& self, auto& io) { io(self.sender, self.by_reference, self.proposal); }
};

std::vector<Committed> committed(const std::vector<mls::SentProposal>& proposals) {
  std::vector<Committed> all;
  for (const mls::SentProposal& sent : proposals)
    all.push_back(
        {sent.sender, static_cast<uint8_t>(sent.by_reference), mls::encode(sent.proposal)});
  return all;
}

std::vector<uint32_t> numbers(const std::vector<mls::LeafIndex>& leaves) {
  std::vector<uint32_t> all;
  for (const mls::LeafIndex leaf : leaves) all.push_back(leaf.value);
  return all;
}

template <class Epoch>
Buffer epoch_reply(std::optional<Handle> next, const Epoch& epoch,
                   const std::optional<mls::ReInit>& reinit, const Buffer& commit,
                   const std::optional<Buffer>& welcome) {
  return reply(next, epoch.committer.value, static_cast<uint8_t>(epoch.external),
               numbers(epoch.added), numbers(epoch.updated), numbers(epoch.removed),
               committed(epoch.proposals), reinit, commit, welcome);
}

}  // namespace

Buffer describe(const mls::PublicState& state, std::optional<mls::LeafIndex> self) {
  std::vector<Member> members;
  for (const mls::LeafIndex index : state.tree.members()) {
    const mls::LeafNode& leaf = *state.tree.leaf(index);
    members.push_back({index.value, leaf.credential, leaf.signature_key});
  }
  std::vector<Waiting> waiting;
  for (const mls::PendingProposal& pending : state.pending)
    waiting.push_back({pending.ref, pending.sent.sender, pending.sent.proposal.type()});
  return reply(state.context, self ? std::optional(self->value) : std::nullopt, members, waiting);
}

Buffer keep_epoch(Module& m, mls::NewEpoch epoch) {
  std::optional<Handle> next;
  if (epoch.group) next = m.keep(std::move(*epoch.group));
  return epoch_reply(next, epoch, epoch.reinit, epoch.commit, epoch.welcome);
}

Buffer keep_epoch(Module& m, mls::Follower::NextEpoch epoch) {
  const Handle next = m.keep(std::move(epoch.next));
  return epoch_reply(next, epoch, std::nullopt, {}, std::nullopt);
}

}  // namespace vicino::mls_wasm
