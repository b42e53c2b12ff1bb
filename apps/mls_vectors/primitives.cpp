// Vectors below the level of messages.
#include "check.h"

namespace vicino::mls_vectors {
using namespace mls;

void check_tree_math(const Json& vector) {
  const auto size = TreeSize::for_leaves(vector.at("n_leaves").get<uint64_t>());
  expect(size.has_value(), "n_leaves");
  expect(size->nodes() == vector.at("n_nodes").get<uint32_t>(), "n_nodes");
  expect(size->root().value == vector.at("root").get<uint32_t>(), "root");
  const auto list = [&](const char* name, auto function) {
    for (uint32_t i = 0; i < size->nodes(); ++i) {
      const std::optional<NodeIndex> is = function(NodeIndex{i});
      const Json& wanted = vector.at(name).at(i);
      expect(is.has_value() != wanted.is_null() && (!is || is->value == wanted.get<uint32_t>()),
             std::string(name) + " of " + std::to_string(i));
    }
  };
  list("left", [](NodeIndex node) { return left(node); });
  list("right", [](NodeIndex node) { return right(node); });
  list("parent", [&](NodeIndex node) { return parent(node, *size); });
  list("sibling", [&](NodeIndex node) { return sibling(node, *size); });
}

void check_deserialization(const Json& vector) {
  const Buffer header = hex(vector.at("vlbytes_header"));
  Decoder decoder(header);
  expect(decoder.length() == vector.at("length").get<size_t>() && decoder.status() &&
             decoder.rest().empty(),
         "length");
}

void check_crypto_basics(const Json& vector) {
  const Suite& suite = suite_of(vector);
  const auto label = [](const Json& of) { return of.at("label").get<std::string>(); };
  const Json& ref = vector.at("ref_hash");
  expect_equal(suite.ref_hash(label(ref), hex(ref.at("value"))), ref.at("out"), "ref_hash");

  const Json& expand = vector.at("expand_with_label");
  expect_equal(
      suite
          .expand_with_label(hex(expand.at("secret")), label(expand), hex(expand.at("context")),
                             length_of(expand.at("length"), Secret::capacity))
          .expose(),
      expand.at("out"), "expand_with_label");
  const Json& derive = vector.at("derive_secret");
  expect_equal(suite.derive_secret(secret(derive.at("secret")), label(derive)).expose(),
               derive.at("out"), "derive_secret");
  const Json& tree = vector.at("derive_tree_secret");
  expect_equal(Derivation(suite, hex(tree.at("secret")))
                   .derive_tree_secret(label(tree), tree.at("generation").get<uint32_t>(),
                                       length_of(tree.at("length"), Secret::capacity))
                   .expose(),
               tree.at("out"), "derive_tree_secret");

  const Json& sign = vector.at("sign_with_label");
  const Buffer content = hex(sign.at("content"));
  const auto keys = take(suite.signature_keys(hex(sign.at("priv"))), "signature key");
  expect_equal(keys.public_key, sign.at("pub"), "public signature key");
  expect(suite.verify_with_label(keys.public_key, label(sign), content, hex(sign.at("signature"))),
         "verify");
  const Buffer signature = suite.sign_with_label(keys, label(sign), content);
  expect(suite.verify_with_label(keys.public_key, label(sign), content, signature),
         "sign, then verify");

  const Json& encrypt = vector.at("encrypt_with_label");
  const Buffer context = hex(encrypt.at("context")), plaintext = hex(encrypt.at("plaintext"));
  const auto hpke = take(suite.hpke_keys(hex(encrypt.at("priv"))), "HPKE key");
  expect_equal(hpke.public_key, encrypt.at("pub"), "public HPKE key");
  const HpkeCiphertext sealed{hex(encrypt.at("kem_output")), hex(encrypt.at("ciphertext"))};
  expect(
      equal(
          take(suite.decrypt_with_label(hpke, label(encrypt), context, sealed), "decrypt").expose(),
          plaintext),
      "decrypt");
  SeededRandom random(1);
  const auto again =
      take(suite.encrypt_with_label(hpke.public_key, label(encrypt), context, plaintext, random),
           "encrypt");
  expect(
      equal(
          take(suite.decrypt_with_label(hpke, label(encrypt), context, again), "decrypt").expose(),
          plaintext),
      "encrypt, then decrypt");
}

void check_secret_tree(const Json& vector) {
  const Suite& suite = suite_of(vector);
  const Json& sender_data = vector.at("sender_data");
  const MessageKey data_key = sender_data_key(suite, secret(sender_data.at("sender_data_secret")),
                                              hex(sender_data.at("ciphertext")));
  expect_equal(data_key.key.expose(), sender_data.at("key"), "sender data key");
  expect_equal(data_key.nonce.expose(), sender_data.at("nonce"), "sender data nonce");

  const Json& leaves = vector.at("leaves");
  const auto size = TreeSize::for_leaves(leaves.size());
  expect(size.has_value(), "number of leaves");
  SecretTree tree(secret(vector.at("encryption_secret")), *size);
  const RatchetBounds bounds{.forward = 10'000, .out_of_order = 10'000};
  for (uint32_t leaf = 0; leaf < leaves.size(); ++leaf) {
    for (const Json& wanted : leaves[leaf]) {
      const auto generation = wanted.at("generation").get<uint32_t>();
      const auto check = [&](RatchetType type, const char* key_name, const char* nonce_name) {
        auto opening = take(tree.find(suite, {leaf}, type, generation, bounds), key_name);
        expect_equal(opening.found.key.key.expose(), wanted.at(key_name), key_name);
        expect_equal(opening.found.key.nonce.expose(), wanted.at(nonce_name), nonce_name);
        tree.adopt(std::move(opening));
      };
      check(RatchetType::handshake, "handshake_key", "handshake_nonce");
      check(RatchetType::application, "application_key", "application_nonce");
    }
  }
}

void check_key_schedule(const Json& vector) {
  const Suite& suite = suite_of(vector);
  Secret init = secret(vector.at("initial_init_secret"));
  GroupContext context;
  context.cipher_suite = suite.id;
  context.group_id = hex(vector.at("group_id"));
  for (const Json& epoch : vector.at("epochs")) {
    context.tree_hash = hex(epoch.at("tree_hash"));
    context.confirmed_transcript_hash = hex(epoch.at("confirmed_transcript_hash"));
    expect_equal(encode(context), epoch.at("group_context"), "group_context");
    EpochSecrets secrets = EpochSecrets::next(suite, init, secret(epoch.at("commit_secret")),
                                              secret(epoch.at("psk_secret")), context);
    for (const auto& [name, is] : std::initializer_list<std::pair<const char*, const Secret&>>{
             {"joiner_secret", secrets.joiner},
             {"welcome_secret", secrets.welcome},
             {"init_secret", secrets.init},
             {"sender_data_secret", secrets.sender_data},
             {"encryption_secret", secrets.encryption},
             {"exporter_secret", secrets.exporter},
             {"epoch_authenticator", secrets.epoch_authenticator},
             {"external_secret", secrets.external},
             {"confirmation_key", secrets.confirmation_key},
             {"membership_key", secrets.membership_key},
             {"resumption_psk", secrets.resumption_psk}})
      expect_equal(is.expose(), epoch.at(name), name);
    expect_equal(secrets.external_keys(suite).public_key, epoch.at("external_pub"), "external_pub");
    const Json& exporter = epoch.at("exporter");
    Buffer exported(length_of(exporter.at("length"), 255 * suite.hash_size()));
    secrets.export_secret(suite, exporter.at("label").get<std::string>(),
                          hex(exporter.at("context")), exported);
    expect_equal(exported, exporter.at("secret"), "exporter secret");
    init = std::move(secrets.init);
    ++context.epoch;
  }
}

void check_psk_secret(const Json& vector) {
  const Suite& suite = suite_of(vector);
  std::vector<Psk> psks;
  for (const Json& psk : vector.at("psks")) {
    PskId id;
    id.external_id = hex(psk.at("psk_id"));
    id.nonce = hex(psk.at("psk_nonce"));
    psks.push_back({std::move(id), SecretBuffer(Bytes(hex(psk.at("psk"))))});
  }
  expect_equal(combine_psks(suite, psks).expose(), vector.at("psk_secret"), "psk_secret");
}

void check_transcript_hashes(const Json& vector) {
  const Suite& suite = suite_of(vector);
  const auto commit = take(decode<AuthenticatedContent>(hex(vector.at("authenticated_content"))),
                           "authenticated_content");
  const Buffer confirmed = confirmed_transcript_hash(
      suite, hex(vector.at("interim_transcript_hash_before")), commit.confirmed_input());
  expect_equal(confirmed, vector.at("confirmed_transcript_hash_after"),
               "confirmed_transcript_hash");
  expect_equal(interim_transcript_hash(suite, confirmed, commit.auth.confirmation_tag),
               vector.at("interim_transcript_hash_after"), "interim_transcript_hash");
  expect(equal(suite.mac(secret(vector.at("confirmation_key")), confirmed),
               commit.auth.confirmation_tag),
         "confirmation_tag");
}

}  // namespace vicino::mls_vectors
