#include "crypto/hkdf.h"

namespace vicino::crypto {
namespace {

constexpr size_t max_info_parts = 8;

}  // namespace

void hkdf_extract(Hash hash, Bytes salt, Bytes input_key, MutBytes prk) {
  hkdf_extract_parts(hash, salt, {&input_key, 1}, prk);
}

void hkdf_extract_parts(Hash hash, Bytes salt, std::span<const Bytes> input_key, MutBytes prk) {
  CHECK(prk.size() == digest_size(hash));
  HmacKey(hash, salt).sign(input_key, prk);
}

void hkdf_expand(Hash hash, Bytes prk, Bytes info, MutBytes out) {
  hkdf_expand_parts(hash, prk, {&info, 1}, out);
}

void hkdf_expand_parts(Hash hash, Bytes prk, std::span<const Bytes> info, MutBytes out) {
  HmacKey key(hash, prk);
  hkdf_expand_parts(hash, key, info, out);
}

void hkdf_expand_parts(Hash hash, HmacKey& prk, std::span<const Bytes> info, MutBytes out) {
  CHECK(out.size() <= hkdf_max_output(hash) && info.size() <= max_info_parts);
  uint8_t counter = 1;
  std::array<Bytes, max_info_parts + 2> memory;  // the block before, info, the counter
  const std::span<Bytes> parts = std::span(memory).first(info.size() + 2);
  std::ranges::copy(info, parts.begin() + 1);
  parts.back() = Bytes(&counter, 1);
  SecretBytes<max_digest_size> last;
  const MutBytes block = last.expose_mut().first(digest_size(hash));
  for (; !out.empty(); ++counter) {
    prk.sign(parts, block);
    const size_t used = std::min(out.size(), block.size());
    copy(block.first(used), out);
    out = out.subspan(used);
    parts.front() = block;
  }
}

}  // namespace vicino::crypto
