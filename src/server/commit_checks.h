// Whether what comes with a commit is what the commit makes of its group.
#pragma once

#include "server/call_group.h"

namespace vicino::server {

struct NextEpochView {
  const GroupAuthority& authority;
  const mls::Environment& environment;
  const mls::Follower::NextEpoch& epoch;

  const mls::PublicState& state() const { return epoch.next.state(); }
  std::vector<mls::KeyPackage> added() const;
};

// All errors: a sentence.
using Checked = std::expected<void, std::string_view>;
Checked check_sizes(const NextEpochView& next, size_t max_members);
Checked check_group_info(const NextEpochView& next, Bytes group_info);
Checked check_welcome(const NextEpochView& next, Bytes welcome);
Checked check_token(const admission::CallContext& before, const admission::CallContext& after,
                    const std::optional<TokenHash>& token);

}  // namespace vicino::server
