// What the server says, verified and read.
#include <algorithm>

#include "base/limits.h"
#include "core/messages.h"
#include "schema/wire_generated.h"

namespace vicino::core {
namespace {

using WireBytes = flatbuffers::Vector<uint8_t>;
using Read = Result<said::Message>;

constexpr size_t max_detail = 512;
constexpr size_t max_rid = 255;  // RFC 8852 section 3.1
constexpr size_t max_waiting_name = 512;
constexpr size_t max_ice_text = 256;
constexpr size_t max_key_package = 4096;

Buffer copy_of(const WireBytes* vector) {
  return vector ? Buffer(vector->begin(), vector->end()) : Buffer();
}

template <size_t N>
Result<std::array<uint8_t, N>> array_of(const WireBytes& vector) {
  if (vector.size() != N) return fail(Errc::malformed, "bytes of another size");
  std::array<uint8_t, N> all;
  std::copy(vector.begin(), vector.end(), all.begin());
  return all;
}

std::string text_of(const flatbuffers::String* text, size_t limit) {
  return text ? std::string(text->string_view().substr(0, limit)) : "";
}

Result<SenderId> sender_of(uint64_t value) {
  if (value == 0) return fail(Errc::malformed, "sender id 0");
  return SenderId{value};
}

Result<Source> source_of_wire(wire::Source source) {
  if (source > wire::Source::MAX) return fail(Errc::malformed, "unknown source");
  return static_cast<Source>(source);
}

Result<said::Member> read_member(const wire::Participant& p) {
  TRY_ASSIGN(const SenderId sender, sender_of(p.sender()));
  return said::Member{{p.id()}, sender, p.connected()};
}

Read read(const wire::Hello& h) {
  said::Hello hello;
  hello.version = h.version();
  TRY_ASSIGN(hello.nonce, array_of<wire_nonce_size>(*h.nonce()));
  TRY_ASSIGN(hello.external_sender, array_of<32>(*h.external_sender()));
  return said::Message(hello);
}

Read read(const wire::Joined& j) {
  if (j.answer()->size() > limits::max_sdp) return fail(Errc::too_large, "answer");
  said::Joined joined{{j.self()}, j.answer()->str(), {}, j.founded()};
  if (!j.roster()) return said::Message(std::move(joined));
  if (j.roster()->size() > limits::max_participants) return fail(Errc::too_large, "roster");
  for (const wire::Participant* p : *j.roster()) {
    TRY_ASSIGN(const said::Member member, read_member(*p));
    joined.roster.push_back(member);
  }
  return said::Message(std::move(joined));
}

Read read(const wire::Waiting& w) {
  TRY_ASSIGN(const SenderId sender, sender_of(w.sender()));
  if (w.key_package()->size() > max_key_package) return fail(Errc::too_large, "key package");
  if (w.name() && w.name()->size() > max_waiting_name) return fail(Errc::too_large, "name");
  return said::Message(said::Waiting{sender, copy_of(w.key_package()), copy_of(w.name())});
}

Read read(const wire::Slots& s) {
  said::Slots slots;
  if (!s.slots()) return said::Message(std::move(slots));
  if (s.slots()->size() > limits::max_sdp_media) return fail(Errc::too_large, "slots");
  for (const wire::Slot* slot : *s.slots()) {
    TRY_ASSIGN(const Source source, source_of_wire(slot->source()));
    std::optional<ParticipantId> content;
    if (slot->participant() != 0) content = ParticipantId{slot->participant()};
    slots.slots.push_back({slot->mid()->str(), content, source});
  }
  return said::Message(std::move(slots));
}

Read read(const wire::HeldBack& h) {
  said::HeldBack held;
  if (!h.sources()) return said::Message(std::move(held));
  if (h.sources()->size() > limits::max_sdp_media)
    return fail(Errc::too_large, "sources held back");
  for (const wire::Want* want : *h.sources()) {
    TRY_ASSIGN(const Source source, source_of_wire(want->source()));
    held.sources.push_back(
        {{want->participant()}, source, want->width(), want->height(), want->focus()});
  }
  return said::Message(std::move(held));
}

Read read(const wire::Watched& w) {
  said::Watched watched;
  if (!w.layers()) return said::Message(std::move(watched));
  if (w.layers()->size() > limits::max_sdp_media) return fail(Errc::too_large, "watched layers");
  for (const wire::WatchedLayer* layer : *w.layers()) {
    TRY_ASSIGN(const Source source, source_of_wire(layer->source()));
    watched.layers.push_back({source, text_of(layer->rid(), max_rid)});
  }
  return said::Message(std::move(watched));
}

Read read(const wire::Uplinks& u) {
  said::Uplinks uplinks;
  if (!u.poor()) return said::Message(std::move(uplinks));
  if (u.poor()->size() > limits::max_participants) return fail(Errc::too_large, "uplinks");
  for (const wire::Uplink* uplink : *u.poor())
    uplinks.poor.push_back({{uplink->participant()}, uplink->lost_permille()});
  return said::Message(std::move(uplinks));
}

Read read(const wire::Refused& r) {
  if (r.reason() > wire::Refusal::MAX) return fail(Errc::malformed, "unknown refusal");
  return said::Message(said::Refused{static_cast<said::Refusal>(r.reason()),
                                     text_of(r.detail(), max_detail), r.retry_after_ms()});
}

// About media.
Read read_media_body(const wire::ServerMessage& root) {
  switch (root.body_type()) {
    case wire::ServerBody::Slots:
      return read(*root.body_as_Slots());
    case wire::ServerBody::HeldBack:
      return read(*root.body_as_HeldBack());
    case wire::ServerBody::Watched:
      return read(*root.body_as_Watched());
    case wire::ServerBody::Uplinks:
      return read(*root.body_as_Uplinks());
    default:
      return fail(Errc::malformed, "unknown server message");
  }
}

// Becomes part of a session description: what could end a line there is refused.
bool is_ice_text(std::string_view text) {
  return text.size() <= max_ice_text && std::ranges::all_of(text, [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '+' || c == '/';
         });
}

Read read(const wire::IceRestarted& r) {
  const std::string_view ufrag = r.ufrag()->string_view(), pwd = r.pwd()->string_view();
  if (!is_ice_text(ufrag) || !is_ice_text(pwd) || ufrag.empty() != pwd.empty()) {
    return fail(Errc::malformed, "ICE credentials");
  }
  return said::Message(said::IceRestarted{{std::string(ufrag), std::string(pwd)}});
}

Read read_group_body(const wire::ServerMessage& root) {
  switch (root.body_type()) {
    case wire::ServerBody::Welcome: {
      const auto& w = *root.body_as_Welcome();
      return said::Message(said::Welcome{copy_of(w.welcome()), copy_of(w.tree()), w.seq()});
    }
    case wire::ServerBody::Group: {
      const auto& g = *root.body_as_Group();
      return said::Message(said::Group{copy_of(g.group_info()), copy_of(g.tree()), g.seq()});
    }
    case wire::ServerBody::Handshake: {
      const auto& h = *root.body_as_Handshake();
      return said::Message(said::Handshake{h.seq(), copy_of(h.message())});
    }
    case wire::ServerBody::CommitRefused:
      return said::Message(
          said::CommitRefused{text_of(root.body_as_CommitRefused()->detail(), max_detail)});
    case wire::ServerBody::Posted: {
      const auto& p = *root.body_as_Posted();
      return said::Message(said::Posted{p.seq(), copy_of(p.message())});
    }
    case wire::ServerBody::Switch:
      return said::Message(said::Switch{root.body_as_Switch()->epoch()});
    case wire::ServerBody::Waiting:
      return read(*root.body_as_Waiting());
    case wire::ServerBody::WaitingGone: {
      TRY_ASSIGN(const SenderId sender, sender_of(root.body_as_WaitingGone()->sender()));
      return said::Message(said::WaitingGone{sender});
    }
    default:
      return read_media_body(root);
  }
}

// `message` starts at a multiple of 8 in memory: the format's own alignment is relative to that.
Read read_aligned(Bytes message) {
  flatbuffers::Verifier verifier(message.data(), message.size());
  if (!verifier.VerifyBuffer<wire::ServerMessage>()) return fail(Errc::malformed, "server message");
  const auto& root = *flatbuffers::GetRoot<wire::ServerMessage>(message.data());
  switch (root.body_type()) {
    case wire::ServerBody::Hello:
      return read(*root.body_as_Hello());
    case wire::ServerBody::InLobby:
      return said::Message(said::InLobby{root.body_as_InLobby()->lobby()});
    case wire::ServerBody::Joined:
      return read(*root.body_as_Joined());
    case wire::ServerBody::ParticipantJoined: {
      TRY_ASSIGN(const said::Member member,
                 read_member(*root.body_as_ParticipantJoined()->participant()));
      return said::Message(said::MemberJoined{member});
    }
    case wire::ServerBody::ParticipantLeft:
      return said::Message(said::MemberLeft{{root.body_as_ParticipantLeft()->id()}});
    case wire::ServerBody::ParticipantConnection: {
      const auto& changed = *root.body_as_ParticipantConnection();
      return said::Message(said::MemberConnection{{changed.id()}, changed.connected()});
    }
    case wire::ServerBody::Refused:
      return read(*root.body_as_Refused());
    case wire::ServerBody::IceRestarted:
      return read(*root.body_as_IceRestarted());
    default:
      return read_group_body(root);
  }
}

}  // namespace

Result<said::Message> read_server_message(Bytes message) {
  if (message.size() > limits::max_wire_message) return fail(Errc::too_large, "server message");
  if (reinterpret_cast<uintptr_t>(message.data()) % 8 == 0) return read_aligned(message);
  const Buffer aligned(message.begin(), message.end());
  return read_aligned(aligned);
}

}  // namespace vicino::core
