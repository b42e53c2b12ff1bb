// Vectors of messages: their encoding, their protection, Welcome.
#include "check.h"
#include "mls/new_epoch.h"
#include "mls/welcome.h"

namespace vicino::mls_vectors {
using namespace mls;

namespace {

template <class T>
void round_trip(const Json& vector, const char* name) {
  const Buffer bytes = hex(vector.at(name));
  expect_equal(encode(take(decode<T>(bytes), name)), vector.at(name), name);
}

// A group of two of which only member 1 speaks.
struct Protection {
  explicit Protection(const Json& v)
      : vector(v),
        suite(suite_of(v)),
        context{.cipher_suite = suite.id,
                .group_id = hex(v.at("group_id")),
                .epoch = v.at("epoch").get<uint64_t>(),
                .tree_hash = hex(v.at("tree_hash")),
                .confirmed_transcript_hash = hex(v.at("confirmed_transcript_hash")),
                .extensions = {}},
        signer(take(suite.signature_keys(hex(v.at("signature_priv"))), "signature_priv")),
        sender_data(secret(v.at("sender_data_secret"))),
        membership_key(secret(v.at("membership_key"))),
        secrets{suite, sender_data, *TreeSize::for_leaves(2)} {}

  SecretTree fresh_keys() const {
    return {secret(vector.at("encryption_secret")), secrets.tree_size};
  }
  Buffer signature_key() const { return hex(vector.at("signature_pub")); }

  AuthenticatedContent open_public(Bytes bytes) const {
    const auto message = take(decode<Message>(bytes), "message");
    expect(message.as<PublicMessage>() != nullptr, "a PublicMessage");
    return take(unprotect_public(suite, *message.as<PublicMessage>(), context, membership_key),
                "unprotect");
  }
  AuthenticatedContent open_private(Bytes bytes) const {
    const auto message = take(decode<Message>(bytes), "message");
    expect(message.as<PrivateMessage>() != nullptr, "a PrivateMessage");
    return take(unprotect_private(secrets, *message.as<PrivateMessage>(), fresh_keys(), {}),
                "unprotect")
        .message;
  }
  void check(const AuthenticatedContent& opened, const char* name) const {
    expect(opened.verify_signature(suite, signature_key(), context),
           std::string(name) + "'s signature");
    Buffer body;
    std::visit(
        [&](const auto& content) {
          if constexpr (std::is_same_v<std::remove_cvref_t<decltype(content)>, ApplicationData>) {
            body = content;
          } else {
            body = encode(content);
          }
        },
        opened.content.body);
    expect_equal(body, vector.at(name), name);
  }
  AuthenticatedContent make(WireFormat format, const char* name) const {
    const Buffer bytes = hex(vector.at(name));
    AuthenticatedContent message{
        format, {context.group_id, context.epoch, Sender::member({1}), {}, {}}, {}};
    if (std::string_view(name) == "application") message.content.body = bytes;
    if (std::string_view(name) == "proposal")
      message.content.body = take(decode<Proposal>(bytes), name);
    if (std::string_view(name) == "commit")
      message.content.body = take(decode<Commit>(bytes), name);
    message.sign(suite, signer, context);
    if (message.content.type() == ContentType::commit)
      message.auth.confirmation_tag.assign(suite.hash_size(), 7);
    return message;
  }
  void check_own(const char* name) const {
    SeededRandom random(1);
    if (std::string_view(name) != "application") {
      const auto message = make(WireFormat::public_message, name);
      check(open_public(encode_message(protect_public(suite, message, context, membership_key))),
            name);
    }
    SecretTree keys = fresh_keys();
    const auto message = make(WireFormat::private_message, name);
    check(open_private(
              encode_message(take(protect_private(secrets, message, keys, 10, random), "protect"))),
          name);
  }

  const Json& vector;
  const Suite& suite;
  GroupContext context;
  SignatureKeys signer;
  Secret sender_data, membership_key;
  PrivateSecrets secrets;
};

}  // namespace

void check_messages(const Json& vector) {
  for (const char* const name :
       {"mls_welcome", "mls_group_info", "mls_key_package", "public_message_application",
        "public_message_proposal", "public_message_commit", "private_message"})
    round_trip<Message>(vector, name);
  const Suite& any = *Suite::find(
      CipherSuite::x25519_aes128gcm_sha256_ed25519);  // a tree's encoding is every suite's
  const auto tree =
      take(RatchetTree::parse(any, hex(vector.at("ratchet_tree")), 1 << 16), "ratchet_tree");
  expect_equal(tree.serialize(), vector.at("ratchet_tree"), "ratchet_tree");
  round_trip<GroupSecrets>(vector, "group_secrets");
  round_trip<Add>(vector, "add_proposal");
  round_trip<Update>(vector, "update_proposal");
  round_trip<Remove>(vector, "remove_proposal");
  round_trip<PreSharedKey>(vector, "pre_shared_key_proposal");
  round_trip<ReInit>(vector, "re_init_proposal");
  round_trip<ExternalInit>(vector, "external_init_proposal");
  round_trip<GroupContextExtensions>(vector, "group_context_extensions_proposal");
  round_trip<Commit>(vector, "commit");
}

void check_message_protection(const Json& vector) {
  const Protection protection(vector);
  protection.check(protection.open_public(hex(vector.at("proposal_pub"))), "proposal");
  protection.check(protection.open_private(hex(vector.at("proposal_priv"))), "proposal");
  protection.check(protection.open_public(hex(vector.at("commit_pub"))), "commit");
  protection.check(protection.open_private(hex(vector.at("commit_priv"))), "commit");
  protection.check(protection.open_private(hex(vector.at("application_priv"))), "application");
  for (const char* const name : {"proposal", "commit", "application"}) protection.check_own(name);
}

void check_welcome(const Json& vector) {
  const Suite& suite = suite_of(vector);
  const auto package = take(decode<Message>(hex(vector.at("key_package"))), "key_package");
  const auto message = take(decode<Message>(hex(vector.at("welcome"))), "welcome");
  expect(package.as<KeyPackage>() && message.as<Welcome>(), "a KeyPackage and a Welcome");
  const OwnKeyPackage own{
      *package.as<KeyPackage>(), hpke_private(suite, vector, "init_priv"), {}, {}};
  const Welcome& welcome = *message.as<Welcome>();
  const GroupSecrets secrets = take(open_group_secrets(welcome, own), "group secrets");
  expect(secrets.psks.empty(), "no PSKs");
  const Secret no_psk(suite.hash_size());
  const Secret joiner(secrets.joiner_secret);
  const GroupInfo info = take(
      open_group_info(suite, welcome, EpochSecrets::welcome_from_joiner(suite, joiner, no_psk)),
      "group info");
  expect(info.verify_signature(suite, hex(vector.at("signer_pub"))), "group info's signature");
  const EpochSecrets epoch = EpochSecrets::from_joiner(suite, joiner.clone(), no_psk, info.context);
  expect(
      equal(confirmation_tag(suite, epoch.confirmation_key, info.context), info.confirmation_tag),
      "confirmation_tag");
}

}  // namespace vicino::mls_vectors
