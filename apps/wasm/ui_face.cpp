#include "ui_face.h"

#include "schema/ui_generated.h"

namespace vicino::ui_face {
namespace {

static_assert(static_cast<int>(ui::EndReason::MAX) == static_cast<int>(core::EndReason::internal));
static_assert(static_cast<int>(ui::TrackState::MAX) == static_cast<int>(core::TrackState::undecryptable));
static_assert(static_cast<int>(ui::Phase::MAX) == static_cast<int>(core::Phase::reconnecting));

core::Source to_core(ui::Source source) { return static_cast<core::Source>(source); }

core::OwnState to_core(const ui::OwnState& state) {
  return {state.name()->str(), state.microphone(), state.camera(), state.screen(), state.screen_audio()};
}

std::vector<core::OwnTrack> to_core(const flatbuffers::Vector<flatbuffers::Offset<ui::OwnTrack>>& tracks) {
  std::vector<core::OwnTrack> all;
  for (const ui::OwnTrack* t : tracks) all.push_back({t->mid()->str(), to_core(t->source()), t->width(), t->height()});
  return all;
}

std::vector<core::Want> to_core(const flatbuffers::Vector<flatbuffers::Offset<ui::Want>>& wants) {
  std::vector<core::Want> all;
  for (const ui::Want* w : wants) all.push_back({{w->participant()}, to_core(w->source()), w->width(), w->height()});
  return all;
}

// Writes outputs in the order they come.
class OutputWriter {
 public:
  void operator()(const core::Connect& o) { add(ui::OutputBody::Connect, ui::CreateConnectDirect(b_, o.url.c_str())); }
  void operator()(const core::Send& o) { add(ui::OutputBody::Send, ui::CreateSendDirect(b_, &o.message)); }
  void operator()(const core::Disconnect&) { add(ui::OutputBody::Disconnect, ui::CreateDisconnect(b_)); }
  void operator()(const core::NeedOffer& o) {
    add(ui::OutputBody::NeedOffer,
        ui::CreateNeedOffer(b_, static_cast<uint16_t>(o.video_slots), static_cast<uint16_t>(o.audio_slots)));
  }
  void operator()(const core::AnswerReady& o) { add(ui::OutputBody::Answer, ui::CreateAnswerDirect(b_, o.sdp.c_str())); }
  void operator()(const core::PhaseChanged& o) {
    add(ui::OutputBody::PhaseChanged, ui::CreatePhaseChanged(b_, static_cast<ui::Phase>(o.phase), o.attempt));
  }
  void operator()(const core::RosterChanged& o) {
    std::vector<flatbuffers::Offset<ui::Participant>> participants;
    for (const core::ParticipantView& p : o.participants) participants.push_back(write(p));
    add(ui::OutputBody::Roster, ui::CreateRosterDirect(b_, o.self.value, &participants));
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
  flatbuffers::Offset<ui::Participant> write(const core::ParticipantView& p) {
    std::vector<flatbuffers::Offset<ui::Track>> tracks;
    for (const core::TrackView& t : p.sources) {
      tracks.push_back(ui::CreateTrackDirect(b_, static_cast<ui::TrackState>(t.state), t.mid.c_str()));
    }
    return ui::CreateParticipantDirect(b_, p.id.value, p.name ? p.name->c_str() : nullptr, &tracks);
  }

  flatbuffers::FlatBufferBuilder b_;
  std::vector<flatbuffers::Offset<ui::Output>> outputs_;
};

}  // namespace

Status handle_input(core::Call& call, Bytes input) {
  flatbuffers::Verifier verifier(input.data(), input.size());
  if (!verifier.VerifyBuffer<ui::Input>()) return fail(Errc::malformed, "input");
  const auto* root = flatbuffers::GetRoot<ui::Input>(input.data());
  const Instant now{static_cast<int64_t>(root->now() * 1000)};
  switch (root->body_type()) {
    case ui::InputBody::Open:
      call.open(now, root->body_as_Open()->link()->string_view());
      break;
    case ui::InputBody::Join: {
      const auto* join = root->body_as_Join();
      call.join(now, join->offer()->str(), to_core(*join->tracks()), to_core(*join->state()));
      break;
    }
    case ui::InputBody::SetState:
      call.set_state(to_core(*root->body_as_SetState()->state()));
      break;
    case ui::InputBody::Watch:
      call.watch(to_core(*root->body_as_Watch()->wants()));
      break;
    case ui::InputBody::Restart:
      call.restart(now);
      break;
    case ui::InputBody::Leave:
      call.leave();
      break;
    case ui::InputBody::SocketOpened:
      call.socket_opened(now);
      break;
    case ui::InputBody::SocketMessage: {
      const auto* data = root->body_as_SocketMessage()->data();
      call.socket_message(now, Bytes(data->data(), data->size()));
      break;
    }
    case ui::InputBody::SocketClosed:
      call.socket_closed(now);
      break;
    case ui::InputBody::Tick:
      call.handle_timeout(now);
      break;
    default:
      return fail(Errc::malformed, "input of no known kind");
  }
  return {};
}

Buffer take_outputs(core::Call& call) {
  OutputWriter writer;
  for (const core::Output& output : call.take_outputs()) std::visit(writer, output);
  const Instant next = call.next_timeout();
  return writer.finish(next == Instant::never() ? -1 : static_cast<double>(next.us) / 1000);
}

}  // namespace vicino::ui_face
