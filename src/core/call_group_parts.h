// What a CallGroup holds; for call_group*.cpp only.
#pragma once

#include <deque>
#include <utility>

#include "core/call_epoch.h"
#include "core/call_group.h"

namespace vicino::core {

struct CallGroup::Parts {
  // Packages whose Welcome may still come.
  static constexpr size_t max_packages = 4;

  struct Prepared {
    Buffer commit;
    CallEpoch epoch;
    bool external;
  };
  // Who was behind which leaf, for posts that come late.
  struct PastRoster {
    uint64_t epoch;
    std::vector<std::pair<mls::LeafIndex, SenderId>> members;
  };
  // The state that a commit leads to is made with the commit, so it knows nothing of the posts that
  // are opened before it is adopted, and would open them again.
  struct OpenedMeanwhile {
    uint64_t epoch;
    std::array<uint8_t, 32> hash;
    bool operator==(const OpenedMeanwhile&) const = default;
  };
  // The only group id there is for this stay, and how far it got.
  struct Seen {
    Buffer group_id;
    uint64_t epoch;
  };

  LinkSecret secret;  // while there is no epoch
  LinkKeys link;
  std::optional<CallEpoch> epoch;
  std::optional<CallEpoch> founded;
  std::deque<mls::OwnKeyPackage> packages;
  std::optional<Prepared> prepared;
  std::deque<PastRoster> past;  // the latest first
  std::vector<OpenedMeanwhile> opened;
  std::optional<Seen> seen;

  const LinkKeys& current_link() const { return epoch ? epoch->link : link; }
  const LinkSecret& current_secret() const { return epoch ? epoch->secret : secret; }

  // Errors: malformed (another group), replayed (an earlier epoch).
  Status may_enter(const mls::GroupContext& context) const;
  struct Origin {
    std::optional<SenderId> committer{};
    bool own = false;
    bool external = false;
  };
  EpochChange adopt(CallEpoch next, Origin origin);
  // Removed: the stay is over, and so is everything that could go on from it.
  void leave();
  void forget_old_epochs();
};

// Whether the commit that leads from `before` to `after` is one that calls allow.
std::expected<void, admission::Breach> judge(const mls::PublicState& before,
                                             const mls::PublicState& after,
                                             const mls::NewEpoch& commit);

mls::PskId join_psk(const LinkKeys& link, SecureRandom& random);
mls::LeafTemplate leaf_template(const LinkKeys& link, const Identity& identity,
                                const Device& device, SecureRandom& random);

}  // namespace vicino::core
