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

}  // namespace

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
