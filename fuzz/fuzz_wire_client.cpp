// What a server may say to a client: one message of any content, at any place in memory; a whole
// conversation with the client's state machine, of raw messages and of sound ones with any content;
// profiles, as they come and with any content behind a valid seal.
#include "base/limits.h"
#include "core/call.h"
#include "core/profile.h"
#include "crypto/aead.h"
#include "input.h"
#include "server/messages.h"

using namespace vicino;
using namespace vicino::core;

namespace {

constexpr SenderId sender{0x1230};

void read_message(size_t offset, Bytes bytes) {
  Buffer memory(offset);
  memory.insert(memory.end(), bytes.begin(), bytes.end());
  const auto message = read_server_message(Bytes(memory).subspan(offset));
  if (!message) return;
  if (const auto* joined = std::get_if<said::Joined>(&*message)) {
    CHECK(joined->roster.size() <= limits::max_participants);
  }
}

Buffer sound_message(fuzz::Input& input) {
  const ParticipantId id{uint32_t{input.u8()} % 8};
  const Bytes profile = input.take(input.u8());
  // Two senders, or one that isn't a sender's id.
  const server::RosterEntry entry{id, input.u8() % 33u, profile};
  switch (input.u8() % 6) {
    case 0:
      return server::joined_message(id, std::array<uint8_t, 16>{}, "v=0", {{entry}}, 3);
    case 1:
      return server::participant_joined_message(entry);
    case 2:
      return server::participant_left_message(id);
    case 3:
      return server::profile_changed_message(id, profile);
    case 4:
      return server::slots_message(
          {{{"0", id, static_cast<sfu::Source>(input.u8() % 5)}, {"1", {}, sfu::Source::screen}}});
    default:
      return server::refused_message(static_cast<wire::Refusal>(input.u8() % 12), "detail",
                                     input.u16());
  }
}

// Messages of (size, bytes), with sockets that open and close in between.
void converse(fuzz::Input& input) {
  SeededRandom random(1);
  Call call(random, {});
  Instant now{};
  call.open(now, "https://call.example/j/AAECAwQFBgcICQoLDA0ODw#EBESExQVFhcYGRobHB0eHw");
  CHECK(call.frames() != nullptr);
  for (int steps = 0; steps < 64 && !input.empty(); ++steps) {
    const uint8_t step = input.u8();
    now = now + milliseconds(step);
    switch (step % 8) {
      case 0:
        call.socket_opened(now);
        break;
      case 1:
        call.socket_closed(now);
        break;
      case 2:
        call.join(now, "v=0", {{"0", Source::microphone, 0, 0}}, {.name = "A"});
        break;
      case 3:
        now = std::max(now, std::min(call.next_timeout(), now + seconds(20)));
        call.handle_timeout(now);
        break;
      case 4:
        call.frame_opened(input.text(input.u8() % 8), {uint64_t{input.u8()} << 4}, Source::camera);
        call.watch({{ParticipantId{1}, Source::camera, 640, 360}});
        break;
      case 5:
        call.socket_message(now, input.take(input.u16()));
        break;
      case 6:
        call.frame_failed(input.text(input.u8() % 8));
        call.restart(now);
        break;
      default:
        call.socket_message(now, sound_message(input));
        break;
    }
    CHECK(call.take_outputs().size() < 64);
  }
}

Profile checked(Profile profile) {
  CHECK(profile.name.size() <= limits::max_name * 4 && clean_name(profile.name) == profile.name);
  return profile;
}

void open_profiles(Bytes bytes) {
  const ProfileKey key(std::array<uint8_t, 16>{1, 2, 3});
  CHECK(!open_profile(key, sender, bytes));
  std::array<uint8_t, 8> aad;
  store64(aad.data(), sender.value);
  Buffer sealed(crypto::aead_nonce_size + bytes.size() + crypto::aead_tag_size);
  crypto::AeadKey aead(crypto::Aead::aes_128_gcm, key.expose());
  aead.seal(Bytes(sealed).first(crypto::aead_nonce_size), aad, bytes,
            MutBytes(sealed).subspan(crypto::aead_nonce_size));
  const auto profile = open_profile(key, sender, sealed);
  if (!profile) return;
  SeededRandom random(2);
  const auto again =
      open_profile(key, sender, seal_profile(key, sender, checked(*profile), random));
  CHECK(again && *again == *profile);
  CHECK(!open_profile(key, SenderId{sender.value + 16}, sealed));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  fuzz::Input input(data, size);
  const uint8_t mode = input.u8();
  switch (mode % 3) {
    case 0:
      read_message(mode / 3 % 8, input.rest());
      break;
    case 1:
      converse(input);
      break;
    default:
      open_profiles(input.rest());
  }
  return 0;
}
