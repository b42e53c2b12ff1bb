// Who one is, over calls (account key), over one room's reconnects and page reloads (device), and
// whom one has verified (pins). All of it can be kept as one blob of bytes by the host; the blob
// holds secrets.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/random.h"
#include "core/link.h"
#include "crypto/ed25519.h"
#include "mls/suite.h"

namespace vicino::core {

// Cipher suite 3 of RFC 9420: ChaCha20-Poly1305 needs no hardware help in the browser.
const mls::Suite& call_suite();

using AccountKey = std::array<uint8_t, crypto::ed25519_public_size>;  // others see it in one's leaf
using AccountSigningKey = SecretBytes<crypto::ed25519_signing_key_size>;

AccountSigningKey random_account(SecureRandom& random);
AccountKey public_key_of(const AccountSigningKey& account);

// What one shows of oneself in a call.
struct Identity {
  std::optional<AccountSigningKey> account;  // nullopt: a guest, who is nobody but its device
  std::string name;                          // cleaned where it is used (core/display_name.h)
  uint8_t color = 0;

  Identity clone() const;
};

// A member's leaf of one room: its id and its MLS signature keys. New for every join that isn't a
// return.
struct Device {
  SenderId sender{};
  mls::SignatureKeys keys;
  uint64_t created = 0;  // seconds since 1970

  Device clone() const { return {sender, keys.clone(), created}; }
};
Device random_device(SecureRandom& random, uint64_t now_s);

// Not 0.
SenderId random_sender_id(SecureRandom& random);

enum class Trust : uint8_t {  // as in ui.fbs
  guest,                      // no kept identity
  known,                      // a kept identity, not verified
  verified,
  changed,  // the name of somebody verified, with another account key
};

// Account keys whose owners' code was compared, with the names they had.
class Pins {
 public:
  static constexpr size_t max_pins =
      500;  // above it the one pinned longest ago goes; about 100 bytes each

  struct Pin {
    AccountKey account;
    std::string name;
    bool operator==(const Pin&) const = default;
  };

  // A pinned key under its own name is verified, and so is one under a new name, unless that name
  // is pinned with another key only. Names are compared as cleaned.
  Trust judge(const AccountKey& account, bool kept, std::string_view name) const;
  // Adds, or renames a pinned key.
  void pin(const AccountKey& account, std::string_view name);
  // As pin(), and forgets other keys of this name: the user says that it is the same person.
  void accept(const AccountKey& account, std::string_view name);

  const std::vector<Pin>& all() const { return pins_; }  // the one pinned longest ago first
  bool operator==(const Pins&) const = default;

 private:
  std::vector<Pin> pins_;
};

// What the host keeps between page loads.
struct Memory {
  static constexpr size_t max_stays = 4;
  static constexpr uint8_t current_version = 1;

  struct Stay {
    RoomName room{};
    Device device;
  };

  std::optional<AccountSigningKey> account;
  Pins pins;
  std::vector<Stay> stays;  // the latest first

  // The device of the latest stay in this room; nullptr: none is kept.
  const Device* device_in(const RoomName& room) const;
  // Puts this stay first; the oldest over max_stays goes. One stay per room is kept.
  void remember(const RoomName& room, const Device& device);
  // After leaving for good, or when the server says that one isn't a member any more.
  void forget(const RoomName& room);

  SecretBuffer save() const;
  // Errors: malformed, unsupported (another version). The caller then goes on with a Memory of its
  // own making.
  static Result<Memory> load(Bytes blob);
};

}  // namespace vicino::core
