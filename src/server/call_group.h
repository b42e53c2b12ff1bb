// The MLS group of a call as the server sees it: its public tree, the newest GroupInfo, and what it
// said lately. Which commit counts is decided here; who is told, elsewhere.
#pragma once

#include <expected>
#include <set>
#include <string_view>

#include "mls/follower.h"
#include "server/group_authority.h"
#include "server/message_log.h"
#include "server/requests.h"

namespace vicino::server {

// Together they keep a Group message within one message of the wire.
inline constexpr size_t max_leaf = 1024;        // bytes of a leaf
inline constexpr size_t max_group_info = 8192;  // bytes, without tree
// Members on their way out that the others haven't removed yet.
inline constexpr size_t max_leaving = 64;

// Why something about a group isn't taken: a sentence, for the one who sent it.
inline std::unexpected<std::string_view> refused(std::string_view detail) {
  return std::unexpected(detail);
}

// A newcomer's key package, as far as one who isn't in the group can check it.
struct Newcomer {
  Buffer ref;  // KeyPackageRef
  Buffer signature_key;
};
// Errors: a sentence.
std::expected<Newcomer, std::string_view> read_key_package(const GroupAuthority& authority,
                                                           WallTime now, Bytes message,
                                                           SenderId sender);

class CallGroup {
 public:
  struct Room {
    const RoomName& name;
    const TokenHash& token;
    const Limits& limits;
  };
  // A group of its founder alone, as Join.group_info has it. Errors: a sentence.
  static std::expected<CallGroup, std::string_view> found(const GroupAuthority& authority,
                                                          WallTime now, const Room& room,
                                                          SenderId founder, Bytes group_info);
  // After a restart. Its numbers go on behind all that may have been given before. Errors: a
  // sentence.
  static std::expected<CallGroup, std::string_view> load(const GroupAuthority& authority,
                                                         WallTime now, const Limits& limits,
                                                         const SavedGroup& saved);
  SavedGroup saved() const;

  const admission::CallContext& context() const { return context_; }
  const mls::RatchetTree& tree() const { return follower_.state().tree; }
  uint64_t epoch() const { return follower_.state().context.epoch; }
  uint64_t seq() const { return seq_; }
  const MessageLog& log() const { return log_; }
  std::vector<SenderId> members() const;  // in the order of their leaves, the leaving ones too
  bool is_host(SenderId sender) const;
  bool is_leaving(SenderId sender) const { return leaving_.contains(sender); }
  const std::set<SenderId>& leaving() const { return leaving_; }
  size_t staying() const { return tree().member_count() - leaving_.size(); }
  // The Group message.
  Buffer description() const;
  Buffer serialized_tree() const { return tree().serialize(); }

  // Whether the leaf of `sender`, who isn't leaving, signed this nonce for this room.
  bool proves(SenderId sender, Bytes nonce, const RoomName& room, const Proof& proof) const;

  // A commit that may count, and what it does. Nothing has changed yet.
  struct Accepted {
    mls::Follower next;
    admission::CallContext context;
    Buffer commit;
    Buffer group_info;
    SenderId committer;
    bool external;
    std::vector<Buffer> added;      // key package refs
    std::vector<SenderId> removed;  // without one who only replaced its own leaf
    std::optional<TokenHash> new_token;
  };
  // Errors: a sentence.
  std::expected<Accepted, std::string_view> judge(const GroupAuthority& authority, WallTime now,
                                                  const CommitRequest& request);
  // What saved() will give once this is adopted.
  SavedGroup saved_after(const Accepted& accepted) const;
  // Returns the Handshake message.
  Buffer adopt(Accepted accepted);

  // Whoever says it, a post is of this group, and application data. Returns the Posted message.
  // Errors: a sentence.
  std::expected<Buffer, std::string_view> post(const GroupAuthority& authority, WallTime now,
                                               SenderId author, Bytes message);

  // Proposes to remove a member, now and in every epoch until it is done.
  void leave(SenderId sender) { leaving_.insert(sender); }
  // The Handshake message with the proposal, for this epoch.
  Buffer propose_removal(const GroupAuthority& authority, WallTime now, SenderId sender);

 private:
  CallGroup(mls::Follower follower, admission::CallContext context, Buffer group_info, uint64_t seq,
            const Limits& limits);

  std::set<SenderId> leaving_in(const mls::RatchetTree& tree) const;
  Buffer number(Bytes message);

  mls::Follower follower_;
  admission::CallContext context_;
  Buffer group_info_;
  uint64_t seq_;
  MessageLog log_;
  std::set<SenderId> leaving_;  // all in the tree
  size_t max_members_;
};

}  // namespace vicino::server
