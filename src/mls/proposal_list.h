// The proposals of a commit: whether they may stand together (RFC 9420 sections 12.1, 12.2), and
// what they do (12.3).
#pragma once

#include "mls/environment.h"
#include "mls/framing.h"

namespace vicino::mls {

struct SentProposal {
  Proposal proposal;
  Sender sender;
  bool by_reference = false;

  bool operator==(const SentProposal&) const = default;
};

struct ProposalList {
  std::vector<SentProposal> proposals;
  // nullopt: it comes from outside.
  std::optional<LeafIndex> committer;
  // Of the committer's leaf, if the commit changes it: they count for what the commit asks for.
  const Capabilities* new_capabilities = nullptr;
  // Each by itself (validate_proposal), under the extensions as they will be: not again.
  bool judged = false;
};

struct Addition {
  LeafIndex index;
  KeyPackage key_package;
};

// A tree and extensions with the proposals in them; and what is left to do for those who hold
// secrets.
struct Applied {
  RatchetTree tree;
  Extensions extensions;
  std::vector<SentProposal> proposals;
  std::vector<Addition> added;
  std::vector<LeafIndex> updated;
  std::vector<LeafIndex> removed;
  std::vector<PskId> psks;
  std::optional<Buffer> kem_output;  // of ExternalInit
  std::optional<ReInit> reinit;
  bool path_required = false;

  std::vector<LeafIndex> added_leaves() const;
};

// One proposal by itself, as it arrives (12.1), from a sender whose signature holds. Faults: of
// section 12.1.
Status validate_proposal(const Proposal& proposal, const Sender& sender, const RatchetTree& tree,
                         const GroupContext& context, const Environment& environment);

// Faults: those of sections 12.1 and 12.2, one for each rule.
Result<Applied> apply_proposals(ProposalList list, const RatchetTree& tree,
                                const GroupContext& context, const Environment& environment);

}  // namespace vicino::mls
