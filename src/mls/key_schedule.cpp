#include "mls/key_schedule.h"

namespace vicino::mls {
namespace {

Secret member_secret(const Suite& suite, const Secret& joiner, const Secret& psk) {
  return suite.extract(joiner.expose(), psk.expose());
}

}  // namespace

Secret combine_psks(const Suite& suite, const std::vector<Psk>& psks) {
  Secret combined(suite.hash_size());
  const Secret zero(suite.hash_size());
  for (size_t i = 0; i < psks.size(); ++i) {
    const Secret extracted = suite.extract(zero.expose(), psks[i].secret.expose());
    const Buffer label =
        encode(psks[i].id, static_cast<uint16_t>(i), static_cast<uint16_t>(psks.size()));
    const Secret input =
        suite.expand_with_label(extracted.expose(), "derived psk", label, suite.hash_size());
    combined = suite.extract(input.expose(), combined.expose());
  }
  return combined;
}

EpochSecrets EpochSecrets::next(const Suite& suite, const Secret& init, const Secret& commit,
                                const Secret& psk, const GroupContext& context) {
  const Secret extracted = suite.extract(init.expose(), commit.expose());
  Secret joiner =
      suite.expand_with_label(extracted.expose(), "joiner", encode(context), suite.hash_size());
  return from_joiner(suite, std::move(joiner), psk, context);
}

EpochSecrets EpochSecrets::first(const Suite& suite, SecureRandom& random) {
  EpochSecrets secrets;
  secrets.derive(suite, random_secret(random, suite.hash_size()));
  return secrets;
}

EpochSecrets EpochSecrets::from_joiner(const Suite& suite, Secret joiner, const Secret& psk,
                                       const GroupContext& context) {
  const Secret member = member_secret(suite, joiner, psk);
  EpochSecrets secrets;
  secrets.derive(
      suite, suite.expand_with_label(member.expose(), "epoch", encode(context), suite.hash_size()));
  secrets.joiner = std::move(joiner);
  secrets.welcome = suite.derive_secret(member, "welcome");
  return secrets;
}

void EpochSecrets::derive(const Suite& suite, const Secret& epoch) {
  sender_data = suite.derive_secret(epoch, "sender data");
  encryption = suite.derive_secret(epoch, "encryption");
  exporter = suite.derive_secret(epoch, "exporter");
  external = suite.derive_secret(epoch, "external");
  confirmation_key = suite.derive_secret(epoch, "confirm");
  membership_key = suite.derive_secret(epoch, "membership");
  resumption_psk = suite.derive_secret(epoch, "resumption");
  epoch_authenticator = suite.derive_secret(epoch, "authentication");
  init = suite.derive_secret(epoch, "init");
}

Secret EpochSecrets::welcome_from_joiner(const Suite& suite, const Secret& joiner,
                                         const Secret& psk) {
  return suite.derive_secret(member_secret(suite, joiner, psk), "welcome");
}

void EpochSecrets::export_secret(const Suite& suite, std::string_view label, Bytes context,
                                 MutBytes out) const {
  const Secret derived = suite.derive_secret(exporter, label);
  suite.expand_with_label(derived.expose(), "exported", suite.hash(context), out);
}

Buffer confirmed_transcript_hash(const Suite& suite, Bytes interim_before, Bytes content) {
  Encoder input;
  input.raw(interim_before);
  input.raw(content);
  return suite.hash(input.take());
}

Buffer interim_transcript_hash(const Suite& suite, Bytes confirmed,
                               const Buffer& confirmation_tag) {
  Encoder input;
  input.raw(confirmed);
  input(confirmation_tag);
  return suite.hash(input.take());
}

}  // namespace vicino::mls
