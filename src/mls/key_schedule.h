// From one epoch's secrets to the next (RFC 9420 section 8), pre-shared keys (8.4), transcript
// hashes (8.2), exporters (8.5).
#pragma once

#include "mls/leaf_node.h"

namespace vicino::mls {

// Section 8.1.
struct GroupContext {
  ProtocolVersion version = ProtocolVersion::mls10;
  CipherSuite cipher_suite{};
  Buffer group_id;
  uint64_t epoch = 0;
  Buffer tree_hash;
  Buffer confirmed_transcript_hash;
  Extensions extensions;

  static void fields(auto& self, auto& io) {
    io(self.version, self.cipher_suite, self.group_id, self.epoch, self.tree_hash,
       self.confirmed_transcript_hash, self.extensions);
  }
  bool operator==(const GroupContext&) const = default;
};

enum class PskType : uint8_t { external = 1, resumption = 2 };
enum class ResumptionUsage : uint8_t { application = 1, reinit = 2, branch = 3 };

// Section 8.4.
struct PskId {
  PskType type = PskType::external;
  Buffer external_id;
  ResumptionUsage usage = ResumptionUsage::application;  // these three: resumption only
  Buffer group_id;
  uint64_t epoch = 0;
  Buffer nonce;  // fresh for every use; Nh bytes

  static void fields(auto& self, auto& io) {
    io(self.type);
    switch (self.type) {
      case PskType::external:
        io(self.external_id);
        break;
      case PskType::resumption:
        io(self.usage, self.group_id, self.epoch);
        break;
      default:
        return io.fail(Fault::malformed);
    }
    io(self.nonce);
  }
  bool operator==(const PskId&) const = default;
};

// One from outside the group's history is among them.
inline bool has_external_psk(const std::vector<PskId>& ids) {
  return std::ranges::find(ids, PskType::external, &PskId::type) != ids.end();
}

struct Psk {
  PskId id;
  SecretBuffer secret;
};

// psk_secret of section 8.4; of zeros when there are no PSKs. At most 65535.
Secret combine_psks(const Suite& suite, const std::vector<Psk>& psks);

struct EpochSecrets {
  Secret joiner;
  Secret welcome;
  Secret sender_data;
  Secret encryption;
  Secret exporter;
  Secret external;
  Secret confirmation_key;
  Secret membership_key;
  Secret resumption_psk;
  Secret epoch_authenticator;
  Secret init;

  // `context` is that of the epoch to begin.
  static EpochSecrets next(const Suite& suite, const Secret& init, const Secret& commit,
                           const Secret& psk, const GroupContext& context);
  // Section 11: a group begins with a random epoch secret.
  static EpochSecrets first(const Suite& suite, SecureRandom& random);
  static EpochSecrets from_joiner(const Suite& suite, Secret joiner, const Secret& psk,
                                  const GroupContext& context);
  static Secret welcome_from_joiner(const Suite& suite, const Secret& joiner, const Secret& psk);

  // Section 8.5; `out` takes up to 255 digests.
  void export_secret(const Suite& suite, std::string_view label, Bytes context, MutBytes out) const;
  HpkeKeys external_keys(const Suite& suite) const { return suite.derive_hpke_keys(external); }

 private:
  void derive(const Suite& suite, const Secret& epoch);
};

// Section 8.2. `content`: wire format, FramedContent and signature of the commit, encoded.
Buffer confirmed_transcript_hash(const Suite& suite, Bytes interim_before, Bytes content);
Buffer interim_transcript_hash(const Suite& suite, Bytes confirmed, const Buffer& confirmation_tag);

}  // namespace vicino::mls
