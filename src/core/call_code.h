// The call code: seven emoji that are the same for all members exactly when all see the same group. Short enough to
// read out, and safe although short: each member first commits to a random nonce and reveals it only when it holds the
// commitments of all, so nobody can choose its part knowing the others' and search for a code that fits
// (docs/protocol.md, "Call code").
//
//   commitment = SHA-256("vicino/2 code commit" | epoch (8) | round (2) | authenticator size (2) | epoch authenticator
//   |
//                        participants (2) | each participant's sender id (8), in leaf order | own sender id (8) | nonce
//                        (32))
//   code       = the first 42 bits, 7 numbers of 6 bits, of
//                SHA-256("vicino/2 code" | authenticator size (2) | epoch authenticator | round (2) |
//                        members (2) | of each, in leaf order: leaf (4), sender id (8), account key (32) |
//                        participants (2) | of each, in leaf order: leaf (4), revealed nonce (32))
//
// Participants of a round are the members but those left out for their silence. They are in the commitment so that two
// who disagree about them refuse each other's reveals, and never show different codes for the same group.
//
// Who stays silent for `patience` is left out: the first by leaf of those who spoke posts CodeRestart; should it be
// silent about that, the next one does after `next_rank`. A restart counts only if all it newly leaves out are silent
// here too, and not before `earliest` by the own clock; or if most participants have followed it. So a member can keep
// itself out of the code, and nobody else, and can't use up the rounds. Messages are in the server's order, the same
// for all.
// Where messages take seconds the members may part, each side naming the other as silent, with codes that differ.
//
// "Epoch" here is the one that the last change of the roster began; epochs that change only settings keep the code.
#pragma once

#include <array>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <variant>
#include <vector>

#include "base/random.h"
#include "base/time.h"
#include "core/content.h"

namespace vicino::core {

struct CallCodeOptions {
  Duration settle = milliseconds(500);  // after a change of the roster, for those who come and go together
  Duration patience = seconds(5);       // for a commitment, and then for a reveal
  Duration next_rank = seconds(1);      // until the next member posts a restart that the one before didn't
  Duration earliest = seconds(4);       // into a phase, by the own clock: before it, a restart waits
  uint16_t max_rounds = 8;              // per epoch; each gives an attacker one more try at 2^-42
};

struct CodeMember {
  uint32_t leaf = 0;
  SenderId sender;
  std::array<uint8_t, 32> account_key{};
};

class CallCode {
 public:
  using Code = std::array<uint8_t, 7>;  // each below 64

  enum class State : uint8_t {
    alone,       // no code for one member, nor for none
    settling,    // the roster has just changed
    committing,  // commitments are coming
    revealing,   // all commitments are here, nonces are coming
    shown,
    left_out,  // the others went on without this member
    given_up,  // max_rounds are used up
  };

  explicit CallCode(SecureRandom& random, CallCodeOptions options = {}) : random_(random), options_(options) {}

  // A commit that added or removed somebody, or an external one, began `epoch` (also the own first one): the code
  // before is void. All members call it for the same epochs. `roster`: all members, in any order, the own one included.
  // `epoch` is above the last one's; after a change of the group itself take a new CallCode.
  void roster_changed(Instant now, uint64_t epoch, Bytes epoch_authenticator, std::vector<CodeMember> roster,
                      SenderId self);

  // What `from`, another member, has said, in the server's order. Whatever isn't for now and isn't for later is
  // ignored.
  void heard(Instant now, SenderId from, const post::CodeCommit& commit);
  void heard(Instant now, SenderId from, const post::CodeReveal& reveal);
  void heard(Instant now, SenderId from, const post::CodeRestart& restart);

  Instant next_timeout() const;
  void handle_timeout(Instant now);

  // What is to be posted, in order.
  std::vector<post::Content> take_posts() { return std::exchange(posts_, {}); }

  State state() const { return state_; }
  std::optional<Code> code() const { return code_; }
  // Whom the code goes on without, in leaf order; also while the round goes on.
  std::vector<SenderId> silent() const;
  // Whether state(), code() or silent() may have changed since the last call.
  bool take_changed() { return std::exchange(changed_, false); }

  uint16_t round() const { return round_; }

 private:
  using Nonce = std::array<uint8_t, post::nonce_size>;
  using Commitment = std::array<uint8_t, post::commitment_size>;
  using Message = std::variant<post::CodeCommit, post::CodeReveal, post::CodeRestart>;
  struct Early {
    SenderId from;
    Message message;
  };
  struct HeardRestart {
    SenderId from;
    std::set<SenderId> without;
    bool judged = false;
  };
  // Bounds what is kept for later: one member's commitment, reveal and restart, and one more; of as many as a call has.
  static constexpr size_t max_early_each = 4;
  static constexpr size_t max_early = 400;

  // Whether a message that belongs to `round` is for now. Kept if it is for later.
  bool is_due(SenderId from, uint64_t epoch, uint32_t round, Message message);
  void keep_early(SenderId from, Message message);
  void replay_early(Instant now);

  bool active() const { return state_ == State::committing || state_ == State::revealing; }
  bool is_member(SenderId sender) const;
  std::vector<CodeMember> participants() const;  // in leaf order
  // Whether its commitment or reveal, whichever is due, is there.
  bool has_spoken(SenderId sender) const;
  bool all_have_spoken() const;
  std::set<SenderId> missing() const;  // participants who haven't
  Instant own_restart_at() const;
  // Whether most participants have gone on after `restart` already.
  bool is_followed(const HeardRestart& restart) const;
  void judge_restarts(Instant now);
  void start_over(Instant now, std::set<SenderId> without);
  void restart_by_oneself(Instant now);

  void begin_round(Instant now);
  void go_on(Instant now);
  void show();
  void set_state(State state);
  Commitment commitment_of(SenderId sender, const Nonce& nonce) const;

  SecureRandom& random_;
  CallCodeOptions options_;
  State state_ = State::alone;
  std::optional<uint64_t> epoch_;
  Buffer authenticator_;
  std::vector<CodeMember> roster_;  // in leaf order
  SenderId self_{};
  uint16_t round_ = 0;
  std::set<SenderId> excluded_;
  Instant phase_began_{};  // of the own commitment or the own reveal; settling: of the change
  Nonce nonce_{};          // the own one of this round; secret until all have committed
  std::map<SenderId, Commitment> commitments_;
  std::map<SenderId, Nonce> nonces_;    // that match their commitments
  std::set<SenderId> liars_;            // whose reveal didn't match: silent for this round
  std::vector<HeardRestart> restarts_;  // of the next round, in the server's order
  std::vector<Early> early_;            // in the server's order
  std::vector<post::Content> posts_;
  std::optional<Code> code_;
  bool changed_ = false;
};

}  // namespace vicino::core
