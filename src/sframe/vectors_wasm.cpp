// A module for tests/vectors/sframe_wasm.test.mjs alone: this folder as the browser runs it, with
// functions that take one test vector each. Bytes are pointer and size in the module's memory;
// results are sizes, or -1 minus the Errc. Output memory is the caller's business: it is a test.
#include "sframe/media_frame.h"

#define VICINO_EXPORT(name) extern "C" __attribute__((export_name(#name))) auto name

namespace vicino::sframe {
namespace {

constexpr size_t area_size = 64 * 1024;
std::array<uint8_t, area_size> area;

int32_t size_or_error(const Result<size_t>& result) {
  return result ? static_cast<int32_t>(*result) : -1 - static_cast<int32_t>(result.error().code);
}

Result<size_t> seal_one(Suite suite, uint64_t kid, uint64_t counter, Bytes base_key, Bytes metadata,
                        Bytes plaintext, uint8_t* out) {
  SenderContext sender(suite, kid, base_key, counter);
  TRY_ASSIGN(const MutBytes sealed,
             sender.seal(plaintext, metadata, {out, sender.sealed_size(plaintext.size())}));
  return sealed.size();
}

Result<size_t> open_one(Suite suite, uint64_t kid, Bytes base_key, Bytes metadata, Bytes sealed,
                        uint8_t* out) {
  ReceiverContext receiver(suite, kid, extract_secret(suite, base_key));
  TRY_ASSIGN(const MutBytes plaintext, receiver.open(sealed, metadata, {out, sealed.size()}));
  return plaintext.size();
}

// Nonce, key, additional data, one after the other.
Result<size_t> plan_one(Suite suite, uint64_t kid, uint64_t counter, Bytes base_key, Bytes metadata,
                        size_t plaintext_size, uint8_t* out) {
  SenderContext sender(suite, kid, base_key, counter);
  TRY_ASSIGN(const SealPlan plan, sender.plan_seal(plaintext_size, metadata));
  Writer writer({out, area_size});
  writer.bytes(plan.nonce);
  writer.bytes(sender.expose_key());
  writer.bytes(plan.aad.bytes());
  return writer.size();
}

// Seals a media frame, opens it, and opens it again, which must fail.
Result<size_t> media_round_trip(Codec codec, bool key_frame, Bytes plaintext, uint8_t* out) {
  constexpr EpochMember member{3, SenderId{0x1234}};
  constexpr uint64_t epoch = 0x105;
  const std::array<uint8_t, 32> base_key{};
  SenderContext sender(
      Suite::aes_128_gcm_sha256_128,
      make_kid(codec == Codec::opus ? Stream::microphone : Stream::camera_low, member.leaf, epoch),
      base_key);
  KeyRing keys(Suite::aes_128_gcm_sha256_128);
  TRY(keys.add_epoch(epoch, base_key, {&member, 1}));
  TRY_ASSIGN(const Buffer frame, seal_frame(sender, codec, key_frame, plaintext));
  TRY_ASSIGN(const OpenedFrame opened, open_frame(keys, codec, frame));
  if (!equal(opened.plaintext, plaintext)) return fail(Errc::malformed, "plaintext");
  if (open_frame(keys, codec, frame)) return fail(Errc::replayed, "opened twice");
  copy(frame, {out, frame.size()});
  return frame.size();
}

}  // namespace

VICINO_EXPORT(test_area)()->uint8_t* {
  return area.data();
}

VICINO_EXPORT(test_encode_header)(uint64_t kid, uint64_t counter, uint8_t* out)->size_t {
  return encode_header({kid, counter}, {out, max_header_size});
}

// `out`: key id and counter, 8 bytes each.
VICINO_EXPORT(test_decode_header)(const uint8_t* data, size_t size, uint8_t* out)->int32_t {
  const auto decoded = decode_header({data, size});
  if (!decoded) return size_or_error(std::unexpected(decoded.error()));
  store64(out, decoded->header.kid);
  store64(out + 8, decoded->header.counter);
  return size_or_error(decoded->size);
}

VICINO_EXPORT(test_cipher_seal)
(uint32_t suite, const uint8_t* key, size_t key_size, const uint8_t* nonce, const uint8_t* aad,
 size_t aad_size, const uint8_t* data, size_t size, uint8_t* out)
    ->size_t {
  const Suite s = suite_from_number(suite).value();
  const size_t sealed_size = size + parameters(s).tag_size;
  Cipher(s, {key, key_size})
      .seal({nonce, nonce_size}, {aad, aad_size}, {data, size}, {out, sealed_size});
  return sealed_size;
}

VICINO_EXPORT(test_cipher_open)
(uint32_t suite, const uint8_t* key, size_t key_size, const uint8_t* nonce, const uint8_t* aad,
 size_t aad_size, const uint8_t* data, size_t size, uint8_t* out)
    ->int32_t {
  const Suite s = suite_from_number(suite).value();
  const size_t plaintext_size = size - parameters(s).tag_size;
  const Status status =
      Cipher(s, {key, key_size})
          .open({nonce, nonce_size}, {aad, aad_size}, {data, size}, {out, plaintext_size});
  if (!status) return size_or_error(std::unexpected(status.error()));
  return size_or_error(plaintext_size);
}

VICINO_EXPORT(test_seal)
(uint32_t suite, uint64_t kid, uint64_t counter, const uint8_t* base_key, size_t base_key_size,
 const uint8_t* metadata, size_t metadata_size, const uint8_t* data, size_t size, uint8_t* out)
    ->int32_t {
  return size_or_error(seal_one(suite_from_number(suite).value(), kid, counter,
                                {base_key, base_key_size}, {metadata, metadata_size}, {data, size},
                                out));
}

VICINO_EXPORT(test_open)
(uint32_t suite, uint64_t kid, const uint8_t* base_key, size_t base_key_size,
 const uint8_t* metadata, size_t metadata_size, const uint8_t* data, size_t size, uint8_t* out)
    ->int32_t {
  return size_or_error(open_one(suite_from_number(suite).value(), kid, {base_key, base_key_size},
                                {metadata, metadata_size}, {data, size}, out));
}

VICINO_EXPORT(test_plan_seal)
(uint32_t suite, uint64_t kid, uint64_t counter, const uint8_t* base_key, size_t base_key_size,
 const uint8_t* metadata, size_t metadata_size, size_t plaintext_size, uint8_t* out)
    ->int32_t {
  return size_or_error(plan_one(suite_from_number(suite).value(), kid, counter,
                                {base_key, base_key_size}, {metadata, metadata_size},
                                plaintext_size, out));
}

VICINO_EXPORT(test_media_round_trip)
(uint32_t codec, uint32_t key_frame, const uint8_t* data, size_t size, uint8_t* out)->int32_t {
  return size_or_error(
      media_round_trip(static_cast<Codec>(codec), key_frame != 0, {data, size}, out));
}

}  // namespace vicino::sframe
