// Message framing (RFC 9420 section 6): what is signed, and the two ways it travels.
#pragma once

#include "mls/proposal.h"
#include "mls/secret_tree.h"

namespace vicino::mls {

enum class WireFormat : uint16_t {
  public_message = 1,
  private_message = 2,
  welcome = 3,
  group_info = 4,
  key_package = 5
};
enum class ContentType : uint8_t { application = 1, proposal = 2, commit = 3 };
enum class SenderType : uint8_t {
  member = 1,
  external = 2,
  new_member_proposal = 3,
  new_member_commit = 4
};

struct Sender {
  SenderType type = SenderType::member;
  uint32_t index = 0;  // of the leaf (member) or in the external_senders extension (external)

  static Sender member(LeafIndex leaf) { return {SenderType::member, leaf.value}; }

  static void fields(auto& self, auto& io) {
    io(self.type);
    switch (self.type) {
      case SenderType::member:
      case SenderType::external:
        return io(self.index);
      case SenderType::new_member_proposal:
      case SenderType::new_member_commit:
        return;
    }
    io.fail(Fault::malformed);
  }
  bool operator==(const Sender&) const = default;
};

using ApplicationData = Buffer;

struct FramedContent {
  Buffer group_id;
  uint64_t epoch = 0;
  Sender sender;
  Buffer authenticated_data;
  // In the order of their ContentType numbers, from 1.
  std::variant<ApplicationData, Proposal, Commit> body;

  ContentType type() const { return static_cast<ContentType>(body.index() + 1); }

  // Makes room for a body of this type. False: there is no such type.
  bool set_type(ContentType type);

  static void fields(auto& self, auto& io) {
    ContentType type = self.type();
    io(self.group_id, self.epoch, self.sender, self.authenticated_data, type);
    if constexpr (decoding<decltype(io)>) {
      if (!self.set_type(type)) return io.fail(Fault::malformed);
    }
    std::visit([&](auto& content) { io(content); }, self.body);
  }
  bool operator==(const FramedContent&) const = default;
};

// FramedContentAuthData; a confirmation tag for commits only.
struct ContentAuth {
  Buffer signature;
  Buffer confirmation_tag;

  static void fields(auto& self, ContentType type, auto& io) {
    io(self.signature);
    if (type == ContentType::commit) io(self.confirmation_tag);
  }
  bool operator==(const ContentAuth&) const = default;
};

struct AuthenticatedContent {
  WireFormat wire_format = WireFormat::public_message;
  FramedContent content;
  ContentAuth auth;

  static void fields(auto& self, auto& io) {
    io(self.wire_format, self.content);
    ContentAuth::fields(self.auth, self.content.type(), io);
  }
  bool operator==(const AuthenticatedContent&) const = default;

  // `context`: of the epoch it is sent in; it is signed too when the sender is, or becomes, a
  // member (FramedContentTBS).
  void sign(const Suite& suite, const SignatureKeys& keys, const GroupContext& context);
  bool verify_signature(const Suite& suite, Bytes public_key, const GroupContext& context) const;

  // What goes into the confirmed transcript hash: wire format, content, signature (section 8.2).
  Buffer confirmed_input() const;
  ProposalRef proposal_ref(const Suite& suite) const;
};

struct PublicMessage {
  FramedContent content;
  ContentAuth auth;
  Buffer membership_tag;  // of members' messages

  static void fields(auto& self, auto& io) {
    io(self.content);
    ContentAuth::fields(self.auth, self.content.type(), io);
    if (self.content.sender.type == SenderType::member) io(self.membership_tag);
  }
  bool operator==(const PublicMessage&) const = default;
};

struct PrivateMessage {
  Buffer group_id;
  uint64_t epoch = 0;
  ContentType content_type = ContentType::application;
  Buffer authenticated_data;
  Buffer encrypted_sender_data;
  Buffer ciphertext;

  static void fields(auto& self, auto& io) {
    io(self.group_id, self.epoch, self.content_type, self.authenticated_data,
       self.encrypted_sender_data, self.ciphertext);
  }
  bool operator==(const PrivateMessage&) const = default;
};

// Section 12.4.3.
struct GroupInfo {
  GroupContext context;
  Extensions extensions;
  Buffer confirmation_tag;
  uint32_t signer = 0;
  Buffer signature;

