#include "mls/group.h"

namespace vicino::mls {

Group::Group(PublicState state, EpochSecrets secrets, PathKeys path_keys,
             SignatureKeys signature_keys)
    : public_(std::move(state)),
      secrets_(std::move(secrets)),
      keys_(secrets_.encryption.clone(), public_.tree.size()),
      path_keys_(std::move(path_keys)),
      signature_keys_(std::move(signature_keys)) {
  secrets_.joiner.erase();
  secrets_.welcome.erase();
  secrets_.encryption.erase();
  resumption_psks_.emplace(public_.context.epoch, secrets_.resumption_psk.clone());
}

Group::Group(Group&&) noexcept = default;
Group& Group::operator=(Group&&) noexcept = default;
Group::~Group() = default;

Group Group::next_epoch(PublicState state, EpochSecrets secrets, PathKeys path_keys,
                        SignatureKeys signature_keys, const Rules& rules) const {
  Group next(std::move(state), std::move(secrets), std::move(path_keys), std::move(signature_keys));
  const auto keep = [&](const GroupContext& context, const RatchetTree& tree,
                        const Secret& sender_data, const SecretTree& keys) {
    if (next.past_.size() < rules.past_epochs)
      next.past_.push_back({context, tree, sender_data.clone(), keys.clone()});
  };
  keep(context(), tree(), secrets_.sender_data, keys_);
  for (const PastEpoch& past : past_) keep(past.context, past.tree, past.sender_data, past.keys);
  for (const auto& [epoch, psk] : resumption_psks_)
    next.resumption_psks_.emplace(epoch, psk.clone());
  while (next.resumption_psks_.size() > std::max<size_t>(rules.resumption_epochs, 1))
    next.resumption_psks_.erase(next.resumption_psks_.begin());
  return next;
}

Status Group::may_send() const {
  return require(!reinit_, Fault::group_reinitialised);
}

AuthenticatedContent Group::framed(const SendOptions& options) const {
  return {
      options.wire_format,
      {context().group_id, context().epoch, Sender::member(self()), options.authenticated_data, {}},
      {}};
}

Result<Buffer> Group::wrap(const AuthenticatedContent& message, const SendOptions& options,
                           SecureRandom& random) {
  if (options.wire_format == WireFormat::public_message)
    return encode_message(protect_public(suite(), message, context(), secrets_.membership_key));
  if (options.wire_format != WireFormat::private_message) return fail(Fault::bad_request);
  TRY_ASSIGN(PrivateMessage sealed,
             protect_private(private_secrets(), message, keys_, options.padding, random));
  return encode_message(std::move(sealed));
}

Result<Buffer> Group::propose(Proposal proposal, const SendOptions& options,
                              const Environment& environment, SecureRandom& random) {
  TRY(may_send());
  AuthenticatedContent message = framed(options);
  message.content.body = std::move(proposal);
  message.sign(suite(), signature_keys_, context());
  TRY_ASSIGN(PendingProposal pending, judge_proposal(public_, message, environment));
  TRY_ASSIGN(Buffer sent, wrap(message, options, random));
  keep(public_, std::move(pending));
  return sent;
}

Result<Buffer> Group::propose_update(std::optional<LeafTemplate> changed,
                                     const SendOptions& options, const Environment& environment,
                                     SecureRandom& random) {
  HpkeKeys keys = suite().random_hpke_keys(random);
  LeafNode leaf = *tree().leaf(self());
  if (changed) {
    leaf.credential = std::move(changed->credential);
    leaf.capabilities = std::move(changed->capabilities);
    leaf.extensions = std::move(changed->extensions);
  }
  leaf.source = LeafSource::update;
  leaf.lifetime = {};
  leaf.parent_hash.clear();
  leaf.encryption_key = keys.public_key;
  leaf.sign(suite(), signature_keys_, context().group_id, self());
  TRY_ASSIGN(Buffer sent, propose({Update{std::move(leaf)}}, options, environment, random));
  update_keys_.push_back(std::move(keys));
  return sent;
}

Result<Buffer> Group::protect(Bytes plaintext, const SendOptions& options, SecureRandom& random) {
  TRY(may_send());
  SendOptions privately = options;
  privately.wire_format = WireFormat::private_message;
  AuthenticatedContent message = framed(privately);
  message.content.body = ApplicationData(plaintext.begin(), plaintext.end());
  message.sign(suite(), signature_keys_, context());
  auto sent = wrap(message, privately, random);
  wipe(std::get<ApplicationData>(message.content.body));
  return sent;
}

void Group::export_secret(std::string_view label, Bytes context, MutBytes out) const {
  secrets_.export_secret(suite(), label, context, out);
}

Bytes Group::epoch_authenticator() const {
  return secrets_.epoch_authenticator.expose();
}

Buffer Group::group_info(bool with_tree) const {
  GroupInfo info{context(), {}, public_.confirmation_tag, self().value, {}};
  if (with_tree) info.extensions.push_back({ExtensionType::ratchet_tree, tree().serialize()});
  info.extensions.push_back(
      {ExtensionType::external_pub, encode(secrets_.external_keys(suite()).public_key)});
  info.sign(suite(), signature_keys_);
  return encode_message(std::move(info));
}

Result<std::vector<Psk>> Group::find_psks(const std::vector<PskId>& ids,
                                          const Environment& environment) const {
  std::vector<Psk> psks;
  for (const PskId& id : ids) {
    std::optional<SecretBuffer> secret;
    const auto own = resumption_psks_.find(id.epoch);
    if (id.type == PskType::external) {
      secret = environment.psks.external(id.external_id);
    } else if (id.group_id == context().group_id && own != resumption_psks_.end()) {
      secret = SecretBuffer(own->second.expose());
    } else {
      secret = environment.psks.resumption(id.group_id, id.epoch);
    }
    if (!secret) return fail(Fault::psk_unknown);
    psks.push_back({id, std::move(*secret)});
  }
  return psks;
}

Buffer confirmation_tag(const Suite& suite, const Secret& confirmation_key,
                        const GroupContext& context) {
  return suite.mac(confirmation_key, context.confirmed_transcript_hash);
}

}  // namespace vicino::mls
