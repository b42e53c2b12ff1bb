// One key id's sending or receiving state (RFC 9605 sections 4.4.2 to 4.4.4), as plans: what the
// cipher needs, for a caller that runs the cipher itself, and one-step functions on top of them.
#pragma once

#include "base/secret.h"
#include "sframe/cipher_suite.h"
#include "sframe/header.h"
#include "sframe/replay.h"

namespace vicino::sframe {

inline constexpr size_t max_metadata_size = 64;  // bytes; Vicino's has at most 37

// sframe_secret of section 4.4.2 in the front of 64 bytes: the one thing to keep of a base key.
using FrameSecret = SecretBytes<crypto::max_digest_size>;
FrameSecret extract_secret(Suite suite, Bytes base_key);  // a base key of any length

// Key and salt of one key id.
class FrameKey {
 public:
  FrameKey(Suite suite, uint64_t kid, const FrameSecret& secret);

  uint64_t kid() const { return kid_; }
  size_t tag_size() const { return parameters_.tag_size; }
  Nonce nonce(uint64_t counter) const;
  Cipher& cipher() { return cipher_; }
  // For a host that runs the cipher itself (WebCrypto): the suite's key, key_size bytes.
  Bytes expose_key() const { return key_.expose().first(parameters_.key_size); }

 private:
  uint64_t kid_;
  SuiteParameters parameters_;
  SecretBytes<max_key_size> key_;
  SecretBytes<nonce_size> salt_;
  Cipher cipher_;
};

// Additional authenticated data: the header, then the metadata.
class Aad {
 public:
  Aad(const Header& header, Bytes metadata);  // at most max_metadata_size bytes of metadata
  Bytes bytes() const { return Bytes(memory_).first(size_); }
  Bytes header() const { return Bytes(memory_).first(header_size_); }

 private:
  std::array<uint8_t, max_header_size + max_metadata_size> memory_;
  size_t header_size_;
  size_t size_;
};

// The sealed frame is aad.header(), then ciphertext and tag.
struct SealPlan {
  Aad aad;
  Nonce nonce;
  size_t ciphertext_size;  // with tag
};

struct OpenPlan {
  uint64_t kid;
  uint64_t counter;
  Aad aad;
  Nonce nonce;
  Bytes ciphertext;       // with tag: part of the frame that was planned, and living as long
  size_t plaintext_size;  // what `ciphertext` opens to
  uint64_t key_slot = 0;  // which key: a number KeyRing never uses twice
};

// Counts frames, so there must be one per key id and sender, ever: a second one would use nonces
// again.
class SenderContext {
 public:
  // Frames under one key: four years at 30 a second, and with frames of at most 4 MiB 2^50 AES
  // blocks, far below what GCM's counters bear.
  static constexpr uint64_t max_frames = uint64_t{1} << 32;

  SenderContext(Suite suite, uint64_t kid, Bytes base_key, uint64_t first_counter = 0);

  uint64_t kid() const { return key_.kid(); }
  Bytes expose_key() const { return key_.expose_key(); }
  // Bytes of the next sealed frame: header, ciphertext, tag.
  size_t sealed_size(size_t plaintext_size) const;

  // Uses up a counter. Errors: exhausted (max_frames), too_large (over limits::max_frame when
  // sealed; metadata).
  Result<SealPlan> plan_seal(size_t plaintext_size, Bytes metadata);
  // Plan and cipher. `out` has room for sealed_size() bytes; returns the part used. Errors: as
  // plan_seal.
  Result<MutBytes> seal(Bytes plaintext, Bytes metadata, MutBytes out);
  // The cipher of a plan, once. `ciphertext` takes plan.ciphertext_size bytes.
  void finish_seal(const SealPlan& plan, Bytes plaintext, MutBytes ciphertext);

 private:
  FrameKey key_;
  uint64_t next_counter_;
};

class ReceiverContext {
 public:
  ReceiverContext(Suite suite, uint64_t kid, const FrameSecret& secret);

  Bytes expose_key() const { return key_.expose_key(); }

  // Changes nothing. Errors: truncated, malformed, too_large, unknown_key (another key id),
  // replayed.
  Result<OpenPlan> plan_open(Bytes sealed, Bytes metadata) const;
  // Once the plan's ciphertext has authenticated; the plaintext may be used only if this succeeds.
  // Errors: replayed (also when the same frame was planned twice before either was committed).
  Status commit_open(const OpenPlan& plan);
  // Plan, cipher, commit. `out` has room for sealed.size() bytes; returns the part used. Errors: as
  // plan_open, unauthenticated.
  Result<MutBytes> open(Bytes sealed, Bytes metadata, MutBytes out);
  // The cipher and commit of a plan. `out` takes at least plan.plaintext_size bytes.
  Result<MutBytes> finish_open(const OpenPlan& plan, MutBytes out);

 private:
  FrameKey key_;
  ReplayWindow window_;
};

}  // namespace vicino::sframe
