#include "admission/rules.h"

#include <iterator>
#include <set>

namespace vicino::admission {
namespace {

using Verdict = std::expected<void, Breach>;
using mls::SenderType;

Verdict unless(bool broken, Breach breach) {
  if (broken) return std::unexpected(breach);
  return {};
}

// All of a group's extensions but the call context, in their order.
mls::Extensions other_extensions(const mls::Extensions& extensions) {
  mls::Extensions others;
  std::ranges::copy_if(extensions, std::back_inserter(others),
                       [](const mls::Extension& e) { return e.type != call_context_type; });
  return others;
}

bool lists(const std::vector<EarlierLink>& earlier, const Buffer& link_id) {
  return std::ranges::find(earlier, link_id, &EarlierLink::link_id) != earlier.end();
}

// Whose leaf it is, by everything that proves it.
bool same_owner(const mls::LeafNode& a, const mls::LeafNode& b) {
  return a.credential == b.credential && a.signature_key == b.signature_key;
}

struct Count {
  size_t adds = 0, removes = 0, psks = 0;
};

class Judge {
 public:
  Judge(const CommitFacts& facts, const CallContext& before, const CallContext& after)
      : facts_(facts), before_(before), after_(after), by_host_(committed_by_host()) {}

  Verdict operator()() {
    TRY(unless(other_extensions(facts_.before.context.extensions) !=
                   other_extensions(facts_.after.context.extensions),
               Breach::other_extensions_changed));
    for (const mls::SentProposal& sent : facts_.proposals) {
      TRY(std::visit([&](const auto& proposal) { return judge(proposal, sent); },
                     sent.proposal.body));
    }
    TRY(judge_joining());
    TRY(judge_links());
    TRY(judge_leaves());
    return judge_committer();
  }

 private:
  bool committed_by_host() const {
    const mls::LeafNode* leaf = facts_.before.tree.leaf(facts_.committer);
    if (facts_.external || !leaf) return false;
    const auto sender = sender_of(leaf->credential);
    const auto hosts = effective_hosts(before_, facts_.before.tree);
    return sender && std::ranges::find(hosts, *sender) != hosts.end();
  }

  Verdict judge(const mls::Add&, const mls::SentProposal& sent) {
    ++count_.adds;
    TRY(unless(before_.locked, Breach::room_locked));
    const bool allowed = by_host_ || !before_.lobby;
    return unless(sent.by_reference || !allowed, Breach::added_by_nobody_allowed);
  }
  Verdict judge(const mls::Remove& remove, const mls::SentProposal& sent) {
    ++count_.removes;
    if (facts_.external) {
      const mls::LeafNode* old = facts_.before.tree.leaf({remove.removed});
      const mls::LeafNode* fresh = facts_.after.tree.leaf(facts_.committer);
      return unless(!old || !fresh || !same_owner(*old, *fresh), Breach::replaces_another);
    }
    const bool allowed = sent.by_reference ? sent.sender.type == SenderType::external : by_host_;
    return unless(!allowed, Breach::removed_by_nobody_allowed);
  }
  Verdict judge(const mls::PreSharedKey& proposal, const mls::SentProposal& sent) {
    ++count_.psks;
    const bool right = proposal.psk.type == mls::PskType::external &&
                       proposal.psk.external_id == join_psk_id(before_.link_id);
    return unless(!right || sent.by_reference || count_.psks > 1, Breach::join_psk_wrong);
  }
  Verdict judge(const mls::GroupContextExtensions&, const mls::SentProposal& sent) const {
    return unless(!by_host_ || sent.by_reference, Breach::context_changed_by_no_host);
  }
  Verdict judge(const mls::ExternalInit&, const mls::SentProposal&) const { return {}; }
  Verdict judge(const mls::Update&, const mls::SentProposal&) const {
    return std::unexpected(Breach::proposal_not_used_here);
  }
  Verdict judge(const mls::ReInit&, const mls::SentProposal&) const {
    return std::unexpected(Breach::proposal_not_used_here);
  }

  Verdict judge_joining() const {
    if (facts_.external && count_.removes == 0) {
      TRY(unless(before_.locked, Breach::room_locked));
      TRY(unless(before_.lobby, Breach::external_join_in_lobby));
    }
    const bool joins = facts_.external || count_.adds > 0;
    return unless(joins && count_.psks == 0, Breach::join_psk_wrong);
  }

  // Who comes by the newest link has to find the way to all that was sealed under older ones.
  Verdict judge_links() const {
    if (before_.link_id == after_.link_id) {
      return unless(before_.earlier != after_.earlier, Breach::earlier_link_missing);
    }
    TRY(unless(facts_.external || count_.adds + count_.removes > 0,
               Breach::link_changed_with_members));
    return unless(!lists(after_.earlier, before_.link_id), Breach::earlier_link_missing);
  }

  // Leaves that were there already have passed this before.
  Verdict judge_leaves() const {
    std::set<SenderId> senders;
    for (const mls::LeafIndex index : facts_.after.tree.members()) {
      const mls::LeafNode& leaf = *facts_.after.tree.leaf(index);
      const auto sender = sender_of(leaf.credential);
      TRY(unless(!sender || !read_member_extension(leaf), Breach::member_extension_malformed));
      TRY(unless(!senders.insert(*sender).second, Breach::sender_taken));
    }
    return {};
  }

  // A path renews keys, not who somebody is.
  Verdict judge_committer() const {
    if (facts_.external) return {};
    const mls::LeafNode* old = facts_.before.tree.leaf(facts_.committer);
    const mls::LeafNode* fresh = facts_.after.tree.leaf(facts_.committer);
    TRY(unless(!old || !fresh || !same_owner(*old, *fresh), Breach::replaces_another));
    const auto said = read_member_extension(*old);
    const auto says = read_member_extension(*fresh);
    return unless(!said || !says || *said != *says, Breach::member_extension_malformed);
  }

  const CommitFacts& facts_;
  const CallContext& before_;
  const CallContext& after_;
  const bool by_host_;
  Count count_;
};

}  // namespace

std::string_view to_string(Breach breach) {
  switch (breach) {
    case Breach::call_context_malformed:
      return "the call context is malformed";
    case Breach::added_by_nobody_allowed:
      return "with the lobby on only hosts add, and only by value";
    case Breach::room_locked:
      return "the room is locked";
    case Breach::sender_taken:
      return "a sender id is taken";
    case Breach::member_extension_malformed:
      return "a leaf doesn't say who its member is, or says something else than before";
    case Breach::join_psk_wrong:
      return "who joins needs the current link's PSK and no other";
    case Breach::external_join_in_lobby:
      return "with the lobby on nobody joins from outside";
    case Breach::replaces_another:
      return "a leaf is replaced only by its owner";
    case Breach::removed_by_nobody_allowed:
      return "only hosts and the server remove";
    case Breach::context_changed_by_no_host:
      return "only hosts change the call context";
    case Breach::other_extensions_changed:
      return "the group's other extensions stay";
    case Breach::link_changed_with_members:
      return "a new link comes by itself";
    case Breach::earlier_link_missing:
      return "earlier links stay listed";
    case Breach::proposal_not_used_here:
      return "a kind of proposal that calls don't use";
  }
  return "unknown";
}

std::expected<void, Breach> judge(const CommitFacts& facts) {
  const auto before = read_call_context(facts.before.context.extensions);
  const auto after = read_call_context(facts.after.context.extensions);
  if (!before || !after) return std::unexpected(Breach::call_context_malformed);
  return Judge(facts, *before, *after)();
}

}  // namespace vicino::admission
