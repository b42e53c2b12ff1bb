// A group as bytes and back. The bytes hold secrets: who stores them encrypts and authenticates
// them.
#include "mls/group.h"

namespace vicino::mls {

constexpr uint8_t state_version = 1;

// Reads and writes what other classes keep to themselves.
struct StateCodec {
  static void put(Encoder& out, const Secret& secret) { out.opaque(secret.expose()); }
  static void put(Encoder& out, const HpkeKeys& keys) {
    put(out, keys.private_key);
    out(keys.public_key);
  }
  static void put(Encoder& out, const Ratchet& ratchet) {
    put(out, ratchet.secret_);
    out(ratchet.next_, static_cast<uint32_t>(ratchet.skipped_.size()));
    for (const auto& [generation, key] : ratchet.skipped_) {
      out(generation);
      put(out, key.key);
      put(out, key.nonce);
    }
  }
  static void put(Encoder& out, const SecretTree& tree) {
    out(tree.size_.leaves(), static_cast<uint32_t>(tree.nodes_.size()));
    for (const auto& [node, secret] : tree.nodes_) {
      out(node.value);
      put(out, secret);
    }
    out(static_cast<uint32_t>(tree.leaves_.size()));
    for (const auto& [leaf, ratchets] : tree.leaves_) {
      out(leaf.value);
      put(out, ratchets.handshake);
      put(out, ratchets.application);
    }
  }
  static void put(Encoder& out, const RatchetTree& tree) { out(tree.serialize()); }
  static void put(Encoder& out, const PublicState& state) {
    out(state.context);
    put(out, state.tree);
    out(state.confirmation_tag, state.interim_transcript_hash,
        static_cast<uint32_t>(state.pending.size()));
    for (const PendingProposal& pending : state.pending)
      out(pending.ref, pending.sent.proposal, pending.sent.sender,
          static_cast<uint8_t>(pending.sent.by_reference));
  }
  static void put(Encoder& out, const PathKeys& keys) {
    out(keys.self().value, static_cast<uint32_t>(keys.all().size()));
    for (const auto& [node, pair] : keys.all()) {
      out(node.value);
      put(out, pair);
    }
  }
  static constexpr std::array kept_secrets = {&EpochSecrets::sender_data,
                                              &EpochSecrets::exporter,
                                              &EpochSecrets::external,
                                              &EpochSecrets::confirmation_key,
                                              &EpochSecrets::membership_key,
                                              &EpochSecrets::resumption_psk,
                                              &EpochSecrets::epoch_authenticator,
                                              &EpochSecrets::init};

  static void put(Encoder& out, const Group& group) {
    out(state_version);
    put(out, group.public_);
    for (const auto secret : kept_secrets) put(out, group.secrets_.*secret);
    put(out, group.keys_);
    put(out, group.path_keys_);
    put(out, group.signature_keys_.private_key);
    out(group.signature_keys_.public_key, static_cast<uint32_t>(group.update_keys_.size()));
    for (const HpkeKeys& keys : group.update_keys_) put(out, keys);
    out(static_cast<uint32_t>(group.past_.size()));
    for (const Group::PastEpoch& past : group.past_) {
      out(past.context);
      put(out, past.tree);
      put(out, past.sender_data);
      put(out, past.keys);
    }
    out(static_cast<uint32_t>(group.resumption_psks_.size()));
    for (const auto& [epoch, psk] : group.resumption_psks_) {
      out(epoch);
      put(out, psk);
    }
    out(group.reinit_);
  }

