// Message keys (RFC 9420 section 9): a tree of secrets, two ratchets under each leaf. A secret is
// erased as soon as what follows from it is derived, so that a state stolen later opens nothing
// that was read before.
#pragma once

#include <map>

#include "mls/suite.h"
#include "mls/tree_math.h"

namespace vicino::mls {

enum class RatchetType : uint8_t { handshake, application };

struct MessageKey {
  Secret key;
  Secret nonce;

  MessageKey clone() const { return {key.clone(), nonce.clone()}; }
};

struct RatchetBounds {
  uint32_t forward =
      1000;  // generations ahead of the newest known; each costs three hashes before authentication
  uint32_t out_of_order = 64;  // keys kept for messages that were overtaken, 50 bytes each
};

class Ratchet {
 public:
  Ratchet() = default;
  explicit Ratchet(Secret first) : secret_(std::move(first)) {}

  uint32_t next_generation() const { return next_; }
  // The key for one's own next message, with its generation. Fault: generations_exhausted.
  Result<std::pair<uint32_t, MessageKey>> next(const Suite& suite);

  // The key of a message received, and the ratchet as it is once that message is found authentic.
  // This one stays as it is. Faults: generation_consumed, generation_too_far.
  struct Found;
  Result<Found> find(const Suite& suite, uint32_t generation, const RatchetBounds& bounds) const;

  Ratchet clone() const;

 private:
  friend struct StateCodec;
  friend struct GroupPeek;  // tests
  MessageKey step(const Suite& suite);

  Secret secret_;
  uint32_t next_ = 0;
  std::map<uint32_t, MessageKey> skipped_;
};

struct Ratchet::Found {
  MessageKey key;
  Ratchet after;
};

class SecretTree {
 public:
  SecretTree() = default;
  SecretTree(Secret encryption_secret, TreeSize size);

  // As Ratchet::next, for one's own leaf.
  Result<std::pair<uint32_t, MessageKey>> next(const Suite& suite, LeafIndex leaf,
                                               RatchetType type);

  // What receiving a message changes; nothing is changed until it is adopted.
  struct Opening;
  Result<Opening> find(const Suite& suite, LeafIndex leaf, RatchetType type, uint32_t generation,
                       const RatchetBounds& bounds) const;
  void adopt(Opening opening);

  SecretTree clone() const;

 private:
  friend struct StateCodec;
  friend struct GroupPeek;  // tests
  struct LeafRatchets {
    Ratchet handshake;
    Ratchet application;
    Ratchet& of(RatchetType type) {
      return type == RatchetType::handshake ? handshake : application;
    }
  };
  // The secrets that stand in for a parent's once a leaf under it is used.
  struct Expansion {
    NodeIndex consumed;
    std::vector<std::pair<NodeIndex, Secret>> siblings;
    LeafRatchets ratchets;
  };
  Expansion expand(const Suite& suite, LeafIndex leaf) const;
  void adopt(LeafIndex leaf, Expansion expansion);

  TreeSize size_;
  std::map<NodeIndex, Secret> nodes_;
  std::map<LeafIndex, LeafRatchets> leaves_;
};

struct SecretTree::Opening {
  LeafIndex leaf;
  RatchetType type;
  std::optional<Expansion> expansion;
  Ratchet::Found found;
};

// Section 6.3.2: key and nonce for the sender data of a message with this ciphertext.
MessageKey sender_data_key(const Suite& suite, const Secret& sender_data_secret, Bytes ciphertext);

}  // namespace vicino::mls
