// PrivateMessage (RFC 9420 section 6.3): content and sender hidden from all but the members.
#include "mls/framing.h"

namespace vicino::mls {
namespace {

constexpr size_t reuse_guard_size = 4;

struct SenderData {
  uint32_t leaf_index = 0;
  uint32_t generation = 0;
  std::array<uint8_t, reuse_guard_size> reuse_guard{};

  static void fields(auto& self, auto& io) {
    io(self.leaf_index, self.generation);
    for (auto& byte : self.reuse_guard) io(byte);
  }
};

Buffer sender_data_aad(const PrivateMessage& message) {
  return encode(message.group_id, message.epoch, message.content_type);
}

Buffer content_aad(const PrivateMessage& message) {
  return encode(message.group_id, message.epoch, message.content_type, message.authenticated_data);
}

RatchetType ratchet_for(ContentType type) {
  return type == ContentType::application ? RatchetType::application : RatchetType::handshake;
}

// Section 6.3.1: a key used twice after a restored backup still gets another nonce.
Secret guarded(const Secret& nonce, const std::array<uint8_t, reuse_guard_size>& guard) {
  Secret out = nonce.clone();
  for (size_t i = 0; i < guard.size(); ++i) out.expose_mut()[i] ^= guard[i];
  return out;
}

// PrivateMessageContent, without the padding.
Buffer inner_content(const AuthenticatedContent& message) {
  Encoder encoder;
  std::visit([&](const auto& body) { encoder(body); }, message.content.body);
  ContentAuth::fields(message.auth, message.content.type(), encoder);
  return encoder.take();
}

Result<SenderData> open_sender_data(const PrivateSecrets& epoch, const PrivateMessage& message) {
  const MessageKey key = sender_data_key(epoch.suite, epoch.sender_data, message.ciphertext);
  TRY_ASSIGN(const SecretBuffer plain,
             epoch.suite.open(key.key, key.nonce.expose(), sender_data_aad(message),
                              message.encrypted_sender_data));
  return decode<SenderData>(plain.expose());
}

Result<AuthenticatedContent> parse_content(const PrivateMessage& message, LeafIndex sender,
                                           Bytes plaintext) {
  AuthenticatedContent out{
      WireFormat::private_message,
      {message.group_id, message.epoch, Sender::member(sender), message.authenticated_data, {}},
      {}};
  if (!out.content.set_type(message.content_type)) return fail(Fault::malformed);
  Decoder decoder(plaintext);
  std::visit([&](auto& body) { decoder(body); }, out.content.body);
  ContentAuth::fields(out.auth, message.content_type, decoder);
  TRY(decoder.status());
  const bool zeros = std::ranges::all_of(decoder.rest(), [](uint8_t byte) { return byte == 0; });
  if (!zeros) return fail(Fault::padding_not_zero);
  return out;
}

}  // namespace

Result<PrivateMessage> protect_private(const PrivateSecrets& epoch,
                                       const AuthenticatedContent& message, SecretTree& keys,
                                       size_t padding, SecureRandom& random) {
  const LeafIndex self{message.content.sender.index};
  TRY_ASSIGN(auto next, keys.next(epoch.suite, self, ratchet_for(message.content.type())));
  const auto& [generation, key] = next;
  SenderData sender{self.value, generation, {}};
  random.fill(sender.reuse_guard);
  PrivateMessage out{message.content.group_id,
                     message.content.epoch,
                     message.content.type(),
                     message.content.authenticated_data,
                     {},
                     {}};
  Buffer plaintext = inner_content(message);
  plaintext.resize(plaintext.size() + padding);
  out.ciphertext = epoch.suite.seal(key.key, guarded(key.nonce, sender.reuse_guard).expose(),
                                    content_aad(out), plaintext);
  wipe(plaintext);
  const MessageKey data_key = sender_data_key(epoch.suite, epoch.sender_data, out.ciphertext);
  out.encrypted_sender_data =
      epoch.suite.seal(data_key.key, data_key.nonce.expose(), sender_data_aad(out), encode(sender));
  return out;
}

Result<OpenedPrivate> unprotect_private(const PrivateSecrets& epoch, const PrivateMessage& message,
                                        const SecretTree& keys, const RatchetBounds& bounds) {
  TRY_ASSIGN(const SenderData sender, open_sender_data(epoch, message));
  const LeafIndex leaf{sender.leaf_index};
  if (!epoch.tree_size.has(leaf)) return fail(Fault::sender_not_a_member);
  TRY_ASSIGN(
      SecretTree::Opening opening,
      keys.find(epoch.suite, leaf, ratchet_for(message.content_type), sender.generation, bounds));
  const MessageKey& key = opening.found.key;
  TRY_ASSIGN(const SecretBuffer plain,
             epoch.suite.open(key.key, guarded(key.nonce, sender.reuse_guard).expose(),
                              content_aad(message), message.ciphertext));
  TRY_ASSIGN(AuthenticatedContent content, parse_content(message, leaf, plain.expose()));
  return OpenedPrivate{std::move(content), std::move(opening)};
}

}  // namespace vicino::mls