  static Secret secret(Decoder& in) {
    const Bytes bytes = in.opaque();
    if (bytes.size() <= Secret::capacity) return Secret(bytes);
    in.fail(Fault::state_invalid);
    return {};
  }
  static HpkeKeys hpke_keys(Decoder& in) {
    HpkeKeys keys{secret(in), {}};
    in(keys.public_key);
    return keys;
  }
  // Calls `item` as often as the input says, but never past its end.
  static void repeat(Decoder& in, auto item) {
    uint32_t count = 0;
    in(count);
    while (count-- > 0 && in.status()) item();
  }
  static uint32_t number(Decoder& in) {
    uint32_t value = 0;
    in(value);
    return value;
  }
  static Ratchet ratchet(Decoder& in) {
    Ratchet ratchet(secret(in));
    in(ratchet.next_);
    repeat(in, [&] {
      const uint32_t generation = number(in);
      MessageKey key{secret(in), secret(in)};
      ratchet.skipped_.emplace(generation, std::move(key));
    });
    return ratchet;
  }
  static SecretTree secret_tree(Decoder& in) {
    SecretTree tree;
    const auto size = TreeSize::for_leaves(number(in));
    if (!size) in.fail(Fault::state_invalid);
    tree.size_ = size.value_or(TreeSize());
    repeat(in, [&] {
      const NodeIndex node{number(in)};
      tree.nodes_.emplace(node, secret(in));
    });
    repeat(in, [&] {
      const LeafIndex leaf{number(in)};
      Ratchet handshake = ratchet(in);
      tree.leaves_.emplace(leaf, SecretTree::LeafRatchets{std::move(handshake), ratchet(in)});
    });
    return tree;
  }
  static RatchetTree tree(Decoder& in, const Suite& suite) {
    Buffer bytes;
    in(bytes);
    auto tree = RatchetTree::parse(suite, bytes, TreeSize::max_leaves);
    if (tree) return std::move(*tree);
    in.fail(Fault::state_invalid);
    return RatchetTree(suite);
  }
  static GroupContext context(Decoder& in) {
    GroupContext context;
    in(context);
    if (!Suite::find(context.cipher_suite)) {
      in.fail(Fault::state_invalid);
      context.cipher_suite = CipherSuite::x25519_aes128gcm_sha256_ed25519;
    }
    return context;
  }
  static PublicState public_state(Decoder& in) {
    GroupContext of = context(in);
    const Suite& suite = *Suite::find(of.cipher_suite);
    PublicState state{std::move(of), tree(in, suite), {}, {}, {}};
    in(state.confirmation_tag, state.interim_transcript_hash);
    repeat(in, [&] {
      PendingProposal& pending = state.pending.emplace_back();
      uint8_t by_reference = 0;
      in(pending.ref, pending.sent.proposal, pending.sent.sender, by_reference);
      pending.sent.by_reference = by_reference == 1;
    });
    return state;
  }
  static PathKeys path_keys(Decoder& in) {
    PathKeys keys({number(in)}, {});
    repeat(in, [&] {
      const NodeIndex node{number(in)};
      keys.set(node, hpke_keys(in));
    });
    return keys;
  }
  static Group::PastEpoch past_epoch(Decoder& in) {
    GroupContext of = context(in);
    const Suite& suite = *Suite::find(of.cipher_suite);
    RatchetTree then = tree(in, suite);
    Secret sender_data = secret(in);
    return {std::move(of), std::move(then), std::move(sender_data), secret_tree(in)};
  }

  static Group group(Decoder& in) {
    PublicState state = public_state(in);
    EpochSecrets secrets;
    for (const auto kept : kept_secrets) secrets.*kept = secret(in);
    SecretTree keys = secret_tree(in);
    PathKeys path = path_keys(in);
    SignatureKeys signature_keys{secret(in), {}};
    in(signature_keys.public_key);
    if (!state.suite().belong_together(signature_keys)) in.fail(Fault::state_invalid);
    Group group(std::move(state), std::move(secrets), std::move(path), std::move(signature_keys));
    group.keys_ = std::move(keys);
    group.resumption_psks_.clear();
    repeat(in, [&] { group.update_keys_.push_back(hpke_keys(in)); });
    repeat(in, [&] { group.past_.push_back(past_epoch(in)); });
    repeat(in, [&] {
      uint64_t epoch = 0;
      in(epoch);
      group.resumption_psks_.emplace(epoch, secret(in));
    });
    in(group.reinit_);
    return group;
  }
};

SecretBuffer Group::save() const {
  Encoder out;
  StateCodec::put(out, *this);
  Buffer bytes = out.take();
  SecretBuffer blob{Bytes(bytes)};
  wipe(bytes);
  return blob;
}

Result<Group> Group::load(Bytes blob) {
  Decoder in(blob);
  uint8_t version = 0;
  in(version);
  if (version != state_version) return fail(Fault::state_invalid);
  Group group = StateCodec::group(in);
  const bool whole = in.status() && in.rest().empty() && group.tree().leaf(group.self());
  if (!whole) return fail(Fault::state_invalid);
  return group;
}

Group Group::clone() const {
  const SecretBuffer blob = save();
  return std::move(*load(blob.expose()));
}

}  // namespace vicino::mls
