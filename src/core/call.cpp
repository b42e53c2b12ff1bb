// The connection: from a link to a place in the call, and back there after everything that can go
// wrong.
#include "core/call_impl.h"

namespace vicino::core {
namespace {

constexpr size_t max_waiting_people = 256;  // that a server may name

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
    {said::Refusal::not_admitted, EndReason::not_admitted},
    {said::Refusal::removed, EndReason::removed},
    {said::Refusal::link_revoked, EndReason::link_revoked},
    {said::Refusal::room_locked, EndReason::room_locked},
    {said::Refusal::lobby_full, EndReason::lobby_full},
    {said::Refusal::nobody_answered, EndReason::nobody_answered},
};

Buffer proof_of(const CallGroup& group, Bytes nonce) {
  const auto proof = group.sign_return(nonce);
  return {proof.begin(), proof.end()};
}

}  // namespace

Call::Impl::Impl(SecureRandom& random, CallOptions options)
    : random_(random), options_(options), roster_(options.audio_slots) {}

void Call::Impl::open(Instant now, WallTime wall, CallStart start) {
  if (state_ != State::idle) return;
  wall_offset_ms_ = wall.ms - now.us / 1000;
  auto parsed = Link::parse(start.link);
  if (!parsed) return end(EndReason::link_incomplete, parsed.error().where);
  link_ = std::move(*parsed);
  load_memory(start);
  identity_.name = clean_name(start.name);
  if (identity_.name.empty()) identity_.name = "Guest";
  identity_.color = start.color;
  // A page that was reloaded comes back as who it was.
  const Device* device = same_person_ ? memory_.device_in(link_->room) : nullptr;
  coming_back_ = device != nullptr;
  begin_group(device ? device->clone() : random_device(random_, seconds_since_1970(now)));
  emit(PhaseChanged{Phase::connecting, 0});
  connect(now);
}

void Call::Impl::load_memory(const CallStart& start) {
  if (start.memory) {
    if (auto loaded = Memory::load(*start.memory)) memory_ = std::move(*loaded);
  }
  // Others hold a member's device to the account they know it by.
  same_person_ = start.keep_identity == memory_.account.has_value();
  if (!start.keep_identity) return;
  if (!memory_.account) memory_.account = random_account(random_);
  identity_.account = memory_.account->clone();
}

// A stay in a group that one isn't in yet.
void Call::Impl::begin_group(Device device) {
  group_.emplace(random_, link_->room, link_->secret.clone(), identity_.clone(), std::move(device));
  seen_ = 0;
  outside_ = false;
  upload_unanswered_ = false;
  epochs_ = EpochSwitch();
  committer_ = Committer();
  wanted_ = {};
  code_.emplace(random_);
  people_.reset();
  tell_frames(NewGroup{});
  roster_.set_self(roster_self());
  roster_.set_members({});
  roster_.remove_leaving();
  hold_sending();
}

void Call::Impl::connect(Instant now) {
  state_ = State::connecting;
  deadline_ = now + connect_time();
  emit(Connect{link_->websocket_url()});
}

Duration Call::Impl::connect_time() const {
  if (attempt_ == 0) return options_.answer_time;
  Duration time = options_.connect_time;
  for (uint32_t i = 6; i < attempt_ && time < options_.answer_time; i += 6) time = time * 2;
  return std::min(time, options_.answer_time);
}

// Waits, then connects again. `after`: what the server asked for; otherwise longer with every
// attempt, and not in step with all the others who lost the same server.
void Call::Impl::reconnect(Instant now, std::optional<Duration> after) {
  ++attempt_;
  const bool quick = attempt_ <= options_.quick_retries;
  const Duration longest = quick ? options_.quick_retry : options_.longest_retry;
  Duration wait = options_.first_retry;
  for (uint32_t i = 1; i < attempt_ && wait < longest; ++i) wait = wait * 2;
  wait = std::min(wait, longest);
  wait = after.value_or(wait) + Duration{wait.us * static_cast<int64_t>(random_.u32() % 256) / 512};
  forget_conversation(now);
  state_ = State::pausing;
  deadline_ = now + wait;
  emit(PhaseChanged{Phase::reconnecting, attempt_});
}

// What was under way on a connection that is gone.
void Call::Impl::forget_conversation(Instant now) {
  group_->drop_prepared();
  outside_ = false;
  upload_unanswered_ = false;
  committer_.commit_failed(now);
  commit_deadline_ = Instant::never();
  fallback_at_ = Instant::never();
  for (const auto& [sender, newcomer] : waiting_) committer_.newcomer_gone(sender);
  waiting_changed_ |= !std::exchange(waiting_, {}).empty();
}

