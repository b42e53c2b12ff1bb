// One epoch of a call's group, with everything a client knows because of it: the links' keys, who
// the members are, who decides. Made only of groups that hold what this checks.
#pragma once

#include "core/call_environment.h"
#include "core/call_group.h"

namespace vicino::core {

// A link made from an epoch: its secret is known to that epoch's members and to nobody else.
struct Renewal {
  LinkSecret secret;
  LinkKeys link;
  admission::CallContext context;  // with the new link, the old one among the earlier
};

struct CallEpoch {
  mls::Group group;
  LinkSecret secret;
  LinkKeys link;
  MemberKeys keys;
  admission::CallContext context;
  std::vector<MemberInfo> members;  // rising leaves
  std::vector<SenderId> hosts;      // effective ones

  // A group one has just come into. Errors: malformed (not a call's group, not this room's, a
  // sender id twice), unknown_key (another link is the group's now), unauthenticated (a member that
  // isn't who it says).
  static Result<CallEpoch> enter(mls::Group group, const RoomName& room, const LinkSecret& secret);
  // The epoch after this one, by a commit that admission::judge allows. Errors: as enter();
  // unauthenticated (a new link that doesn't follow from this epoch).
  Result<CallEpoch> next(mls::Group group, const RoomName& room) const;

  const MemberInfo* find(SenderId sender) const;
  const MemberInfo* at(mls::LeafIndex leaf) const;
  bool is_host(SenderId sender) const;

  // Earlier links that no leaf is sealed under any more are forgotten. Errors: exhausted.
  Result<Renewal> renew_link(const RoomName& room, SecureRandom& random) const;

 private:
  static Result<CallEpoch> read(mls::Group group, LinkSecret secret, LinkKeys link,
                                admission::CallContext context, const CallEpoch* before);
  LinkSecret next_link_secret() const;
};

// What `after` has that `before` had not; `before` nullptr: nothing. Whose sender id has another
// account key than before is removed and added.
EpochChange difference(const CallEpoch* before, const CallEpoch& after);

// The group that somebody describes is this room's, of the calls' suite. Errors: malformed.
Status check_group_id(const mls::GroupContext& context, const RoomName& room);

// A fault as an error; its name is `where`.
Error error_of(mls::Fault fault);

// TRY_ASSIGN for what MLS returns.
#define TRY_MLS_(tmp, declaration, expression)                             \
  auto tmp = (expression);                                                 \
  if (!tmp) return std::unexpected(::vicino::core::error_of(tmp.error())); \
  declaration = std::move(*tmp)
#define TRY_MLS(declaration, expression) \
  TRY_MLS_(VICINO_CONCAT(try_mls_, __LINE__), declaration, expression)

}  // namespace vicino::core
