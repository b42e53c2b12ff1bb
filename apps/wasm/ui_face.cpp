#include "ui_face.h"

#include "schema/ui_generated.h"

namespace vicino::ui_face {
namespace {

static_assert(static_cast<int>(ui::EndReason::MAX) == static_cast<int>(core::EndReason::dropped));
static_assert(static_cast<int>(ui::CodeState::MAX) == static_cast<int>(core::CodeState::given_up));
static_assert(static_cast<int>(ui::TrackState::MAX) ==
              static_cast<int>(core::TrackState::connection_lost));
static_assert(static_cast<int>(ui::Trust::MAX) == static_cast<int>(core::Trust::changed));
static_assert(static_cast<int>(ui::Phase::MAX) == static_cast<int>(core::Phase::reconnecting));

core::Source to_core(ui::Source source) {
  return static_cast<core::Source>(source);
}

core::OwnState to_core(const ui::OwnState& state) {
  return {state.microphone(), state.camera(), state.screen(), state.screen_audio()};
}

std::vector<core::OwnTrack> to_core(
    const flatbuffers::Vector<flatbuffers::Offset<ui::OwnTrack>>& tracks) {
  std::vector<core::OwnTrack> all;
  for (const ui::OwnTrack* t : tracks)
    all.push_back({t->mid()->str(), to_core(t->source()), t->width(), t->height()});
  return all;
}

std::vector<core::Want> to_core(const flatbuffers::Vector<flatbuffers::Offset<ui::Want>>& wants) {
  std::vector<core::Want> all;
  for (const ui::Want* w : wants)
    all.push_back({{w->participant()}, to_core(w->source()), w->width(), w->height(), w->focus()});
  return all;
}

core::CallStart to_core(const ui::Open& open) {
  core::CallStart start{open.link()->str(), open.name()->str(), open.color(), open.keep_identity(),
                        std::nullopt};
  if (open.memory()) start.memory.emplace(open.memory()->begin(), open.memory()->end());
  return start;
}

Bytes bytes_of(const flatbuffers::Vector<uint8_t>& vector) {
  return {vector.data(), vector.size()};
}

// Writes outputs in the order they come.
class OutputWriter {
 public:
  void operator()(const core::Connect& o) {
    add(ui::OutputBody::Connect, ui::CreateConnectDirect(b_, o.url.c_str()));
  }
  void operator()(const core::Send& o) {
    add(ui::OutputBody::Send, ui::CreateSendDirect(b_, &o.message));
  }
  void operator()(const core::Disconnect&) {
    add(ui::OutputBody::Disconnect, ui::CreateDisconnect(b_));
  }
  void operator()(const core::NeedOffer& o) {
    add(ui::OutputBody::NeedOffer, ui::CreateNeedOffer(b_, static_cast<uint16_t>(o.video_slots),
                                                       static_cast<uint16_t>(o.audio_slots)));
  }
  void operator()(const core::AnswerReady& o) {
    add(ui::OutputBody::Answer, ui::CreateAnswerDirect(b_, o.sdp.c_str()));
  }
  void operator()(const core::IceRestarted& o) {
    add(ui::OutputBody::IceRestarted,
        ui::CreateIceRestartedDirect(b_, o.ufrag.c_str(), o.pwd.c_str()));
  }
  void operator()(const core::PhaseChanged& o) {
    add(ui::OutputBody::PhaseChanged,
        ui::CreatePhaseChanged(b_, static_cast<ui::Phase>(o.phase), o.attempt));
  }
  void operator()(const core::RosterChanged& o) {
    const auto self = write(o.view.self);
    std::vector<flatbuffers::Offset<ui::Participant>> others;
    for (const core::PersonView& p : o.view.others) others.push_back(write(p));
    add(ui::OutputBody::Roster,
        ui::CreateRosterDirect(b_, self, &others, static_cast<uint16_t>(o.view.members),
                               static_cast<uint16_t>(o.view.verified),
                               static_cast<uint16_t>(o.view.guests)));
  }
  void operator()(const core::RoomChanged& o) {
    add(ui::OutputBody::Room,
        ui::CreateRoomDirect(b_, o.settings.lobby, o.settings.locked, o.settings.mute_on_entry,
                             o.link.c_str(), o.link_renewed));
  }
  void operator()(const core::WaitingChanged& o) {
    std::vector<flatbuffers::Offset<ui::WaitingPerson>> people;
    for (const auto& p : o.people)
      people.push_back(ui::CreateWaitingPersonDirect(b_, p.id, p.name.c_str()));
    add(ui::OutputBody::WaitingList, ui::CreateWaitingListDirect(b_, &people));
  }
  void operator()(const core::ChatReceived& o) {
    add(ui::OutputBody::ChatReceived,
        ui::CreateChatReceivedDirect(b_, o.from.value, o.name.c_str(), o.text.c_str(), o.own));
  }
  void operator()(const core::ReactionReceived& o) {
    add(ui::OutputBody::ReactionReceived,
        ui::CreateReactionReceivedDirect(b_, o.from.value, o.emoji.c_str()));
  }
  void operator()(const core::MuteAsked& o) {
    add(ui::OutputBody::MuteAsked, ui::CreateMuteAskedDirect(b_, o.by.c_str()));
  }
  void operator()(const core::UnmuteAsked& o) {
    add(ui::OutputBody::UnmuteAsked, ui::CreateUnmuteAskedDirect(b_, o.by.c_str()));
  }
  void operator()(const core::HandLowered& o) {
    add(ui::OutputBody::HandLowered, ui::CreateHandLoweredDirect(b_, o.by.c_str()));
  }
  void operator()(const core::CodeChanged& o) {
    std::vector<uint32_t> silent;
    for (const core::PersonNumber person : o.silent) silent.push_back(person.value);
    add(ui::OutputBody::Code, ui::CreateCodeDirect(b_, &o.emoji, &silent, o.confirmed,
                                                   static_cast<ui::CodeState>(o.state)));
  }
  void operator()(const core::Remember& o) {
    add(ui::OutputBody::Remember, ui::CreateRememberDirect(b_, &o.memory));
  }
  void operator()(const core::FrameKeysChanged& o) {
    add(ui::OutputBody::FrameKeys, ui::CreateFrameKeysDirect(b_, &o.change));
  }
  void operator()(const core::WatchedChanged& o) {
    std::vector<flatbuffers::Offset<ui::WatchedLayer>> layers;
    for (const auto& l : o.layers)
      layers.push_back(
          ui::CreateWatchedLayerDirect(b_, static_cast<ui::Source>(l.source), l.rid.c_str()));
    add(ui::OutputBody::Watched, ui::CreateWatchedDirect(b_, &layers));
  }
  void operator()(const core::UplinksChanged& o) {
    std::vector<flatbuffers::Offset<ui::Uplink>> poor;
    for (const core::UplinkView& u : o.poor)
      poor.push_back(ui::CreateUplink(b_, u.participant.value, u.lost_permille));
    add(ui::OutputBody::Uplinks, ui::CreateUplinksDirect(b_, &poor));
  }
  void operator()(const core::Ended& o) {
    add(ui::OutputBody::Ended,
        ui::CreateEndedDirect(b_, static_cast<ui::EndReason>(o.reason), o.detail.c_str()));
  }