  static void unsigned_fields(auto& self, auto& io) {
    io(self.context, self.extensions, self.confirmation_tag, self.signer);
  }
  static void fields(auto& self, auto& io) {
    unsigned_fields(self, io);
    io(self.signature);
  }
  bool operator==(const GroupInfo&) const = default;

  void sign(const Suite& suite, const SignatureKeys& keys);
  bool verify_signature(const Suite& suite, Bytes public_key) const;
};

struct EncryptedGroupSecrets {
  Buffer new_member;  // KeyPackageRef
  HpkeCiphertext encrypted_group_secrets;

  static void fields(auto& self, auto& io) { io(self.new_member, self.encrypted_group_secrets); }
  bool operator==(const EncryptedGroupSecrets&) const = default;
};

struct Welcome {
  CipherSuite cipher_suite{};
  std::vector<EncryptedGroupSecrets> secrets;
  Buffer encrypted_group_info;

  static void fields(auto& self, auto& io) {
    io(self.cipher_suite, self.secrets, self.encrypted_group_info);
  }
  bool operator==(const Welcome&) const = default;
};

struct PathSecret {
  Buffer path_secret;
  static void fields(auto& self, auto& io) { io(self.path_secret); }
  bool operator==(const PathSecret&) const = default;
};

// What one new member is told. It is wiped when it goes.
struct GroupSecrets {
  Buffer joiner_secret;
  std::optional<PathSecret> path_secret;
  std::vector<PskId> psks;

  GroupSecrets() = default;
  GroupSecrets(GroupSecrets&&) = default;
  GroupSecrets& operator=(GroupSecrets&&) = default;
  ~GroupSecrets();

  static void fields(auto& self, auto& io) { io(self.joiner_secret, self.path_secret, self.psks); }
};

// MLSMessage. The bodies are in the order of their WireFormat numbers, from 1.
struct Message {
  ProtocolVersion version = ProtocolVersion::mls10;
  std::variant<PublicMessage, PrivateMessage, Welcome, GroupInfo, KeyPackage> body;

  WireFormat wire_format() const { return static_cast<WireFormat>(body.index() + 1); }
  bool set_wire_format(WireFormat format);
  template <class T>
  const T* as() const {
    return std::get_if<T>(&body);
  }

  static void fields(auto& self, auto& io) {
    io(self.version);
    if (self.version != ProtocolVersion::mls10) return io.fail(Fault::unsupported_version);
    WireFormat format = self.wire_format();
    io(format);
    if constexpr (decoding<decltype(io)>) {
      if (!self.set_wire_format(format)) return io.fail(Fault::wrong_wire_format);
    }
    std::visit([&](auto& content) { io(content); }, self.body);
  }
  bool operator==(const Message&) const = default;
};

template <class T>
Buffer encode_message(T body) {
  return encode(Message{ProtocolVersion::mls10, std::move(body)});
}

// Section 6.2. The tag covers what the signature covers, and the signature.
PublicMessage protect_public(const Suite& suite, const AuthenticatedContent& message,
                             const GroupContext& context, const Secret& membership_key);
// Fault: membership_tag_invalid. The signature isn't checked here.
Result<AuthenticatedContent> unprotect_public(const Suite& suite, const PublicMessage& message,
                                              const GroupContext& context,
                                              const Secret& membership_key);

// Section 6.3. `padding` zeros are added. The key is the sender's own next one.
struct PrivateSecrets {
  const Suite& suite;
  const Secret& sender_data;
  TreeSize tree_size;
};
Result<PrivateMessage> protect_private(const PrivateSecrets& epoch,
                                       const AuthenticatedContent& message, SecretTree& keys,
                                       size_t padding, SecureRandom& random);
// Faults: malformed, sender_not_a_member, decryption_failed, padding_not_zero, generation_*. The
// signature isn't checked here; adopt `opening` once it is.
struct OpenedPrivate {
  AuthenticatedContent message;
  SecretTree::Opening opening;
};
Result<OpenedPrivate> unprotect_private(const PrivateSecrets& epoch, const PrivateMessage& message,
                                        const SecretTree& keys, const RatchetBounds& bounds);

}  // namespace vicino::mls
