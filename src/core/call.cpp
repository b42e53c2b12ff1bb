#include "core/call.h"

namespace vicino::core {
namespace {

struct EndOf {
  said::Refusal refusal;
  EndReason reason;
};
// Refusals that trying again can't mend. Others lead to another try.
constexpr EndOf final_refusals[] = {
    {said::Refusal::wrong_version, EndReason::wrong_version},
    {said::Refusal::wrong_link, EndReason::wrong_link},
    {said::Refusal::room_full, EndReason::room_full},
    {said::Refusal::server_full, EndReason::server_full},
    {said::Refusal::bad_offer, EndReason::bad_offer},
    {said::Refusal::open_room, EndReason::open_room},
    {said::Refusal::replaced, EndReason::replaced},
    {said::Refusal::rooms_closed, EndReason::rooms_closed},
    {said::Refusal::bad_message, EndReason::internal},
};

}  // namespace

Call::Call(SecureRandom& random, CallOptions options) : random_(random), options_(options) {}

void Call::open(Instant now, std::string_view link) {
  if (state_ != State::idle) return;
  auto parsed = Link::parse(link);
  if (!parsed) return end(EndReason::link_incomplete, parsed.error().where);
  link_ = std::move(*parsed);
  keys_ = RoomKeys::derive(link_->secret, link_->room);
  sender_ = random_sender(random_);
  const LinkSecret& secret = options_.media_secret ? *options_.media_secret : link_->secret;
  roster_.emplace(keys_->profile_key);
  frames_.emplace(RoomKeys::derive(secret, link_->room).media_secret, sender_);
  outputs_.push_back(PhaseChanged{Phase::connecting, 0});
  connect(now);
}

void Call::connect(Instant now) {
  state_ = State::connecting;
  deadline_ = now + options_.answer_time;
  outputs_.push_back(Connect{link_->websocket_url()});
}

// Waits, then connects again. `after`: what the server asked for; otherwise longer with every attempt, and not in step
// with all the others who lost the same server.
void Call::reconnect(Instant now, std::optional<Duration> after) {
  ++attempt_;
  Duration wait = options_.first_retry;
  for (uint32_t i = 1; i < attempt_ && wait < options_.longest_retry; ++i) wait = wait * 2;
  wait = std::min(wait, options_.longest_retry);
  wait = after.value_or(wait) + Duration{wait.us * static_cast<int64_t>(random_.u32() % 256) / 512};
  state_ = State::waiting;
  deadline_ = now + wait;
  outputs_.push_back(PhaseChanged{Phase::reconnecting, attempt_});
}

void Call::socket_opened(Instant) {
  if (state_ == State::connecting) ask_for_offer();
}

void Call::ask_for_offer() {
  state_ = State::needs_offer;
  deadline_ = Instant::never();  // the host may be asking its user for something
  outputs_.push_back(NeedOffer{options_.video_slots, options_.audio_slots});
}

void Call::join(Instant now, std::string offer, std::vector<OwnTrack> tracks, OwnState state) {
  if (state_ != State::needs_offer) return;
  own_ = std::move(state);
  roster_->forget_slots();
  state_ = State::joining;
  deadline_ = now + options_.answer_time;
  send(write_join({link_->room, keys_->access_token.expose(), sender_, sealed_profile(), resume_, std::move(offer),
                   std::move(tracks)}));
}

Buffer Call::sealed_profile() {
  const Profile profile{++profile_version_, own_.name, own_.microphone, own_.camera, own_.screen, own_.screen_audio};
  return seal_profile(keys_->profile_key, sender_, profile, random_);
}

void Call::set_state(OwnState state) {
  own_ = std::move(state);
  if (state_ == State::in_call) send(write_set_profile(sealed_profile()));
}

void Call::watch(std::vector<Want> wants) {
  wants_ = std::move(wants);
  if (state_ == State::in_call) send(write_watch(wants_));
}

void Call::restart(Instant now) {
  switch (state_) {
    case State::in_call:
      ask_for_offer();
      break;
    case State::waiting:
      connect(now);  // the network is back: why wait
      break;
    default:
      break;  // under way already
  }
}

void Call::leave() {
  if (state_ == State::ended) return;
  if (state_ == State::in_call || state_ == State::joining) send(write_leave());
  end(EndReason::left, "");
}

void Call::socket_closed(Instant now) {
  if (state_ == State::idle || state_ == State::ended || state_ == State::waiting) return;
  reconnect(now, std::nullopt);
}

void Call::handle_timeout(Instant now) {
  if (now < deadline_) return;
  deadline_ = Instant::never();
  if (state_ == State::waiting) return connect(now);
  if (state_ == State::connecting || state_ == State::joining) {
    outputs_.push_back(Disconnect{});
    reconnect(now, std::nullopt);
  }
}

void Call::end(EndReason reason, std::string detail) {
  if (state_ != State::idle && state_ != State::waiting) outputs_.push_back(Disconnect{});
  state_ = State::ended;
  deadline_ = Instant::never();
  outputs_.push_back(Ended{reason, std::move(detail)});
}

void Call::send(Buffer message) { outputs_.push_back(Send{std::move(message)}); }

void Call::socket_message(Instant now, Bytes message) {
  if (state_ == State::idle || state_ == State::waiting || state_ == State::ended) return;
  auto said = read_server_message(message);
  if (!said) {
    outputs_.push_back(Disconnect{});
    return reconnect(now, std::nullopt);
  }
  std::visit([&](auto& m) { handle(now, m); }, *said);
  publish_roster();
}

void Call::handle(Instant, said::Joined& message) {
  if (state_ != State::joining) return;
  const bool resumed = message.self == self_;
  state_ = State::in_call;
  deadline_ = Instant::never();
  attempt_ = 0;
  self_ = message.self;
  resume_ = message.resume;
  for (const SenderId gone : roster_->clear()) frames_->remove_sender(gone);
  for (said::Member& member : message.roster) add_member(member);
  outputs_.push_back(AnswerReady{std::move(message.answer)});
  outputs_.push_back(PhaseChanged{Phase::in_call, 0});
  if (!resumed) wants_.clear();  // they name participants by numbers of another stay
  if (!wants_.empty()) send(write_watch(wants_));
}

void Call::handle(Instant, said::MemberJoined& message) {
  if (state_ == State::joining) return;  // the roster is still to come
  add_member(message.member);
}

void Call::handle(Instant, said::MemberLeft& message) {
  if (const auto gone = roster_->remove(message.id)) frames_->remove_sender(*gone);
}

// A sender whose keys can't be had (too many, or an id that is no sender's) is there, and its frames stay shut.
void Call::add_member(const said::Member& member) {
  roster_->add(member.id, member.sender, member.profile);
  (void)frames_->add_sender(member.sender);
}

void Call::handle(Instant, said::ProfileChanged& message) { roster_->set_profile(message.id, message.profile); }

void Call::handle(Instant, said::Slots& message) {
  for (const said::SlotContent& slot : message.slots) roster_->set_slot(slot.mid, slot.content, slot.source);
}

void Call::handle(Instant now, said::Refused& message) {
  for (const auto& [refusal, reason] : final_refusals) {
    if (message.reason == refusal) return end(reason, std::move(message.detail));
  }
  outputs_.push_back(Disconnect{});
  std::optional<Duration> after;
  if (message.retry_after_ms != 0) after = milliseconds(std::min<uint32_t>(message.retry_after_ms, 60'000));
  reconnect(now, after);
}

void Call::frame_opened(std::string_view mid, SenderId sender, Source source) {
  if (!roster_) return;
  roster_->frame_opened(mid, sender, source);
  publish_roster();
}

void Call::frame_failed(std::string_view mid) {
  if (!roster_) return;
  roster_->frame_failed(mid);
  publish_roster();
}

void Call::publish_roster() {
  if (state_ == State::ended || !roster_->take_changed()) return;
  outputs_.push_back(RosterChanged{self_, roster_->view()});
}

}  // namespace vicino::core
