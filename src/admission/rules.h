// Who may change a call's group, and how. The server and every member judge each commit by this one
// function, so that what the one lets through the others never refuse.
#pragma once

#include "admission/call_context.h"
#include "mls/public_state.h"

namespace vicino::admission {

struct CommitFacts {
  const mls::PublicState& before;
  const mls::PublicState& after;
  mls::LeafIndex committer;  // in `after` for an external commit
  bool external;
  const std::vector<mls::SentProposal>& proposals;
};

enum class Breach : uint8_t {
  call_context_malformed,
  added_by_nobody_allowed,  // lobby on, and the committer isn't a host
  room_locked,
  sender_taken,  // the id of a new leaf is another leaf's
  member_extension_malformed,
  join_psk_wrong,  // not the current link's, or beside it another
  external_join_in_lobby,
  replaces_another,  // an external commit that removes a leaf of another id or signature key
  removed_by_nobody_allowed,
  context_changed_by_no_host,
  other_extensions_changed,
  link_changed_with_members,
  earlier_link_missing,
  proposal_not_used_here,  // ReInit, Update
};
std::string_view to_string(Breach breach);

std::expected<void, Breach> judge(const CommitFacts& facts);

}  // namespace vicino::admission
