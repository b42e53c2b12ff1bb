// Making commits as a member of a call's group.
#include <algorithm>

#include "core/call_group_parts.h"
#include "mls/proposal_list.h"

namespace vicino::core {
namespace {

using admission::Breach;

// Why a commit can't be made; `by_added`: because of whom it adds, perhaps.
struct Trouble {
  Error error;
  bool by_added;
};

// Somebody to be added.
struct Candidate {
  size_t index;  // in Changes::add_key_packages
  SenderId sender;
  mls::Proposal add;
};

mls::Proposal context_proposal(const CallEpoch& epoch, const admission::CallContext& context) {
  mls::Extensions extensions = epoch.group.context().extensions;
  for (mls::Extension& extension : extensions)
    if (extension.type == admission::call_context_type)
      extension = admission::to_extension(context);
  return {mls::GroupContextExtensions{std::move(extensions)}};
}

class CommitMaker {
 public:
  CommitMaker(CallEpoch& epoch, uint64_t now_s, SecureRandom& random)
      : epoch_(epoch), environment_(epoch.link, &epoch.keys, now_s), random_(random) {}

  void take_removes(const std::vector<SenderId>& senders) {
    std::vector<SenderId> taken;
    for (const SenderId sender : senders) {
      const MemberInfo* const member = epoch_.find(sender);
      if (!member || std::ranges::find(taken, sender) != taken.end()) continue;
      taken.push_back(sender);
      fixed_.push_back({mls::Remove{member->leaf.value}});
    }
  }

  void take_context(const admission::CallContext& wanted) {
    admission::CallContext context = epoch_.context;
    context.lobby = wanted.lobby;
    context.locked = wanted.locked;
    context.mute_on_entry = wanted.mute_on_entry;
    context.hosts.clear();
    for (const SenderId host : wanted.hosts) {
      const bool twice = std::ranges::find(context.hosts, host) != context.hosts.end();
      if (epoch_.find(host) && !twice) context.hosts.push_back(host);
    }
    if (context != epoch_.context) fixed_.push_back(context_proposal(epoch_, context));
  }

  void take_link(const admission::CallContext& renewed) {
    fixed_.push_back(context_proposal(epoch_, renewed));
    with_pending_ = false;
  }

  void take_pending(bool with) { with_pending_ = with; }

  // Those that can't be added are left for unfit().
  void take_adds(const std::vector<Buffer>& key_packages) {
    for (size_t i = 0; i < key_packages.size(); ++i) {
      auto candidate = read(key_packages[i], i);
      if (candidate) {
        candidates_.push_back(std::move(*candidate));
      } else {
        unfit_.push_back(i);
      }
    }
  }

  Result<mls::NewEpoch> make() {
    if (candidates_.empty() && !has_others())
      return fail(Errc::not_found, "nothing to be committed");
    auto made = attempt(candidates_);
    if (made) return std::move(*made);
    if (!made.error().by_added || candidates_.empty()) return std::unexpected(made.error().error);
    keep_those_that_fit();
    if (candidates_.empty() && !has_others()) return std::unexpected(made.error().error);
    made = attempt(candidates_);
    if (!made) return std::unexpected(made.error().error);
    return std::move(*made);
  }

  std::vector<SenderId> added() const {
    std::vector<SenderId> senders;
    for (const Candidate& candidate : candidates_) senders.push_back(candidate.sender);
    return senders;
  }
  std::vector<size_t> unfit() const {
    std::vector<size_t> rising = unfit_;
    std::ranges::sort(rising);
    return rising;
  }

 private:
  bool has_others() const {
    return !fixed_.empty() || (with_pending_ && !epoch_.group.state().pending.empty());
  }

