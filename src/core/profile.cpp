#include "core/profile.h"

#include "base/limits.h"
#include "crypto/aead.h"
#include "schema/content_generated.h"

namespace vicino::core {
namespace {

constexpr size_t padding = 128;  // sealed sizes are multiples of it: two or three differ by the length of the name
constexpr size_t nonce_size = crypto::aead_nonce_size;

std::array<uint8_t, 8> additional_data(SenderId sender) {
  std::array<uint8_t, 8> aad;
  store64(aad.data(), sender.value);
  return aad;
}

// The next code point of UTF-8 text and its size in bytes; 0 for a byte that isn't UTF-8.
struct CodePoint {
  uint32_t value;
  size_t size;
};
CodePoint next_code_point(std::string_view text) {
  const auto byte = [&](size_t i) { return static_cast<uint8_t>(text[i]); };
  const uint8_t first = byte(0);
  if (first < 0x80) return {first, 1};
  const size_t size = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || text.size() < size) return {0, 1};
  uint32_t value = first & (0x7fu >> size);
  for (size_t i = 1; i < size; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return {0, 1};
    value = value << 6 | (byte(i) & 0x3fu);
  }
  constexpr uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
  const bool surrogate = value >= 0xd800 && value <= 0xdfff;
  if (value < smallest[size] || value > 0x10ffff || surrogate) return {0, 1};
  return {value, size};
}

// Characters that could make one name look like another's, or break a line.
bool is_unfit(uint32_t c) {
  const bool control = c < 0x20 || (c >= 0x7f && c < 0xa0);
  const bool direction = (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069) || c == 0x200e || c == 0x200f;
  const bool line_end = c == 0x2028 || c == 0x2029;
  return control || direction || line_end || c == 0xfeff;
}

}  // namespace

std::string clean_name(std::string_view name) {
  std::string clean;
  size_t characters = 0;
  while (!name.empty() && characters < limits::max_name) {
    const CodePoint c = next_code_point(name);
    const bool leading_space = clean.empty() && c.value == ' ';
    if (!is_unfit(c.value) && !leading_space) {
      clean += name.substr(0, c.size);
      ++characters;
    }
    name.remove_prefix(c.size);
  }
  while (clean.ends_with(' ')) clean.pop_back();
  return clean;
}

Buffer seal_profile(const ProfileKey& key, SenderId sender, const Profile& profile, SecureRandom& random) {
  flatbuffers::FlatBufferBuilder builder;
  builder.Finish(content::CreateProfileDirect(builder, profile.version, clean_name(profile.name).c_str(),
                                              profile.microphone, profile.camera, profile.screen,
                                              profile.screen_audio));
  Buffer plain(builder.GetBufferPointer(), builder.GetBufferPointer() + builder.GetSize());
  plain.resize((plain.size() + padding - 1) / padding * padding);
  Buffer sealed(nonce_size + plain.size() + crypto::aead_tag_size);
  const MutBytes nonce = MutBytes(sealed).first(nonce_size);
  random.fill(nonce);
  crypto::AeadKey aead(crypto::Aead::aes_128_gcm, key.expose());
  aead.seal(nonce, additional_data(sender), plain, MutBytes(sealed).subspan(nonce_size));
  return sealed;
}

Result<Profile> open_profile(const ProfileKey& key, SenderId sender, Bytes sealed) {
  if (sealed.size() > limits::max_profile) return fail(Errc::malformed, "profile over its limit");
  if (sealed.size() < nonce_size + crypto::aead_tag_size) return fail(Errc::truncated, "profile");
  Buffer plain(sealed.size() - nonce_size - crypto::aead_tag_size);
  crypto::AeadKey aead(crypto::Aead::aes_128_gcm, key.expose());
  TRY(aead.open(sealed.first(nonce_size), additional_data(sender), sealed.subspan(nonce_size), plain));
  flatbuffers::Verifier verifier(plain.data(), plain.size());
  if (!verifier.VerifyBuffer<content::Profile>()) return fail(Errc::malformed, "profile's content");
  const auto* table = flatbuffers::GetRoot<content::Profile>(plain.data());
  const std::string_view name(table->name()->c_str(), table->name()->size());
  return Profile{table->version(), clean_name(name), table->microphone(), table->camera(), table->screen(),
                 table->screen_audio()};
}

}  // namespace vicino::core
