// One group in a world without a network: clients that join, speak, change, race, fall behind and
// leave, and a server that lets one commit win each epoch. After every epoch the live members have
// to agree, the follower with them, and whoever is out has to stay out.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "base/random.h"
#include "everybody.h"
#include "mls/follower.h"
#include "mls/group.h"

namespace vicino::mls {

// What somebody who was removed may have kept.
struct GroupPeek {
  static const PathKeys& path_keys(const Group& group) { return group.path_keys_; }
};

}  // namespace vicino::mls

namespace vicino::mls_simulation {
using namespace mls;

struct Plan {
  uint64_t seed = 0;
  CipherSuite suite = CipherSuite::x25519_aes128gcm_sha256_ed25519;
  size_t max_members = 16;
  size_t steps = 50;
  size_t batch = 4;                     // most that are added by one commit
  bool eager = false;                   // every commit adds, and as many as it may
  bool private_handshake = false;       // else all can be followed by the server
  bool joiners_replace_leaves = false;  // who fell behind takes its old leaf away itself
};

enum class Standing {
  live,    // has the newest epoch
  behind,  // missed a commit, its leaf may be there still
  out      // was removed, or has come back as somebody else
};

struct Client {
  std::string name;
  std::optional<Group> group;
  uint64_t joined = 0;  // the first epoch of `group`
  Standing standing = Standing::live;
  bool missed_proposals = false;  // in this epoch
};

// Somebody whose key package is in a proposal or commit.
struct Invited {
  std::unique_ptr<Client> client;
  OwnKeyPackage keys;
};

struct Candidate {
  Client* by;  // for external joins the client as it was, or nullptr
  std::string name;
  NewEpoch epoch;
};

struct InFlight {
  Buffer message;
  Client* from;
  LeafIndex sender;
  uint64_t epoch;
  Buffer text;
  size_t due;  // step
  std::vector<Client*> to;
};

// What happened, so that a test can see that something did.
struct Tally {
  size_t epochs = 0, joins = 0, external_joins = 0, resyncs = 0, removals = 0, races = 0,
         proposals = 0, proposals_lost = 0, commits_not_understood = 0, messages_opened = 0,
         messages_late = 0, refused = 0, reloads = 0, paths_kept_shut = 0, most_members = 0,
         most_live = 0;

  Tally& operator+=(const Tally& other);
};

// Throws std::runtime_error with seed and step when something that must hold doesn't.
class World {
 public:
  explicit World(const Plan& plan);
  Tally run();

 private:
  class Policy final : public CredentialPolicy {
   public:
    bool accepts(const CredentialCheck& check) const override;
  };
  [[noreturn]] void broken(const std::string& what) const;
  void require(bool holds, const std::string& what) const {
    if (!holds) broken(what);
  }
  template <class T>
  T take(std::expected<T, Fault> result, const std::string& what) const {
    if (!result) broken(what + ": " + std::string(to_string(result.error())));
    return std::move(*result);
  }

  size_t below(size_t end) { return static_cast<size_t>(chance_.next() % end); }
  bool one_in(size_t n) { return below(n) == 0; }
  // Of what is sent to every live member, so seldom that most go on together: in a large group
  // about every second message is missed by somebody.
  bool lost() { return one_in(std::max<size_t>(15, 2 * with(Standing::live).size())); }
  Client& any(const std::vector<Client*>& from) { return *from[below(from.size())]; }
  std::vector<Client*> with(Standing standing) const;
  Environment environment() const { return {policy_, psks_, rules_, 1'000'000}; }
  const PublicState& state() const { return with(Standing::live).front()->group->state(); }

  NewMember new_member(const std::string& name);
  LeafTemplate leaf(const std::string& name) const;
  SendOptions send_options();

  // world.cpp: what happens within an epoch.
  void step();
  void speak();
  void deliver_due();
  void deliver(const InFlight& message, Client& to);
  void propose(Client& by);
  void reload(Client& client);
  // Nothing may come of `message`, and nothing may change. Returns the fault.
  mls::Status refuses(Client& client, Bytes message, const std::string& what);

  // world_commit.cpp: from one epoch to the next.
  Proposal invitation();
  Proposal external_psk();
  Proposal new_extensions();
  std::optional<Proposal> removal(LeafIndex except);
  std::optional<Proposal> resumption_psk();
  Candidate commit(Client& by);
  Candidate join_from_outside(Client* behind);
  void race();
  void conclude(Candidate& winner);
  void let_process(Client& client, const Candidate& winner);
  bool knows_proposals(const Client& client, const Candidate& winner) const;
  void let_join(const Candidate& winner, const Group& committer);
  void follow(const std::vector<Candidate>& candidates, size_t winner);
  // Of all that is encrypted in the commit's path: what `client` opens with every key it has.
  size_t opened_by(const Client& client, const Candidate& winner) const;
  void keep_out_removed(const std::vector<Client*>& live, const Candidate& winner);
  void agree();
  void end_by_reinit();

  Plan plan_;
  const Suite& suite_;
  SeededRandom chance_;  // what happens
  SeededRandom random_;  // the clients' keys
  Policy policy_;
  PsksByName psks_;
  Rules rules_;
  std::vector<std::unique_ptr<Client>> clients_;
  std::map<Buffer, Invited> invited_;  // by signature key, for this epoch
  std::vector<InFlight> in_flight_;
  std::optional<Follower> follower_;
  Tally tally_;
  size_t step_ = 0;
  size_t names_ = 0;
  std::string doing_;
};

}  // namespace vicino::mls_simulation
