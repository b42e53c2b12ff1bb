#include "admission/call_context.h"

#include <iterator>
#include <set>

#include "base/limits.h"

namespace vicino::admission {
namespace {

// A nonce of 12 bytes, a key of 16, a tag of 16.
constexpr size_t sealed_member_key_size = 44;
// A nonce, up to 512 bytes of who somebody is, a tag.
constexpr size_t max_sealed_member = 12 + 512 + 16;
constexpr std::string_view join_psk_label = "vicino/2 join";

// CallContext as it travels. Flags are numbers here, so that each has one encoding only.
struct Encoded {
  uint8_t version = 0;
  Buffer link_id;
  std::vector<EarlierLink> earlier;
  uint8_t lobby = 0;
  uint8_t locked = 0;
  uint8_t mute_on_entry = 0;
  std::vector<uint64_t> hosts;

  static void fields(auto& self, auto& io) {
    io(self.version, self.link_id, self.earlier, self.lobby, self.locked, self.mute_on_entry,
       self.hosts);
  }
};

std::unexpected<Error> malformed(const char* where) {
  return vicino::fail(Errc::malformed, where);
}

// The only extension of a type. Errors: malformed.
Result<Bytes> only_extension(const mls::Extensions& extensions, mls::ExtensionType type) {
  const auto count = std::ranges::count(extensions, type, &mls::Extension::type);
  if (count != 1) return malformed("an extension is absent or there twice");
  return Bytes(mls::find_extension(extensions, type)->data);
}

Status check_links(const Encoded& encoded) {
  if (encoded.earlier.size() > max_earlier_links) return malformed("too many earlier links");
  std::set<Buffer> ids = {encoded.link_id};
  if (encoded.link_id.size() != link_id_size) return malformed("a link id has 8 bytes");
  for (const EarlierLink& link : encoded.earlier) {
    if (link.link_id.size() != link_id_size) return malformed("a link id has 8 bytes");
    if (link.sealed_member_key.size() != sealed_member_key_size) {
      return malformed("a sealed member key has 44 bytes");
    }
    if (!ids.insert(link.link_id).second) return malformed("a link twice");
  }
  return {};
}

Status check_hosts(const std::vector<uint64_t>& hosts) {
  if (hosts.size() > max_hosts) return malformed("too many hosts");
  const std::set<uint64_t> ids(hosts.begin(), hosts.end());
  if (ids.size() != hosts.size()) return malformed("a host twice");
  if (ids.contains(0)) return malformed("a host without id");
  return {};
}

}  // namespace

Result<CallContext> read_call_context(const mls::Extensions& extensions) {
  TRY_ASSIGN(const Bytes data, only_extension(extensions, call_context_type));
  auto encoded = mls::decode<Encoded>(data);
  if (!encoded) return malformed("a call context of another form");
  if (encoded->version != CallContext::current_version) {
    return malformed("a call context of another version");
  }
  if (std::max({encoded->lobby, encoded->locked, encoded->mute_on_entry}) > 1) {
    return malformed("a flag is 0 or 1");
  }
  TRY(check_links(*encoded));
  TRY(check_hosts(encoded->hosts));
  CallContext context{.version = encoded->version,
                      .link_id = std::move(encoded->link_id),
                      .earlier = std::move(encoded->earlier),
                      .lobby = encoded->lobby == 1,
                      .locked = encoded->locked == 1,
                      .mute_on_entry = encoded->mute_on_entry == 1,
                      .hosts = {}};
  for (const uint64_t host : encoded->hosts) context.hosts.push_back({host});
  return context;
}

mls::Extension to_extension(const CallContext& context) {
  Encoded encoded{context.version,
                  context.link_id,
                  context.earlier,
                  context.lobby,
                  context.locked,
                  context.mute_on_entry,
                  {}};
  for (const SenderId host : context.hosts) encoded.hosts.push_back(host.value);
  return {call_context_type, mls::encode(encoded)};
}

Result<MemberExtension> read_member_extension(const mls::LeafNode& leaf) {
  TRY_ASSIGN(const Bytes data, only_extension(leaf.extensions, member_type));
  auto member = mls::decode<MemberExtension>(data);
  if (!member) return malformed("a member extension of another form");
  if (member->link_id.size() != link_id_size) return malformed("a link id has 8 bytes");
  if (member->sealed.empty() || member->sealed.size() > max_sealed_member) {
    return malformed("a sealed member has 1 to 540 bytes");
  }
  return std::move(*member);
}

mls::Extension to_extension(const MemberExtension& member) {
  return {member_type, mls::encode(member)};
}

mls::Credential credential_of(SenderId sender) {
  std::array<uint8_t, 8> identity;
  store64(identity.data(), sender.value);
  return mls::Credential::basic(identity);
}

Result<SenderId> sender_of(const mls::Credential& credential) {
  if (credential.type != mls::CredentialType::basic || credential.identity.size() != 8) {
    return malformed("a credential is basic, of 8 bytes");
  }
  const SenderId sender{load64(credential.identity.data())};
  if (sender == SenderId{}) return malformed("a sender id is not 0");
  return sender;
}

std::optional<mls::LeafIndex> leaf_of(const mls::RatchetTree& tree, SenderId sender) {
  const mls::Credential wanted = credential_of(sender);
  return tree.find([&](const mls::LeafNode& leaf) { return leaf.credential == wanted; });
}

std::vector<SenderId> effective_hosts(const CallContext& context, const mls::RatchetTree& tree) {
  std::vector<SenderId> hosts;
  std::ranges::copy_if(context.hosts, std::back_inserter(hosts),
                       [&](SenderId host) { return leaf_of(tree, host).has_value(); });
  if (!hosts.empty()) return hosts;
  const auto members = tree.members();
  if (members.empty()) return hosts;
  if (const auto lowest = sender_of(tree.leaf(members.front())->credential)) {
    hosts.push_back(*lowest);
  }
  return hosts;
}

Buffer join_psk_id(Bytes link_id) {
  Buffer id(join_psk_label.begin(), join_psk_label.end());
  id.insert(id.end(), link_id.begin(), link_id.end());
  return id;
}

mls::RequiredCapabilities required_capabilities() {
  return {{call_context_type, member_type}, {}, {mls::CredentialType::basic}};
}

mls::Capabilities capabilities() {
  return {{mls::ProtocolVersion::mls10},
          {mls::CipherSuite::x25519_chacha20poly1305_sha256_ed25519},
          {call_context_type, member_type},
          {},
          {mls::CredentialType::basic}};
}

mls::Rules call_rules() {
  mls::Rules rules;
  rules.past_epochs = 16;  // a chat message may be overtaken by many who join at once
  rules.resumption_epochs = 1;
  rules.max_message = limits::max_wire_message;
  rules.max_psks = 1;
  rules.joins_need_psk = true;
  rules.external_remove = mls::ExternalRemove::allowed;
  return rules;
}

}  // namespace vicino::admission