void Call::Impl::ask_for_offer() {
  state_ = State::needs_offer;
  deadline_ = Instant::never();  // the host may be asking its user for something
  emit(NeedOffer{options_.video_slots, options_.audio_slots});
}

void Call::Impl::join(Instant now, std::string offer, std::vector<OwnTrack> tracks,
                      OwnState state) {
  if (state_ != State::needs_offer) return;
  own_ = state;
  tell_frames(ForgetSlots{++connection_, {}});
  roster_.forget_slots(connection_);
  JoinRequest request{link_->room,       group_->link().access_token.expose(),
                      group_->sender(),  std::move(offer),
                      std::move(tracks), {}};
  if (group_->in_group() || coming_back_) {
    request.as = Returning{proof_of(*group_, hello_->nonce), group_->in_group() ? seen_ : 0};
  } else {
    const uint64_t now_s = seconds_since_1970(now);
    auto founded = group_->found(now_s, hello_->external_sender);
    if (!founded) return end(EndReason::tampered, founded.error().where);
    request.as = Newcomer{
        group_->key_package(now_s),
        seal_waiting_name(group_->link().lobby_key, group_->sender(), identity_.name, random_),
        std::move(*founded)};
  }
  state_ = State::joining;
  deadline_ = now + options_.answer_time;
  send(write_join(request));
}

// Nothing says so, but the server doesn't answer: another one is made at once.
void Call::Impl::connection_is_dead(Instant now) {
  emit(Disconnect{});
  reconnect(now, Duration{});
}

void Call::Impl::restart(Instant now) {
  switch (state_) {
    case State::in_call:
      deadline_ == Instant::never() ? ask_for_offer() : connection_is_dead(now);
      break;
    case State::pausing:
      connect(now);  // the network is back: why wait
      break;
    default:
      break;  // under way already
  }
}

void Call::Impl::leave() {
  if (state_ == State::ended) return;
  if (state_ == State::in_call || state_ == State::joining || state_ == State::lobby)
    send(write_leave());
  end(EndReason::left, "");
}

void Call::Impl::socket_closed(Instant now) {
  if (state_ == State::idle || state_ == State::ended || state_ == State::pausing) return;
  reconnect(now, std::nullopt);
}

void Call::Impl::end(EndReason reason, std::string detail) {
  if (state_ != State::idle && state_ != State::pausing) emit(Disconnect{});
  if (link_ && reason != EndReason::replaced) forget_stay();
  if (state_ != State::idle) tell_frames(NewGroup{});
  state_ = State::ended;
  emit(Ended{reason, std::move(detail)});
}

void Call::Impl::forget_stay() {
  memory_.forget(link_->room);
  remember();
}

void Call::Impl::remember() {
  emit(Remember{copy_of(memory_.save().expose())});
}

void Call::Impl::socket_message(Instant now, Bytes message) {
  if (state_ == State::idle || state_ == State::pausing || state_ == State::ended) return;
  auto said = read_server_message(message);
  if (!said) return start_over(now);
  std::visit([&](auto& m) { handle(now, m); }, *said);
  if (state_ == State::ended) return;
  work(now);
}

// The server can't be understood, or the group can't be followed by this connection.
void Call::Impl::start_over(Instant now) {
  ++refused_messages_;
  emit(Disconnect{});
  reconnect(now, std::nullopt);
}

void Call::Impl::handle(Instant now, said::Hello& message) {
  if (state_ != State::connecting) return start_over(now);
  if (message.version != wire_version) {
    return end(EndReason::wrong_version,
               "the server speaks version " + std::to_string(message.version));
  }
  hello_ = message;
  ask_for_offer();
}

void Call::Impl::handle(Instant now, said::InLobby& message) {
  if (state_ != State::joining && state_ != State::lobby) return;
  state_ = State::lobby;
  deadline_ = Instant::never();
  fallback_at_ = message.lobby ? Instant::never() : now + options_.admission_time;
  emit(PhaseChanged{message.lobby ? Phase::waiting : Phase::connecting, 0});
}

void Call::Impl::handle(Instant now, said::Joined& message) {
  if (state_ != State::joining && state_ != State::lobby) return;
  if (message.founded) {
    auto founded = group_->adopt_founded();
    if (!founded) return end(EndReason::tampered, founded.error().where);
    adopt(now, *founded);
  }
  state_ = State::in_call;
  deadline_ = Instant::never();
  attempt_ = 0;
  self_ = message.self;
  std::map<ParticipantId, Roster::Connection> connections;
  for (const said::Member& m : message.roster) connections[m.id] = {m.sender, m.connected};
  roster_.set_connections(std::move(connections));
  roster_.set_held_back({});
  uplinks_.clear();
  tell_committer();
  emit(AnswerReady{std::move(message.answer)});
  // Without the group's state (a Welcome that never came, a page reloaded): one's own place is
  // taken again.
  if (!group_->in_group()) return ask_for_group(now);
  entered(now);
}

