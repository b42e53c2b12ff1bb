#include "mls/framing.h"

namespace vicino::mls {
namespace {

// FramedContentTBS, section 6.1.
Buffer to_be_signed(const AuthenticatedContent& message, const GroupContext& context) {
  const SenderType sender = message.content.sender.type;
  Encoder encoder;
  encoder(ProtocolVersion::mls10, message.wire_format, message.content);
  if (sender == SenderType::member || sender == SenderType::new_member_commit) encoder(context);
  return encoder.take();
}

Buffer membership_tag(const Suite& suite, const AuthenticatedContent& message,
                      const GroupContext& context, const Secret& membership_key) {
  Encoder encoder;
  encoder.raw(to_be_signed(message, context));
  ContentAuth::fields(message.auth, message.content.type(), encoder);
  return suite.mac(membership_key, encoder.take());
}

Buffer group_info_to_be_signed(const GroupInfo& info) {
  Encoder encoder;
  GroupInfo::unsigned_fields(info, encoder);
  return encoder.take();
}

}  // namespace

bool FramedContent::set_type(ContentType type) {
  switch (type) {
    case ContentType::application:
      body = ApplicationData{};
      return true;
    case ContentType::proposal:
      body = Proposal{};
      return true;
    case ContentType::commit:
      body = Commit{};
      return true;
  }
  return false;
}

bool Message::set_wire_format(WireFormat format) {
  switch (format) {
    case WireFormat::public_message:
      body = PublicMessage{};
      return true;
    case WireFormat::private_message:
      body = PrivateMessage{};
      return true;
    case WireFormat::welcome:
      body = Welcome{};
      return true;
    case WireFormat::group_info:
      body = GroupInfo{};
      return true;
    case WireFormat::key_package:
      body = KeyPackage{};
      return true;
  }
  return false;
}

void AuthenticatedContent::sign(const Suite& suite, const SignatureKeys& keys,
                                const GroupContext& context) {
  auth.signature = suite.sign_with_label(keys, "FramedContentTBS", to_be_signed(*this, context));
}

bool AuthenticatedContent::verify_signature(const Suite& suite, Bytes public_key,
                                            const GroupContext& context) const {
  return suite.verify_with_label(public_key, "FramedContentTBS", to_be_signed(*this, context),
                                 auth.signature);
}

Buffer AuthenticatedContent::confirmed_input() const {
  return encode(wire_format, content, auth.signature);
}

ProposalRef AuthenticatedContent::proposal_ref(const Suite& suite) const {
  return suite.ref_hash("MLS 1.0 Proposal Reference", encode(*this));
}

void GroupInfo::sign(const Suite& suite, const SignatureKeys& keys) {
  signature = suite.sign_with_label(keys, "GroupInfoTBS", group_info_to_be_signed(*this));
}

bool GroupInfo::verify_signature(const Suite& suite, Bytes public_key) const {
  return suite.verify_with_label(public_key, "GroupInfoTBS", group_info_to_be_signed(*this),
                                 signature);
}

GroupSecrets::~GroupSecrets() {
  wipe(joiner_secret);
  if (path_secret) wipe(path_secret->path_secret);
}

PublicMessage protect_public(const Suite& suite, const AuthenticatedContent& message,
                             const GroupContext& context, const Secret& membership_key) {
  PublicMessage out{message.content, message.auth, {}};
  if (message.content.sender.type == SenderType::member)
    out.membership_tag = membership_tag(suite, message, context, membership_key);
  return out;
}

Result<AuthenticatedContent> unprotect_public(const Suite& suite, const PublicMessage& message,
                                              const GroupContext& context,
                                              const Secret& membership_key) {
  if (message.content.type() == ContentType::application)
    return fail(Fault::application_message_not_encrypted);
  AuthenticatedContent content{WireFormat::public_message, message.content, message.auth};
  if (message.content.sender.type == SenderType::member &&
      !ct_equal(message.membership_tag, membership_tag(suite, content, context, membership_key)))
    return fail(Fault::membership_tag_invalid);
  return content;
}

}  // namespace vicino::mls
