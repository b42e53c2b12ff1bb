// What a server, and a member, may say to a client: one message of any content, at any place in memory; a whole conversation
// with the client's state machine, of raw messages and of sound ones with any content; what stands behind a valid seal
// (names, contents of posts); what the host gives back from its memory.
#include "base/limits.h"
#include "core/call.h"
#include "core/content.h"
#include "core/display_name.h"
#include "core/member_block.h"
#include "crypto/aead.h"
#include "input.h"
#include "schema/wire_generated.h"

using namespace vicino;
using namespace vicino::core;

namespace {

constexpr SenderId sender{0x1230};
constexpr const char* link_text = "https://call.example/j/AAECAwQFBgcICQoLDA0ODw#EBESExQVFhcYGRobHB0eHw";

void read_message(size_t offset, Bytes bytes) {
  Buffer memory(offset);
  memory.insert(memory.end(), bytes.begin(), bytes.end());
  const auto message = read_server_message(Bytes(memory).subspan(offset));
  if (!message) return;
  if (const auto* joined = std::get_if<said::Joined>(&*message)) {
    CHECK(joined->roster.size() <= limits::max_participants);
  }
}

template <class Body>
Buffer says(Body body) {
  wire::ServerMessageT message;
  message.body.Set(std::move(body));
  flatbuffers::FlatBufferBuilder builder;
  builder.Finish(wire::ServerMessage::Pack(builder, &message));
  return {builder.GetBufferPointer(), builder.GetBufferPointer() + builder.GetSize()};
}

Buffer hello() {
  const auto key = crypto::ed25519_signing_key(std::array<uint8_t, 32>{1});
  const Bytes point = crypto::ed25519_public(key.expose());
  wire::HelloT message;
  message.version = 2;
  message.nonce.assign(32, 7);
  message.external_sender.assign(point.begin(), point.end());
  return says(std::move(message));
}

Buffer taken(fuzz::Input& input) {
  const Bytes bytes = input.take(input.u8());
  return {bytes.begin(), bytes.end()};
}

Buffer sound_message(fuzz::Input& input) {
  const uint32_t id = input.u8() % 8;
  switch (input.u8() % 12) {
    case 0: {
      wire::JoinedT joined;
      joined.self = id;
      joined.answer = "v=0";
      joined.founded = input.u8() % 2 == 0;
      return says(std::move(joined));
    }
    case 1: {
      wire::ParticipantJoinedT joined;
      joined.participant = std::make_unique<wire::ParticipantT>();
      joined.participant->id = id;
      joined.participant->sender = input.u8();
      return says(std::move(joined));
    }
    case 2: {
      wire::ParticipantLeftT left;
      left.id = id;
      return says(left);
    }
    case 3: {
      wire::InLobbyT lobby;
      lobby.lobby = input.u8() % 2 == 0;
      return says(lobby);
    }
    case 4: {
      wire::WelcomeT welcome;
      welcome.welcome = taken(input);
      welcome.tree = taken(input);
      return says(std::move(welcome));
    }
    case 5: {
      wire::GroupT group;
      group.group_info = taken(input);
      group.tree = taken(input);
      return says(std::move(group));
    }
    case 6: {
      wire::HandshakeT handshake;
      handshake.seq = input.u8();
      handshake.message = taken(input);
      return says(std::move(handshake));
    }
    case 7: {
      wire::PostedT posted;
      posted.seq = input.u8();
      posted.message = taken(input);
      return says(std::move(posted));
    }
    case 8: {
      wire::WaitingT waiting;
      waiting.sender = input.u8();
      waiting.key_package = taken(input);
      waiting.name = taken(input);
      return says(std::move(waiting));
    }
    case 9:
      return says(wire::CommitRefusedT());
    case 10: {
      wire::SwitchT s;
      s.epoch = input.u8();
      return says(s);
    }
    default: {
      wire::RefusedT refused;
      refused.reason = static_cast<wire::Refusal>(input.u8() % 18);
      refused.retry_after_ms = input.u16();
      return says(refused);
    }
  }
}

// Messages of (size, bytes), with sockets that open and close and a user who acts in between.
void converse(fuzz::Input& input) {
  SeededRandom random(1);
  Call call(random, {});
  Instant now{};
  call.open(now, {1'700'000'000'000}, {link_text, "Ada", 0, true, std::nullopt});
  for (int steps = 0; steps < 64 && !input.empty(); ++steps) {
    const uint8_t step = input.u8();
    now = now + milliseconds(step);
    switch (step % 10) {
      case 0:
        call.socket_opened(now);
        call.socket_message(now, hello());
        break;
      case 1:
        call.socket_closed(now);
        break;
      case 2:
        call.join(now, "v=0", {{"0", Source::microphone, 0, 0}}, {true, false, false, false});
        break;
      case 3:
        now = std::max(now, std::min(call.next_timeout(), now + seconds(20)));
        call.handle_timeout(now);
        break;
      case 4:
        (void)call.frames_reported(input.take(input.u8()));
        call.watch({{PersonNumber{1}, Source::camera, 640, 360}});
        break;
      case 5:
        call.socket_message(now, input.take(input.u16()));
        break;
      case 6:
        call.restart(now);
        break;
      case 7:
        call.say(now, as_text(input.take(input.u8())));
        call.raise_hand(now, step % 2 == 0);
        call.set_room(now, {step % 2 == 0, step % 3 == 0, false});
        call.admit(now, 0);
        break;
      default:
        call.socket_message(now, sound_message(input));
        break;
    }
    CHECK(call.take_outputs().size() < 64);
  }
}

// Behind the right key.
void open_waiting(Bytes bytes) {
  const LobbyKey key(std::array<uint8_t, 16>{1, 2, 3});
  CHECK(!open_waiting_name(key, sender, bytes));
  SeededRandom random(2);
  const std::string name = clean_name(as_text(bytes));
  CHECK(clean_name(name) == name && name.size() <= limits::max_name * 4);
  const auto opened = open_waiting_name(key, sender, seal_waiting_name(key, sender, name, random));
  CHECK(opened && *opened == name);
}

void read_content(Bytes bytes) {
  const auto content = post::read(bytes);
  if (!content) return;
  const auto again = post::read(post::write(*content));
  CHECK(again && *again == *content);
}

void load_memory(Bytes bytes) {
  const auto memory = Memory::load(bytes);
  if (!memory) return;
  const auto again = Memory::load(memory->save().expose());
  CHECK(again && again->pins == memory->pins && again->stays.size() == memory->stays.size());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  fuzz::Input input(data, size);
  const uint8_t mode = input.u8();
  switch (mode % 6) {
    case 0:
      read_message(mode / 6 % 8, input.rest());
      break;
    case 1:
    case 2:
      converse(input);
      break;
    case 3:
      open_waiting(input.rest());
      break;
    case 4:
      read_content(input.rest());
      break;
    default:
      load_memory(input.rest());
  }
  return 0;
}
