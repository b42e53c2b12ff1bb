// Who commits now. Every member runs this and all come to the same order: the connected member of the lowest leaf
// commits what waits (newcomers, where no host has to decide; the server's Remove proposals), after a moment in which
// more may come; each next one a second later, should those before it be silent. Two that commit at once do no harm:
// the server takes the first, the other looks again.
#pragma once

#include <map>
#include <optional>
#include <vector>

#include "base/ids.h"
#include "base/time.h"

namespace vicino::core {

struct CommitterOptions {
  Duration batch = milliseconds(200);      // for more that may come; a higher value: a later first frame
  Duration next_rank = seconds(1);         // for the one before; a lower value: more commits in vain
  Duration longest_backoff = seconds(10);  // after refusals in the same epoch, each of which doubles the batch time
  size_t max_waiting = 256;                // newcomers remembered; the server is to allow fewer
  size_t max_adds = 64;                    // per commit: bounds its size, and a Welcome's
};

struct CommitterMember {
  uint32_t leaf = 0;
  SenderId sender;
  bool connected = false;
  bool host = false;  // an effective one
};

// The group of an epoch, as far as it decides who commits.
struct CommitterGroup {
  std::vector<CommitterMember> members;  // all, in any order, the own one included (always taken for connected)
  SenderId self;
  bool lobby = false;
  bool locked = false;
};

struct CommitDecision {
  std::vector<SenderId> add;    // who waited longest first
  bool remove_pending = false;  // the Remove proposals that are there
  friend bool operator==(const CommitDecision&, const CommitDecision&) = default;
};

class Committer {
 public:
  explicit Committer(CommitterOptions options = {}) : options_(options) {}

  // An epoch has begun, by whomever's commit: no own commit is under way any more, the proposals of the epoch before
  // are void, newcomers who are members now wait no longer. Times start again from here, so that those of a higher rank
  // don't all find themselves due.
  void epoch_began(Instant now, CommitterGroup group);
  // A member's connection was lost or is back.
  void set_connected(SenderId sender, bool connected);

  // Somebody waits to be added. Again, or one over max_waiting: nothing.
  void newcomer(Instant now, SenderId sender);
  void newcomer_gone(SenderId sender);
  // The user, a host, lets a newcomer in. Nothing for somebody who doesn't wait.
  void admit(Instant now, SenderId sender);
  // A Remove proposal of the server is there.
  void remove_proposed(Instant now, uint32_t leaf);

  // An own commit goes out for another reason (settings, link, a host's Remove). handle_timeout()'s need no call.
  void commit_started() { under_way_ = true; }
  // CommitRefused came, the commit couldn't be made, or the connection was lost before its fate was known.
  void commit_failed(Instant now);
  bool under_way() const { return under_way_; }

  // never(): nothing to do, or not for this member, or a commit is under way.
  Instant next_timeout() const;
  // What to commit now; from then on a commit is under way. nullopt: nothing yet.
  std::optional<CommitDecision> handle_timeout(Instant now);

 private:
  struct Newcomer {
    Instant since;
    uint64_t order = 0;               // of coming
    std::optional<Instant> admitted;  // by the own user
  };
  std::optional<size_t> rank() const;  // nullopt: this member can't commit
  const CommitterMember* find(SenderId sender) const;
  bool may_add(const Newcomer& newcomer) const;
  Instant due_after(Instant since, size_t rank) const;

  CommitterOptions options_;
  CommitterGroup group_;
  std::map<SenderId, Newcomer> newcomers_;
  std::map<uint32_t, Instant> removes_;  // leaf, since when
  uint64_t next_order_ = 0;
  Instant restarted_{};  // beginning of the epoch, or the last failure
  Duration backoff_{};   // beside the batch time
  bool under_way_ = false;
};

}  // namespace vicino::core
