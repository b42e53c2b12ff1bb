#include "sframe/context.h"

#include "crypto/hkdf.h"

namespace vicino::sframe {
namespace {

// Section 4.4.2: label, key id (8 bytes), suite (2 bytes).
template <size_t N>
SecretBytes<N> expand(std::string_view label, Suite suite, uint64_t kid, size_t size,
                      const FrameSecret& secret) {
  std::array<uint8_t, 64> memory;
  Writer info(memory);
  info.bytes(as_bytes(label));
  info.u64(kid);
  info.u16(static_cast<uint16_t>(suite));
  CHECK(info.ok());
  const crypto::Hash hash = parameters(suite).hash;
  SecretBytes<N> out;
  crypto::hkdf_expand(hash, secret.expose().first(digest_size(hash)), info.written(),
                      out.expose_mut().first(size));
  return out;
}

}  // namespace

FrameSecret extract_secret(Suite suite, Bytes base_key) {
  const crypto::Hash hash = parameters(suite).hash;
  FrameSecret secret;
  crypto::hkdf_extract(hash, {}, base_key, secret.expose_mut().first(digest_size(hash)));
  return secret;
}

FrameKey::FrameKey(Suite suite, uint64_t kid, const FrameSecret& secret)
    : kid_(kid),
      parameters_(parameters(suite)),
      key_(
          expand<max_key_size>("SFrame 1.0 Secret key ", suite, kid, parameters_.key_size, secret)),
      salt_(expand<nonce_size>("SFrame 1.0 Secret salt ", suite, kid, nonce_size, secret)),
      cipher_(suite, expose_key()) {}

// Section 4.4.3: the salt XOR the counter, big-endian at the end.
Nonce FrameKey::nonce(uint64_t counter) const {
  Nonce nonce;
  copy(salt_.expose(), nonce);
  store64(&nonce[4], load64(&nonce[4]) ^ counter);
  return nonce;
}

Aad::Aad(const Header& header, Bytes metadata) : header_size_(encode_header(header, memory_)) {
  CHECK(metadata.size() <= max_metadata_size);
  copy(metadata, MutBytes(memory_).subspan(header_size_));
  size_ = header_size_ + metadata.size();
}

SenderContext::SenderContext(Suite suite, uint64_t kid, Bytes base_key, uint64_t first_counter)
    : key_(suite, kid, extract_secret(suite, base_key)), next_counter_(first_counter) {}

size_t SenderContext::sealed_size(size_t plaintext_size) const {
  return header_size({kid(), next_counter_}) + plaintext_size + key_.tag_size();
}

Result<SealPlan> SenderContext::plan_seal(size_t plaintext_size, Bytes metadata) {
  if (next_counter_ >= max_frames) return fail(Errc::exhausted, "SFrame counter");
  if (plaintext_size > limits::max_frame || sealed_size(plaintext_size) > limits::max_frame) {
    return fail(Errc::too_large, "frame to seal");
  }
  if (metadata.size() > max_metadata_size) return fail(Errc::too_large, "SFrame metadata");
  const uint64_t counter = next_counter_++;
  return SealPlan{Aad({kid(), counter}, metadata), key_.nonce(counter),
                  plaintext_size + key_.tag_size()};
}

Result<MutBytes> SenderContext::seal(Bytes plaintext, Bytes metadata, MutBytes out) {
  TRY_ASSIGN(const SealPlan plan, plan_seal(plaintext.size(), metadata));
  const Bytes header = plan.aad.header();
  const size_t size = header.size() + plan.ciphertext_size;
  CHECK(out.size() >= size);
  copy(header, out);
  finish_seal(plan, plaintext, out.subspan(header.size(), plan.ciphertext_size));
  return out.first(size);
}

void SenderContext::finish_seal(const SealPlan& plan, Bytes plaintext, MutBytes ciphertext) {
  CHECK(plaintext.size() + key_.tag_size() == plan.ciphertext_size);
  key_.cipher().seal(plan.nonce, plan.aad.bytes(), plaintext, ciphertext);
}

ReceiverContext::ReceiverContext(Suite suite, uint64_t kid, const FrameSecret& secret)
    : key_(suite, kid, secret) {}

Result<OpenPlan> ReceiverContext::plan_open(Bytes sealed, Bytes metadata) const {
  if (sealed.size() > limits::max_frame) return fail(Errc::too_large, "frame to open");
  if (metadata.size() > max_metadata_size) return fail(Errc::too_large, "SFrame metadata");
  TRY_ASSIGN(const DecodedHeader decoded, decode_header(sealed));
  const auto [kid, counter] = decoded.header;
  if (kid != key_.kid()) return fail(Errc::unknown_key, "SFrame key id");
  const Bytes ciphertext = sealed.subspan(decoded.size);
  if (ciphertext.size() < key_.tag_size()) return fail(Errc::truncated, "SFrame tag");
  TRY(window_.check(counter));
  return OpenPlan{.kid = kid,
                  .counter = counter,
                  .aad = Aad(decoded.header, metadata),
                  .nonce = key_.nonce(counter),
                  .ciphertext = ciphertext,
                  .plaintext_size = ciphertext.size() - key_.tag_size()};
}

Status ReceiverContext::commit_open(const OpenPlan& plan) {
  CHECK(plan.kid == key_.kid());
  return window_.accept(plan.counter);
}

Result<MutBytes> ReceiverContext::finish_open(const OpenPlan& plan, MutBytes out) {
  const MutBytes plaintext = out.first(plan.plaintext_size);
  TRY(key_.cipher().open(plan.nonce, plan.aad.bytes(), plan.ciphertext, plaintext));
  TRY(commit_open(plan));
  return plaintext;
}

Result<MutBytes> ReceiverContext::open(Bytes sealed, Bytes metadata, MutBytes out) {
  TRY_ASSIGN(const OpenPlan plan, plan_open(sealed, metadata));
  return finish_open(plan, out);
}

}  // namespace vicino::sframe
