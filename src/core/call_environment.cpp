#include "core/call_environment.h"

#include <algorithm>

namespace vicino::core {
namespace {

using mls::CredentialUse;

bool same_member(const mls::LeafNode& a, const mls::LeafNode& b) {
  return a.credential == b.credential && a.signature_key == b.signature_key;
}

}  // namespace

mls::Credential server_credential() {
  return mls::Credential::basic(as_bytes("server"));
}

Result<MemberKeys> MemberKeys::open(const LinkKeys& link, const admission::CallContext& context) {
  MemberKeys keys;
  keys.keys_.push_back({{link.link_id.begin(), link.link_id.end()}, link.member_key.clone()});
  for (const admission::EarlierLink& earlier : context.earlier) {
    TRY_ASSIGN(MemberKey key,
               open_member_key(link.member_key, earlier.link_id, earlier.sealed_member_key));
    keys.keys_.push_back({earlier.link_id, std::move(key)});
  }
  return keys;
}

MemberKeys MemberKeys::clone() const {
  MemberKeys copy;
  for (const Entry& entry : keys_) copy.keys_.push_back({entry.link_id, entry.key.clone()});
  return copy;
}

const MemberKey* MemberKeys::find(Bytes link_id) const {
  const auto found =
      std::ranges::find_if(keys_, [&](const Entry& e) { return equal(e.link_id, link_id); });
  return found == keys_.end() ? nullptr : &found->key;
}

Result<MemberBlock> MemberKeys::open_leaf(const mls::LeafNode& leaf) const {
  TRY_ASSIGN(const SenderId sender, admission::sender_of(leaf.credential));
  TRY_ASSIGN(const admission::MemberExtension member, admission::read_member_extension(leaf));
  const MemberKey* const key = find(member.link_id);
  if (!key) return fail(Errc::unknown_key, "a member by a link that the call never had");
  return open_member(*key, sender, leaf.signature_key, member.sealed);
}

CallEnvironment::CallEnvironment(const LinkKeys& link, const MemberKeys* keys, uint64_t now_s)
    : policy_(keys),
      psks_(link),
      rules_(admission::call_rules()),
      environment_{policy_, psks_, rules_, now_s} {}

bool CallEnvironment::Policy::accepts(const mls::CredentialCheck& check) const {
  if (check.use == CredentialUse::external_sender)
    return check.credential == server_credential() &&
           check.signature_key.size() == crypto::ed25519_public_size;
  if (!check.leaf || !admission::sender_of(check.credential) ||
      !admission::read_member_extension(*check.leaf))
    return false;
  // A path renews keys, not who somebody is. Who comes back may seal that anew.
  if (check.previous && !same_member(*check.leaf, *check.previous)) return false;
  if (check.use == CredentialUse::update) return false;
  if (check.use == CredentialUse::commit_path)
    return check.previous && check.leaf->extensions == check.previous->extensions;
  return !keys_ || knows(check);
}

bool CallEnvironment::Policy::knows(const mls::CredentialCheck& check) const {
  const auto member = keys_->open_leaf(*check.leaf);
  if (!member) return false;
  if (check.previous) {
    const auto before = keys_->open_leaf(*check.previous);
    return before && before->account_key == member->account_key && before->kept == member->kept;
  }
  // Who joins now has the newest link.
  const bool joins = check.use == CredentialUse::add || check.use == CredentialUse::external_commit;
  return !joins || keys_->is_current(admission::read_member_extension(*check.leaf)->link_id);
}

std::optional<SecretBuffer> CallEnvironment::Psks::external(Bytes id) const {
  if (!equal(id, admission::join_psk_id(link_.link_id))) return std::nullopt;
  return SecretBuffer(link_.join_psk.expose());
}

}  // namespace vicino::core