  Buffer finish(double deadline) {
    b_.Finish(ui::CreateOutputsDirect(b_, &outputs_, deadline));
    return Buffer(b_.GetBufferPointer(), b_.GetBufferPointer() + b_.GetSize());
  }

 private:
  template <class T>
  void add(ui::OutputBody type, flatbuffers::Offset<T> body) {
    outputs_.push_back(ui::CreateOutput(b_, type, body.Union()));
  }
  flatbuffers::Offset<ui::Participant> write(const core::PersonView& p) {
    std::vector<flatbuffers::Offset<ui::Track>> tracks;
    for (const core::TrackView& t : p.sources) {
      tracks.push_back(
          ui::CreateTrackDirect(b_, static_cast<ui::TrackState>(t.state), t.mid.c_str()));
    }
    return ui::CreateParticipantDirect(b_, p.number.value, p.name.c_str(), p.color, p.host,
                                       p.hand_raised, static_cast<ui::Trust>(p.trust), p.leaving,
                                       &tracks);
  }

  flatbuffers::FlatBufferBuilder b_;
  std::vector<flatbuffers::Offset<ui::Output>> outputs_;
};

// What the network and the frames' worker say. False: it is something else.
bool handle_network(core::Call& call, Instant now, const ui::Input& input) {
  switch (input.body_type()) {
    case ui::InputBody::SocketOpened:
      call.socket_opened(now);
      return true;
    case ui::InputBody::SocketMessage:
      call.socket_message(now, bytes_of(*input.body_as_SocketMessage()->data()));
      return true;
    case ui::InputBody::SocketClosed:
      call.socket_closed(now);
      return true;
    case ui::InputBody::Frames:
      (void)call.frames_reported(bytes_of(*input.body_as_Frames()->report()));
      return true;
    case ui::InputBody::Tick:
      call.handle_timeout(now);
      return true;
    default:
      return false;
  }
}

// The user's place in the call.
bool handle_stay(core::Call& call, Instant now, WallTime wall, const ui::Input& input) {
  switch (input.body_type()) {
    case ui::InputBody::Open:
      call.open(now, wall, to_core(*input.body_as_Open()));
      return true;
    case ui::InputBody::Join: {
      const auto& join = *input.body_as_Join();
      call.join(now, join.offer()->str(), to_core(*join.tracks()), to_core(*join.state()));
      return true;
    }
    case ui::InputBody::SetState:
      call.set_state(now, to_core(*input.body_as_SetState()->state()));
      return true;
    case ui::InputBody::Watch:
      call.watch(to_core(*input.body_as_Watch()->wants()));
      return true;
    case ui::InputBody::RestartIce: {
      const auto& restart = *input.body_as_RestartIce();
      call.restart_ice(now, {restart.ufrag()->str(), restart.pwd()->str()});
      return true;
    }
    case ui::InputBody::Restart:
      call.restart(now);
      return true;
    case ui::InputBody::Leave:
      call.leave();
      return true;
    default:
      return false;
  }
}

// What everybody may say.
bool handle_words(core::Call& call, Instant now, const ui::Input& input) {
  switch (input.body_type()) {
    case ui::InputBody::RaiseHand:
      call.raise_hand(now, input.body_as_RaiseHand()->raised());
      return true;
    case ui::InputBody::React:
      call.react(now, input.body_as_React()->emoji()->string_view());
      return true;
    case ui::InputBody::SendChat:
      call.say(now, input.body_as_SendChat()->text()->string_view());
      return true;
    case ui::InputBody::ConfirmCode:
      call.confirm_code(bytes_of(*input.body_as_ConfirmCode()->emoji()));
      return true;
    case ui::InputBody::AcceptIdentity:
      call.accept_identity({input.body_as_AcceptIdentity()->participant()});
      return true;
    default:
      return false;
  }
}

// What hosts decide.
bool handle_decision(core::Call& call, Instant now, const ui::Input& input) {
  switch (input.body_type()) {
    case ui::InputBody::Admit:
      call.admit(now, input.body_as_Admit()->waiting());
      return true;
    case ui::InputBody::Deny:
      call.deny(input.body_as_Deny()->waiting());
      return true;
    case ui::InputBody::Remove:
      call.remove(now, {input.body_as_Remove()->participant()});
      return true;
    case ui::InputBody::MakeHost:
      call.make_host(now, {input.body_as_MakeHost()->participant()});
      return true;
    case ui::InputBody::AskMute:
      call.ask_mute({input.body_as_AskMute()->participant()});
      return true;
    case ui::InputBody::AskUnmute:
      call.ask_unmute({input.body_as_AskUnmute()->participant()});
      return true;
    case ui::InputBody::LowerHands:
      call.lower_hands({input.body_as_LowerHands()->participant()});
      return true;
    case ui::InputBody::SetRoom: {
      const auto& room = *input.body_as_SetRoom();
      call.set_room(now, {room.lobby(), room.locked(), room.mute_on_entry()});
      return true;
    }
    case ui::InputBody::RenewLink:
      call.renew_link(now);
      return true;
    default:
      return false;
  }
}

}  // namespace

Status handle_input(core::Call& call, Bytes input) {
  flatbuffers::Verifier verifier(input.data(), input.size());
  if (!verifier.VerifyBuffer<ui::Input>()) return fail(Errc::malformed, "input");
  const auto& root = *flatbuffers::GetRoot<ui::Input>(input.data());
  const Instant now{static_cast<int64_t>(root.now() * 1000)};
  const WallTime wall{static_cast<int64_t>(root.wall())};
  if (handle_network(call, now, root) || handle_stay(call, now, wall, root) ||
      handle_words(call, now, root) || handle_decision(call, now, root)) {
    return {};
  }
  return fail(Errc::malformed, "input of no known kind");
}

Buffer take_outputs(core::Call& call) {
  OutputWriter writer;
  for (const core::Output& output : call.take_outputs()) std::visit(writer, output);
  const Instant next = call.next_timeout();
  return writer.finish(next == Instant::never() ? -1 : static_cast<double>(next.us) / 1000);
}

}  // namespace vicino::ui_face
