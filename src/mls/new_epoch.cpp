#include "mls/new_epoch.h"

namespace vicino::mls {

SealedCommit seal_commit(const PublicState& before, const SignatureKeys& signer,
                         AuthenticatedContent& message, CommitParts parts) {
  const Suite& suite = before.suite();
  message.sign(suite, signer, before.context);
  GroupContext context = parts.provisional;
  context.confirmed_transcript_hash =
      confirmed_transcript_hash(suite, before.interim_transcript_hash, message.confirmed_input());
  const Secret psk_secret = combine_psks(suite, parts.psks);
  EpochSecrets secrets =
      EpochSecrets::next(suite, parts.init_secret, parts.commit_secret, psk_secret, context);
  message.auth.confirmation_tag = confirmation_tag(suite, secrets.confirmation_key, context);
  return {next_state(before, std::move(parts.provisional), std::move(parts.tree), message),
          std::move(secrets)};
}

Status check_confirmation(const PublicState& state, const EpochSecrets& secrets) {
  const Buffer tag = confirmation_tag(state.suite(), secrets.confirmation_key, state.context);
  return require(ct_equal(tag, state.confirmation_tag), Fault::confirmation_tag_invalid);
}

}  // namespace vicino::mls