// In the group and connected.
void Call::Impl::entered(Instant now) {
  fallback_at_ = Instant::never();
  if (!entered_) {
    entered_ = true;
    coming_back_ = true;
    memory_.remember(link_->room, group_->device());
    remember();
  }
  emit(PhaseChanged{Phase::in_call, 0});
  sent_wants_.clear();  // the server starts with none, or may number the others anew
  send_wants();
  send(write_ready(group_->epoch()));
  say_state(now);
}

void Call::Impl::handle(Instant, said::MemberJoined& m) {
  roster_.add_connection(m.member.id, {m.member.sender, m.member.connected});
  tell_committer();
}

void Call::Impl::handle(Instant, said::MemberLeft& message) {
  roster_.remove_connection(message.id);
  tell_committer();
}

void Call::Impl::handle(Instant, said::MemberConnection& message) {
  roster_.set_connected(message.id, message.connected);
  tell_committer();
}

// Who is connected.
void Call::Impl::tell_committer() {
  if (!group_->in_group()) return;
  for (const MemberInfo& m : group_->members())
    committer_.set_connected(m.sender, roster_.is_connected(m.sender));
}

void Call::Impl::handle(Instant now, said::Waiting& message) {
  if (waiting_.size() >= max_waiting_people && !waiting_.contains(message.sender)) return;
  auto name = open_waiting_name(group_->link().lobby_key, message.sender, message.name);
  const auto old = waiting_.find(message.sender);
  const uint32_t number = old != waiting_.end() ? old->second.number : ++last_waiting_;
  committer_.newcomer(now, message.sender);
  waiting_[message.sender] = {number, std::move(message.key_package), name ? std::move(*name) : ""};
  waiting_changed_ = true;
}

void Call::Impl::handle(Instant, said::WaitingGone& message) {
  committer_.newcomer_gone(message.sender);
  waiting_changed_ |= waiting_.erase(message.sender) != 0;
}

void Call::Impl::handle(Instant now, said::Refused& message) {
  if (message.reason == said::Refusal::not_a_member) return come_as_newcomer(now);
  for (const auto& [refusal, reason] : final_refusals) {
    if (message.reason == refusal) return end(reason, std::move(message.detail));
  }
  emit(Disconnect{});
  std::optional<Duration> after;
  if (message.retry_after_ms != 0)
    after = milliseconds(std::min<uint32_t>(message.retry_after_ms, 60'000));
  reconnect(now, after);
}

// The group went on without this member, or is gone. Once: then it is a newcomer like all others.
void Call::Impl::come_as_newcomer(Instant now) {
  coming_back_ = false;
  entered_ = false;
  memory_.forget(link_->room);
  if (group_->in_group()) link_->secret = group_->link_secret().clone();
  begin_group(random_device(random_, seconds_since_1970(now)));
  emit(Disconnect{});
  emit(PhaseChanged{Phase::reconnecting, ++attempt_});
  connect(now);
}

void Call::Impl::handle_timeout(Instant now) {
  if (state_ == State::ended || state_ == State::idle) return;
  if (now >= deadline_) {
    deadline_ = Instant::never();
    if (state_ == State::pausing) {
      connect(now);
    } else if (state_ == State::in_call) {
      connection_is_dead(now);
    } else if (state_ == State::connecting || state_ == State::joining) {
      start_over(now);
    }
  }
  if (now >= fallback_at_) {
    fallback_at_ = Instant::never();
    ask_for_group(now);
  }
  if (now >= commit_deadline_) start_over(now);  // a commit that nobody answers
  if (group_->in_group()) {
    epochs_.handle_timeout(now);
    code_->handle_timeout(now);
  }
  work(now);
}

Instant Call::Impl::next_timeout() const {
  if (state_ == State::ended || state_ == State::idle) return Instant::never();
  Instant next = std::min({deadline_, fallback_at_, commit_deadline_});
  if (!group_->in_group()) return next;
  next = std::min({next, epochs_.next_timeout(), code_->next_timeout()});
  return state_ == State::in_call ? std::min(next, committer_.next_timeout()) : next;
}

}  // namespace vicino::core
