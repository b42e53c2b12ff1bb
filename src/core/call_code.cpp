#include "core/call_code.h"

#include <algorithm>
#include <iterator>

#include "crypto/hash.h"

namespace vicino::core {
namespace {

// What is hashed, part after part.
class Preimage {
 public:
  explicit Preimage(std::string_view label) { bytes(as_bytes(label)); }
  void bytes(Bytes b) { buffer_.insert(buffer_.end(), b.begin(), b.end()); }
  void u16(size_t v) {
    std::array<uint8_t, 2> b;
    store16(b.data(), static_cast<uint16_t>(v));
    bytes(b);
  }
  void u32(uint32_t v) {
    std::array<uint8_t, 4> b;
    store32(b.data(), v);
    bytes(b);
  }
  void u64(uint64_t v) {
    std::array<uint8_t, 8> b;
    store64(b.data(), v);
    bytes(b);
  }
  void sized(Bytes b) {
    u16(b.size());
    bytes(b);
  }
  std::array<uint8_t, 32> hash() const { return crypto::sha256(buffer_); }

 private:
  Buffer buffer_;
};

}  // namespace

void CallCode::roster_changed(Instant now, uint64_t epoch, Bytes epoch_authenticator, std::vector<CodeMember> roster,
                              SenderId self) {
  epoch_ = epoch;
  authenticator_.assign(epoch_authenticator.begin(), epoch_authenticator.end());
  roster_ = std::move(roster);
  std::ranges::sort(roster_, {}, &CodeMember::leaf);
  self_ = self;
  round_ = 0;
  excluded_.clear();
  commitments_.clear();
  nonces_.clear();
  liars_.clear();
  restarts_.clear();
  posts_.clear();
  phase_began_ = now;
  set_state(roster_.size() < 2 ? State::alone : State::settling);
  replay_early(now);
}

void CallCode::heard(Instant now, SenderId from, const post::CodeCommit& commit) {
  if (!is_due(from, commit.epoch, commit.round, commit)) {
    judge_restarts(now);  // it may tell that another restart is being followed
    return;
  }
  if (state_ != State::settling && state_ != State::committing) return;
  commitments_.try_emplace(from, commit.commitment);
  go_on(now);
}

void CallCode::heard(Instant now, SenderId from, const post::CodeReveal& reveal) {
  if (!is_due(from, reveal.epoch, reveal.round, reveal) || !active()) return;
  const auto commitment = commitments_.find(from);
  if (commitment == commitments_.end() || nonces_.contains(from) || liars_.contains(from)) return;
  if (commitment_of(from, reveal.nonce) != commitment->second) {
    liars_.insert(from);
    return;
  }
  nonces_.emplace(from, reveal.nonce);
  go_on(now);
}

void CallCode::heard(Instant now, SenderId from, const post::CodeRestart& restart) {
  if (restart.round == 0 || !is_due(from, restart.epoch, restart.round - 1u, restart)) return;
  if (!active() && state_ != State::settling && state_ != State::shown) return;
  if (std::ranges::find(restarts_, from, &HeardRestart::from) != restarts_.end()) return;
  HeardRestart heard{from, excluded_, false};
  for (const SenderId sender : restart.without) {
    if (is_member(sender)) heard.without.insert(sender);
  }
  restarts_.push_back(std::move(heard));
  judge_restarts(now);
}

Instant CallCode::next_timeout() const {
  if (state_ == State::settling) return phase_began_ + options_.settle;
  if (!active()) return Instant::never();
  const bool waits = std::ranges::any_of(restarts_, [](const HeardRestart& r) { return !r.judged; });
  return std::min(own_restart_at(), waits ? phase_began_ + options_.earliest : Instant::never());
}

void CallCode::handle_timeout(Instant now) {
  if (state_ == State::settling && phase_began_ + options_.settle <= now) begin_round(now);
  judge_restarts(now);
  if (active() && own_restart_at() <= now) restart_by_oneself(now);
}

std::vector<SenderId> CallCode::silent() const {
  std::vector<SenderId> silent;
  for (const CodeMember& member : roster_) {
    if (excluded_.contains(member.sender)) silent.push_back(member.sender);
  }
  return silent;
}

// Messages for later ------------------------------------------------------------------------------------------------

bool CallCode::is_due(SenderId from, uint64_t epoch, uint32_t round, Message message) {
  if (!epoch_ || epoch > *epoch_) {
    keep_early(from, std::move(message));
    return false;
  }
  if (epoch < *epoch_ || from == self_ || !is_member(from) || excluded_.contains(from)) return false;
  if (round > round_ && round < options_.max_rounds) keep_early(from, std::move(message));
  return round == round_;
}

void CallCode::keep_early(SenderId from, Message message) {
  const auto kept = std::ranges::count(early_, from, &Early::from);
  if (static_cast<size_t>(kept) >= max_early_each || early_.size() >= max_early) return;
  early_.push_back({from, std::move(message)});
}

void CallCode::replay_early(Instant now) {
  for (const Early& early : std::exchange(early_, {})) {
    std::visit([&](const auto& message) { heard(now, early.from, message); }, early.message);
  }
}

// Rounds ------------------------------------------------------------------------------------------------------------

bool CallCode::is_member(SenderId sender) const {
  return std::ranges::find(roster_, sender, &CodeMember::sender) != roster_.end();
}

std::vector<CodeMember> CallCode::participants() const {
  std::vector<CodeMember> participants;
  std::ranges::copy_if(roster_, std::back_inserter(participants),
                       [&](const CodeMember& member) { return !excluded_.contains(member.sender); });
  return participants;
}

bool CallCode::has_spoken(SenderId sender) const {
  return state_ == State::committing ? commitments_.contains(sender) : nonces_.contains(sender);
}

bool CallCode::all_have_spoken() const {
  // Only participants' messages are taken, and only members are left out.
  const size_t spoke = state_ == State::committing ? commitments_.size() : nonces_.size();
  return spoke + excluded_.size() == roster_.size();
}

std::set<SenderId> CallCode::missing() const {
  std::set<SenderId> missing;
  for (const CodeMember& member : participants()) {
    if (!has_spoken(member.sender)) missing.insert(member.sender);
  }
  return missing;
}

Instant CallCode::own_restart_at() const {
  if (all_have_spoken()) return Instant::never();
  int64_t rank = 0;
  for (const CodeMember& member : roster_) {
    if (member.sender == self_) break;
    if (has_spoken(member.sender)) ++rank;
  }
  return phase_began_ + options_.patience + options_.next_rank * rank;
}

bool CallCode::is_followed(const HeardRestart& restart) const {
  std::set<SenderId> followers;
  for (const Early& early : early_) {
    const auto* commit = std::get_if<post::CodeCommit>(&early.message);
    const bool next = commit && commit->epoch == epoch_ && commit->round == round_ + 1;
    if (next && !restart.without.contains(early.from)) followers.insert(early.from);
  }
  return followers.size() * 2 > participants().size();
}

void CallCode::judge_restarts(Instant now) {
  // With a code shown nobody is silent here; most others may have seen it otherwise.
  if ((!active() && state_ != State::shown) || restarts_.empty()) return;
  const bool early = now < phase_began_ + options_.earliest;
  const std::set<SenderId> silent = missing();
  for (HeardRestart& restart : restarts_) {
    const bool names_more = restart.without.size() > excluded_.size();
    const bool all_silent = std::ranges::all_of(
        restart.without, [&](SenderId sender) { return silent.contains(sender) || excluded_.contains(sender); });
    const bool counts = !early && !restart.judged && names_more && all_silent;
    if (!early) restart.judged = true;
    if (!counts && !is_followed(restart)) continue;
    if (restart.without.contains(self_)) return set_state(State::left_out);
    return start_over(now, std::set<SenderId>(restart.without));
  }
}

void CallCode::restart_by_oneself(Instant now) {
  std::set<SenderId> without = missing();
  without.insert(excluded_.begin(), excluded_.end());
  if (round_ + 1 < options_.max_rounds) {
    posts_.push_back(post::CodeRestart{*epoch_, static_cast<uint16_t>(round_ + 1), {without.begin(), without.end()}});
  }
  start_over(now, std::move(without));
}

void CallCode::start_over(Instant now, std::set<SenderId> without) {
  excluded_ = std::move(without);
  commitments_.clear();
  nonces_.clear();
  liars_.clear();
  restarts_.clear();
  if (round_ + 1 >= options_.max_rounds) return set_state(State::given_up);
  ++round_;
  if (participants().size() < 2) return set_state(State::left_out);
  begin_round(now);
  replay_early(now);
}

void CallCode::begin_round(Instant now) {
  random_.fill(nonce_);
  const Commitment commitment = commitment_of(self_, nonce_);
  commitments_[self_] = commitment;
  posts_.push_back(post::CodeCommit{*epoch_, round_, commitment});
  phase_began_ = now;
  set_state(State::committing);
  go_on(now);
}

void CallCode::go_on(Instant now) {
  if (state_ == State::committing && all_have_spoken()) {
    posts_.push_back(post::CodeReveal{*epoch_, round_, nonce_});
    nonces_.emplace(self_, nonce_);
    phase_began_ = now;
    set_state(State::revealing);
  }
  if (state_ == State::revealing && all_have_spoken()) show();
}

void CallCode::show() {
  Preimage preimage("vicino/2 code");
  preimage.sized(authenticator_);
  preimage.u16(round_);
  preimage.u16(roster_.size());
  for (const CodeMember& member : roster_) {
    preimage.u32(member.leaf);
    preimage.u64(member.sender.value);
    preimage.bytes(member.account_key);
  }
  const std::vector<CodeMember> all = participants();
  preimage.u16(all.size());
  for (const CodeMember& member : all) {
    preimage.u32(member.leaf);
    preimage.bytes(nonces_.at(member.sender));
  }
  uint64_t bits = load64(preimage.hash().data());
  Code code;
  for (uint8_t& number : code) {
    number = static_cast<uint8_t>(bits >> 58);
    bits <<= 6;
  }
  set_state(State::shown);
  code_ = code;
}

void CallCode::set_state(State state) {
  state_ = state;
  code_.reset();
  changed_ = true;
}

CallCode::Commitment CallCode::commitment_of(SenderId sender, const Nonce& nonce) const {
  Preimage preimage("vicino/2 code commit");
  preimage.u64(*epoch_);
  preimage.u16(round_);
  preimage.sized(authenticator_);
  const std::vector<CodeMember> all = participants();
  preimage.u16(all.size());
  for (const CodeMember& member : all) preimage.u64(member.sender.value);
  preimage.u64(sender.value);
  preimage.bytes(nonce);
  return preimage.hash();
}

}  // namespace vicino::core
