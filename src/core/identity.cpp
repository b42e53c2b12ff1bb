#include "core/identity.h"

#include <algorithm>

#include "core/display_name.h"
#include "mls/codec.h"

namespace vicino::core {
namespace {

// Keys are kept as their seeds: a changed byte makes another key, never one whose halves don't
// belong together.
Bytes seed_of(Bytes signing_key) {
  return signing_key.first(crypto::ed25519_seed_size);
}

// A fixed number of bytes with a length in front.
template <size_t N>
void read_exactly(mls::Decoder& in, std::array<uint8_t, N>& out) {
  const Bytes bytes = in.opaque();
  if (bytes.size() != N) return in.fail(mls::Fault::malformed);
  copy(bytes, out);
}

std::optional<Memory::Stay> read_stay(mls::Decoder& in) {
  Memory::Stay stay;
  read_exactly(in, stay.room);
  in(stay.device.sender.value);
  const Bytes seed = in.opaque();
  in(stay.device.created);
  auto keys = call_suite().signature_keys(seed);
  if (!in.status() || !keys || stay.device.sender == SenderId{}) return std::nullopt;
  stay.device.keys = std::move(*keys);
  return stay;
}

}  // namespace

const mls::Suite& call_suite() {
  return *mls::Suite::find(mls::CipherSuite::x25519_chacha20poly1305_sha256_ed25519);
}

AccountSigningKey random_account(SecureRandom& random) {
  SecretBytes<crypto::ed25519_seed_size> seed;
  random.fill(seed.expose_mut());
  return crypto::ed25519_signing_key(seed.expose());
}

AccountKey public_key_of(const AccountSigningKey& account) {
  AccountKey key;
  copy(crypto::ed25519_public(account.expose()), key);
  return key;
}

Identity Identity::clone() const {
  return {account ? std::optional(account->clone()) : std::nullopt, name, color};
}

SenderId random_sender_id(SecureRandom& random) {
  for (;;)
    if (const uint64_t value = random.u64(); value != 0) return SenderId{value};
}

Device random_device(SecureRandom& random, uint64_t now_s) {
  const SenderId sender = random_sender_id(random);
  return {sender, call_suite().random_signature_keys(random), now_s};
}

Trust Pins::judge(const AccountKey& account, bool kept, std::string_view name) const {
  const std::string shown = clean_name(name);
  bool pinned = false;
  bool own_name = false;
  bool name_taken = false;
  for (const Pin& pin : pins_) {
    const bool same_key = kept && pin.account == account;
    pinned |= same_key;
    own_name |= same_key && pin.name == shown;
    name_taken |= !same_key && pin.name == shown;
  }
  if (own_name) return Trust::verified;
  if (name_taken) return Trust::changed;
  if (pinned) return Trust::verified;
  return kept ? Trust::known : Trust::guest;
}

void Pins::pin(const AccountKey& account, std::string_view name) {
  std::erase_if(pins_, [&](const Pin& pin) { return pin.account == account; });
  if (pins_.size() == max_pins) pins_.erase(pins_.begin());
  pins_.push_back({account, clean_name(name)});
}

void Pins::accept(const AccountKey& account, std::string_view name) {
  const std::string shown = clean_name(name);
  std::erase_if(pins_, [&](const Pin& pin) { return pin.name == shown; });
  pin(account, shown);
}

const Device* Memory::device_in(const RoomName& room) const {
  const auto found = std::ranges::find(stays, room, &Stay::room);
  return found == stays.end() ? nullptr : &found->device;
}

void Memory::remember(const RoomName& room, const Device& device) {
  forget(room);
  stays.insert(stays.begin(), Stay{room, device.clone()});
  if (stays.size() > max_stays) stays.resize(max_stays);
}

void Memory::forget(const RoomName& room) {
  std::erase_if(stays, [&](const Stay& stay) { return stay.room == room; });
}

SecretBuffer Memory::save() const {
  mls::Encoder out;
  out(current_version);
  out.opaque(account ? seed_of(account->expose()) : Bytes());
  out(static_cast<uint16_t>(pins.all().size()));
  for (const Pins::Pin& pin : pins.all()) {
    out.opaque(pin.account);
    out.opaque(as_bytes(pin.name));
  }
  out(static_cast<uint8_t>(stays.size()));
  for (const Stay& stay : stays) {
    out.opaque(stay.room);
    out(stay.device.sender.value);
    out.opaque(seed_of(stay.device.keys.private_key.expose()));
    out(stay.device.created);
  }
  Buffer bytes = out.take();
  SecretBuffer blob{Bytes(bytes)};
  wipe(bytes);
  return blob;
}

Result<Memory> Memory::load(Bytes blob) {
  mls::Decoder in(blob);
  uint8_t version = 0;
  in(version);
  if (!in.status()) return fail(Errc::malformed, "memory is empty");
  if (version != current_version) return fail(Errc::unsupported, "memory of another version");
  Memory memory;
  if (const Bytes seed = in.opaque(); seed.size() == crypto::ed25519_seed_size) {
    memory.account = crypto::ed25519_signing_key(seed);
  } else if (!seed.empty()) {
    return fail(Errc::malformed, "memory's account key");
  }
  uint16_t pins = 0;
  in(pins);
  if (pins > Pins::max_pins) return fail(Errc::malformed, "memory has too many pins");
  for (; pins > 0; --pins) {
    AccountKey account{};
    read_exactly(in, account);
    const Bytes name = in.opaque();
    if (!in.status()) return fail(Errc::malformed, "memory's pins");
    memory.pins.pin(account, as_text(name));
  }
  uint8_t stays = 0;
  in(stays);
  if (stays > max_stays) return fail(Errc::malformed, "memory has too many stays");
  for (; stays > 0; --stays) {
    auto stay = read_stay(in);
    if (!stay) return fail(Errc::malformed, "memory's stays");
    memory.stays.push_back(std::move(*stay));
  }
  if (!in.status() || !in.rest().empty()) return fail(Errc::malformed, "memory's end");
  return memory;
}

}  // namespace vicino::core
