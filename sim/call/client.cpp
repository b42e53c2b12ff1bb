#include "sim/call/client.h"

#include <algorithm>

#include "sim/call/negotiated.h"

namespace vicino::sim {

Client::Client(ParticipantId id, const Person& person, const rtc::DtlsIdentity& identity,
               SecureRandom& random, uint64_t seed, Instant now)
    : id_(id),
      person_(person),
      identity_(identity),
      random_(random),
      seed_(seed),
      next_join_(now + join_interval),
      last_heard_(now) {}

rtc::TransportParameters Client::credentials(uint32_t visit) const {
  const std::string name = "c" + std::to_string(id_.value) + "v" + std::to_string(visit);
  return {name, name + "-a-password-of-22-chars", identity_.fingerprint(), {}};
}

// An answer to an earlier attempt: the server has replaced that already.
void Client::answer(Instant now, uint32_t visit, const rtc::TransportParameters& server) {
  if (visit != visit_) return;
  peer_.emplace(rtc::PeerConfig{rtc::PeerConfig::Role::client, credentials(visit), server},
                identity_, random_, now);
  sender_.reset();
  receiver_.reset();
  watched_.reset();
  last_heard_ = now;
  next_join_ = Instant::never();
}

void Client::hear(Instant now, const sfu::Event& event) {
  if (const auto* watched = std::get_if<sfu::LayersWatched>(&event)) {
    watched_.emplace();
    for (const sfu::WatchedLayer& layer : watched->layers) watched_->push_back(layer.rid);
    if (sender_) sender_->set_watched(now, *watched_);
  } else if (const auto* held = std::get_if<sfu::HeldBackChanged>(&event)) {
    Experience::HeldBack& told = experience_.held_back.emplace_back();
    told.at = now;
    for (const sfu::Content& content : held->sources)
      told.whose.push_back(content.participant.value);
  }
}

Traffic Client::handle_datagram(Instant now, const Address& from, MutBytes datagram) {
  if (!peer_) return Traffic::control;
  const auto incoming = peer_->handle_datagram(now, from, datagram, out_);
  drain(Traffic::control);
  if (!incoming) return Traffic::control;
  last_heard_ = now;
  Traffic traffic = Traffic::control;
  if (incoming->kind == rtc::Peer::Incoming::Kind::rtp && receiver_) {
    traffic = receiver_->packet(now, incoming->packet);
  } else if (incoming->kind == rtc::Peer::Incoming::Kind::rtcp) {
    handle_rtcp(now, incoming->packet);
  }
  run_media(now);
  return traffic;
}

void Client::handle_rtcp(Instant now, Bytes compound) {
  rtc::RtcpReader reader(compound);
  for (;;) {
    const auto item = reader.next();
    if (!item || !*item || !sender_) return;
    if (const auto* feedback = std::get_if<rtc::TransportFeedback>(&**item)) {
      sender_->feedback(now, *feedback);
    } else if (const auto* nack = std::get_if<rtc::Nack>(&**item)) {
      sender_->nack(now, *nack);
    } else if (const auto* pli = std::get_if<rtc::PictureLossIndication>(&**item)) {
      sender_->key_request(pli->media_ssrc);
    } else if (const auto* blocks = std::get_if<rtc::ReceiverReport>(&**item)) {
      sender_->receiver_report(now, *blocks);
    } else if (const auto* report = std::get_if<rtc::SenderReport>(&**item)) {
      receiver_->sender_report(now, *report);
    }
  }
}

void Client::handle_timeout(Instant now) {
  if (peer_ && peer_->next_timeout() <= now) {
    peer_->handle_timeout(now, out_);
    drain(Traffic::control);
  }
  watch_connection(now);
  run_media(now);
}

Instant Client::next_timeout() const {
  Instant next = next_join_;
  if (peer_) next = std::min({next, peer_->next_timeout(), last_heard_ + patience});
  if (receiver_) next = std::min(next, receiver_->next_timeout());
  return connected() && sender_ ? std::min(next, sender_->next_timeout()) : next;
}

void Client::watch_connection(Instant now) {
  const bool dead =
      peer_ && (peer_->state() == rtc::Peer::State::closed || now - last_heard_ >= patience);
  if (dead) {
    peer_.reset();
    sender_.reset();
  }
  if (!dead && now < next_join_) return;
  join_ = ++visit_;
  next_join_ = now + join_interval;
}

// What was received is shown to its end, whatever becomes of the connection.
void Client::run_media(Instant now) {
  if (connected() && !sender_) {
    sender_.emplace(sender_setup(id_, person_, visit_), seed_ + visit_, now);
    if (watched_) sender_->set_watched(now, *watched_);
    receiver_.emplace(participant_setup(id_, person_, visit_).slots, id_.value, now);
  }
  if (!receiver_) return;
  if (connected() && sender_->next_timeout() <= now) sender_->handle_timeout(now, *this);
  const Duration rtt = sender_ ? sender_->round_trip() : milliseconds(100);
  if (receiver_->next_timeout() <= now) receiver_->handle_timeout(now, rtt, *this);
  std::ranges::move(receiver_->take_shown(), std::back_inserter(experience_.shown));
  std::ranges::move(receiver_->take_played(), std::back_inserter(experience_.played));
}

void Client::send_rtp(Traffic traffic, Bytes header, Bytes payload) {
  if (!connected()) return;
  CHECK(peer_->send_rtp(header, payload, out_).has_value());
  drain(traffic);
}

void Client::send_rtcp(Bytes compound) {
  if (!connected()) return;
  CHECK(peer_->send_rtcp(compound, out_).has_value());
  drain(Traffic::control);
}

void Client::drain(Traffic traffic) {
  for (const auto& d : out_.datagrams()) {
    const Bytes bytes = out_.bytes(d);
    outgoing_.push_back({traffic, Buffer(bytes.begin(), bytes.end())});
  }
  out_.clear();
}

}  // namespace vicino::sim
