// What calls give back, where it is more than bytes.
#pragma once

#include "module.h"

namespace vicino::mls_wasm {

// GroupContext | own leaf (optional) | members: leaf index, Credential, signature key |
// waiting proposals: ProposalRef, Sender, ProposalType
Buffer describe(const mls::PublicState& state, std::optional<mls::LeafIndex> self);

// What a received message was.
enum class Kind : uint8_t { application = 1, proposal = 2, commit = 3 };

// The next epoch's handle (optional: it isn't there for who was removed) | committer | external |
// added | updated | removed | proposals: Sender, by reference, Proposal (opaque) |
// ReInit (optional) | commit | welcome (optional).
Buffer keep_epoch(Module& m, mls::NewEpoch epoch);
Buffer keep_epoch(Module& m, mls::Follower::NextEpoch epoch);

}  // namespace vicino::mls_wasm
