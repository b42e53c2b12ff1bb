#include "mls/welcome.h"

namespace vicino::mls {
namespace {

MessageKey group_info_key(const Suite& suite, const Secret& welcome_secret) {
  return {suite.expand_with_label(welcome_secret.expose(), "key", {}, suite.key_size()),
          suite.expand_with_label(welcome_secret.expose(), "nonce", {}, suite.nonce_size())};
}

Result<EncryptedGroupSecrets> secrets_for(const WelcomeParts& parts, const Addition& addition,
                                          const PathBuilder* path,
                                          const Buffer& encrypted_group_info,
                                          SecureRandom& random) {
  const Suite& suite = parts.state.suite();
  GroupSecrets secrets;
  const Bytes joiner = parts.secrets.joiner.expose();
  secrets.joiner_secret.assign(joiner.begin(), joiner.end());
  if (path) {
    const Bytes path_secret = path->path_secret_for(addition.index)->expose();
    secrets.path_secret = PathSecret{{path_secret.begin(), path_secret.end()}};
  }
  secrets.psks = parts.psks;
  Buffer plaintext = encode(secrets);
  auto sealed = suite.encrypt_with_label(addition.key_package.init_key, "Welcome",
                                         encrypted_group_info, plaintext, random);
  wipe(plaintext);
  if (!sealed) return fail(sealed.error());
  return EncryptedGroupSecrets{addition.key_package.ref(suite), std::move(*sealed)};
}

}  // namespace

Result<Buffer> make_welcome(const WelcomeParts& parts, const std::vector<Addition>& added,
                            const PathBuilder* path, SecureRandom& random) {
  const Suite& suite = parts.state.suite();
  GroupInfo info{
      parts.state.context, {}, parts.state.confirmation_tag, parts.signer_leaf.value, {}};
  if (parts.with_tree)
    info.extensions.push_back({ExtensionType::ratchet_tree, parts.state.tree.serialize()});
  info.sign(suite, parts.signer);
  const MessageKey key = group_info_key(suite, parts.secrets.welcome);
  Welcome welcome{suite.id, {}, suite.seal(key.key, key.nonce.expose(), {}, encode(info))};
  for (const Addition& addition : added) {
    TRY_ASSIGN(auto secrets,
               secrets_for(parts, addition, path, welcome.encrypted_group_info, random));
    welcome.secrets.push_back(std::move(secrets));
  }
  return encode_message(std::move(welcome));
}

Result<GroupSecrets> open_group_secrets(const Welcome& welcome, const OwnKeyPackage& own) {
  const Suite* const suite = Suite::find(welcome.cipher_suite);
  if (!suite) return fail(Fault::unsupported_suite);
  if (own.package.cipher_suite != welcome.cipher_suite) return fail(Fault::welcome_suite_wrong);
  const auto mine = std::ranges::find(welcome.secrets, own.package.ref(*suite),
                                      &EncryptedGroupSecrets::new_member);
  if (mine == welcome.secrets.end()) return fail(Fault::welcome_not_for_this_key_package);
  const auto plain =
      suite->decrypt_with_label({own.init_key.clone(), own.package.init_key}, "Welcome",
                                welcome.encrypted_group_info, mine->encrypted_group_secrets);
  if (!plain) return fail(Fault::welcome_secrets_invalid);
  auto secrets = decode<GroupSecrets>(plain->expose());
  if (!secrets) return fail(Fault::welcome_secrets_invalid);
  const auto right_size = [&](const Buffer& secret) { return secret.size() == suite->hash_size(); };
  if (!right_size(secrets->joiner_secret) ||
      (secrets->path_secret && !right_size(secrets->path_secret->path_secret)))
    return fail(Fault::welcome_secrets_invalid);
  return secrets;
}

Result<GroupInfo> open_group_info(const Suite& suite, const Welcome& welcome,
                                  const Secret& welcome_secret) {
  const MessageKey key = group_info_key(suite, welcome_secret);
  TRY_ASSIGN(const SecretBuffer plain,
             suite.open(key.key, key.nonce.expose(), {}, welcome.encrypted_group_info));
  auto info = decode<GroupInfo>(plain.expose());
  if (!info) return fail(Fault::group_info_invalid);
  return info;
}

}  // namespace vicino::mls