  std::optional<Candidate> read(Bytes key_package, size_t index) const {
    auto message = mls::decode<mls::Message>(key_package);
    const auto* package = message ? message->as<mls::KeyPackage>() : nullptr;
    if (!package) return std::nullopt;
    const auto sender = admission::sender_of(package->leaf.credential);
    if (!sender || epoch_.find(*sender)) return std::nullopt;
    const bool twice =
        std::ranges::find(candidates_, *sender, &Candidate::sender) != candidates_.end();
    Candidate candidate{index, *sender, {mls::Add{*package}}};
    const mls::Group& group = epoch_.group;
    const auto valid = mls::validate_proposal(candidate.add, mls::Sender::member(group.self()),
                                              group.tree(), group.context(), environment_.mls());
    if (twice || !valid) return std::nullopt;
    return candidate;
  }

  std::expected<mls::NewEpoch, Trouble> attempt(std::span<const Candidate> adding) {
    mls::CommitOptions options;
    options.proposals = fixed_;
    for (const Candidate& candidate : adding) options.proposals.push_back(candidate.add);
    if (!adding.empty())
      options.proposals.push_back({mls::PreSharedKey{join_psk(epoch_.link, random_)}});
    options.with_pending = with_pending_;
    // Fresh secrets in every commit: who could read along once is shut out by the next one.
    options.force_path = true;
    options.tree_in_welcome = false;
    auto next = epoch_.group.commit(std::move(options), environment_.mls(), random_);
    if (!next) return std::unexpected(Trouble{error_of(next.error()), true});
    const auto verdict = judge(epoch_.group.state(), next->group->state(), *next);
    if (verdict) return std::move(*next);
    const Breach breach = verdict.error();
    return std::unexpected(
        Trouble{{Errc::bad_state, admission::to_string(breach).data()},
                breach == Breach::sender_taken || breach == Breach::member_extension_malformed});
  }

  // One after the other, so that those who fit by themselves but not together don't stop the rest.
  void keep_those_that_fit() {
    std::vector<Candidate> kept;
    for (Candidate& candidate : std::exchange(candidates_, {})) {
      kept.push_back(std::move(candidate));
      if (attempt(kept)) continue;
      unfit_.push_back(kept.back().index);
      kept.pop_back();
    }
    candidates_ = std::move(kept);
  }

  CallEpoch& epoch_;
  CallEnvironment environment_;
  SecureRandom& random_;
  std::vector<mls::Proposal> fixed_;
  std::vector<Candidate> candidates_;
  std::vector<size_t> unfit_;
  bool with_pending_ = true;
};

}  // namespace

std::expected<void, Breach> judge(const mls::PublicState& before, const mls::PublicState& after,
                                  const mls::NewEpoch& commit) {
  return admission::judge({before, after, commit.committer, commit.external, commit.proposals});
}

Result<PreparedCommit> CallGroup::prepare(uint64_t now_s, const Changes& changes) {
  if (!in_group()) return fail(Errc::bad_state, "not a member");
  CallEpoch& epoch = *parts_->epoch;
  CommitMaker maker(epoch, now_s, *random_);
  if (changes.renew_link) {
    TRY_ASSIGN(const Renewal renewal, epoch.renew_link(room_, *random_));
    maker.take_link(renewal.context);
  } else {
    maker.take_pending(changes.with_pending);
    maker.take_removes(changes.remove);
    if (changes.context) maker.take_context(*changes.context);
    maker.take_adds(changes.add_key_packages);
  }
  TRY_ASSIGN(mls::NewEpoch next, maker.make());
  PreparedCommit prepared;
  prepared.commit = next.commit;
  prepared.group_info = next.group->group_info(false);
  prepared.welcome = std::move(next.welcome);
  prepared.adds = maker.added();
  prepared.unfit = maker.unfit();
  TRY_ASSIGN(CallEpoch after, epoch.next(std::move(*next.group), room_));
  if (changes.renew_link) prepared.token_hash = after.link.token_hash;
  parts_->prepared = {std::move(next.commit), std::move(after), false};
  return prepared;
}

}  // namespace vicino::core
