#include "rtc/ice.h"

#include <algorithm>

namespace vicino::rtc {
namespace {

constexpr size_t stun_room = 256;
constexpr size_t max_pending_checks = 4 * IceControlling::max_candidates;
constexpr Duration first_interval =
    milliseconds(50);  // between the first checks; lower only floods
constexpr Duration longest_interval = milliseconds(800);
constexpr Duration consent_interval =
    seconds(5);  // RFC 7675 section 5.1: about every 5 s, randomised
// A path from which media doesn't come any more is asked at once, and again until it answers: it
// may have got another address on the way (a NAT that has forgotten it), which the other side
// learns from a check alone.
constexpr Duration quiet_time = seconds(1);  // shorter asks in pauses, longer leaves people frozen
constexpr Duration quiet_interval = milliseconds(500);
// Type preference of a peer-reflexive candidate of a host with one component (RFC 8445
// section 5.1.2.1).
constexpr uint32_t check_priority = 110u << 24 | 65'535u << 8 | 255;

}  // namespace

IceLite::IceLite(const TransportParameters& local, const TransportParameters& remote, Instant now)
    : credentials_{{local.ice_ufrag, local.ice_ufrag + ":" + remote.ice_ufrag, local.ice_pwd}},
      last_heard_(now) {}

void IceLite::restart(Instant now, const IceCredentials& local, const IceCredentials& remote) {
  credentials_.resize(1);
  credentials_.push_back({local.ufrag, local.ufrag + ":" + remote.ufrag, local.pwd});
  last_heard_ = now;  // by signalling: there is somebody who wants the path
}

bool IceLite::expects(std::string_view local_ufrag) const {
  return std::ranges::find(credentials_, local_ufrag, &Credentials::ufrag) != credentials_.end();
}

Status IceLite::handle_stun(Instant now, const Address& from, Bytes datagram, Outbox& out) {
  const auto check = [&](const Credentials& c) {
    return answer_check(datagram, from, c.username, c.password, out.reserve(stun_room));
  };
  auto answer = check(credentials_.back());
  const bool newest = answer.has_value();
  if (!newest && credentials_.size() > 1) answer = check(credentials_.front());
  if (!answer) return std::unexpected(answer.error());
  out.commit(from, answer->datagram.size());
  TRY(answer->status);
  if (newest) credentials_.erase(credentials_.begin(), credentials_.end() - 1);
  heard(now, from);
  if (answer->use_candidate || !remote_) remote_ = from;
  return {};
}

void IceLite::heard_media(Instant now, const Address& from) {
  if (is_validated(from)) heard(now, from);
}

void IceLite::heard(Instant now, const Address& from) {
  last_heard_ = now;
  auto path = std::ranges::find(paths_, from, &Path::address);
  if (path == paths_.end() && paths_.size() == max_paths) {
    path = std::ranges::min_element(paths_, {}, [&](const Path& p) {
      return p.address == remote_ ? Instant::never() : p.last_heard;
    });
  }
  if (path == paths_.end()) path = paths_.insert(paths_.end(), Path{});
  *path = {from, now};
}

void IceLite::handle_timeout(Instant now, Outbox&) {
  if (now - last_heard_ >= consent_time) failed_ = true;
}

Instant IceLite::next_timeout() const {
  return failed_ ? Instant::never() : last_heard_ + consent_time;
}

bool IceLite::is_validated(const Address& from) const {
  return remote_ == from || std::ranges::find(paths_, from, &Path::address) != paths_.end();
}

IceControlling::IceControlling(const TransportParameters& local, TransportParameters remote,
                               SecureRandom& random, Instant now)
    : username_(remote.ice_ufrag + ":" + local.ice_ufrag),
      remote_parameters_(std::move(remote)),
      random_(random),
      tie_breaker_(random.u64()),
      last_heard_(now),
      last_media_(now),
      last_check_(now),
      next_check_(now),
      interval_(first_interval) {
  auto& candidates = remote_parameters_.candidates;
  candidates.resize(std::min(candidates.size(), max_candidates));
}

void IceControlling::send_check(const Address& to, Outbox& out) {
  if (pending_.size() == max_pending_checks) pending_.erase(pending_.begin());
  Check& check = pending_.emplace_back();
  check.to = to;
  random_.fill(check.transaction);
  const StunRequest request{check.transaction, username_, check_priority, tie_breaker_, true};
  const MutBytes room = out.reserve(stun_room);
  out.commit(to, write_binding_request(room, request, remote_parameters_.ice_pwd).size());
}

Status IceControlling::handle_stun(Instant now, const Address& from, Bytes datagram, Outbox&) {
  TRY_ASSIGN(const StunMessage message, parse_stun(datagram));
  const auto check = std::ranges::find_if(pending_, [&](const Check& c) {
    return c.transaction == message.transaction && c.to == from;
  });
  if (check == pending_.end())
    return fail(Errc::unauthenticated, "STUN answer to no check of ours");
  TRY(verify_binding_success(message, check->transaction, remote_parameters_.ice_pwd));
  pending_.erase(check);
  last_heard_ = now;
  unanswered_since_ = Instant::never();
  if (!is_validated(from)) answered_.push_back(from);
  if (std::exchange(searching_, false)) {
    remote_ = from;
    next_check_ = now + consent_interval;
  }
  return {};
}

void IceControlling::heard_media(Instant now, const Address& from) {
  if (remote_ != from) return;
  last_media_ = now;
  unanswered_since_ = Instant::never();
}

void IceControlling::restart(Instant now, const IceCredentials& local,
                             const IceCredentials& remote) {
  if (failed_) return;
  username_ = remote.ufrag + ":" + local.ufrag;
  remote_parameters_.ice_pwd = remote.pwd;
  pending_.clear();
  searching_ = true;
  last_heard_ = now;
  next_check_ = now;
  interval_ = first_interval;
}

bool IceControlling::is_validated(const Address& from) const {
  return std::ranges::find(answered_, from) != answered_.end();
}

Instant IceControlling::next_timeout() const {
  const bool works = last_media_ <= last_heard_;  // with or without media
  if (failed_ || searching_ || works) return next_check_;
  return std::min(next_check_, std::max(last_media_ + quiet_time, last_check_ + quiet_interval));
}

void IceControlling::handle_timeout(Instant now, Outbox& out) {
  if (failed_ || now < next_timeout()) return;
  if (now - last_heard_ >= consent_time) {
    failed_ = true;
    next_check_ = Instant::never();
    return;
  }
  last_check_ = now;
  unanswered_since_ = std::min(unanswered_since_, now);
  if (!searching_) {
    send_check(*remote_, out);
    if (now < next_check_) return;
    const auto jitter = static_cast<int64_t>(random_.u32() % 400) - 200;  // +- 20 %
    next_check_ = now + consent_interval * (1000 + jitter) / 1000;
    return;
  }
  for (const Address& candidate : remote_parameters_.candidates) send_check(candidate, out);
  next_check_ = now + interval_;
  interval_ = std::min(interval_ * 2, longest_interval);
}

}  // namespace vicino::rtc
