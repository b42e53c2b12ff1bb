// ICE (RFC 8445) with one data stream and one component. The server's side is the lite
// implementation: it never probes, it answers authenticated checks and remembers the paths they
// came by. The client's side is controlling and probes the server's candidates. Sans-IO.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "base/random.h"
#include "base/time.h"
#include "rtc/media.h"
#include "rtc/outbox.h"
#include "rtc/stun.h"

namespace vicino::rtc {

// Without an authenticated message from the other side for this long the path is dead (RFC 7675
// section 5.1).
inline constexpr Duration consent_time = seconds(30);

class IceAgent {
 public:
  virtual ~IceAgent() = default;
  // A STUN datagram. Errors: malformed, unauthenticated, unsupported; nothing changes then but an
  // error may be answered.
  virtual Status handle_stun(Instant now, const Address& from, Bytes datagram, Outbox& out) = 0;
  // A packet from there authenticated under the keys of the session.
  virtual void heard_media(Instant now, const Address& from) = 0;
  virtual void handle_timeout(Instant now, Outbox& out) = 0;
  virtual Instant next_timeout() const = 0;
  // Whether an authenticated check ever came (and was answered) by this path: DTLS from elsewhere
  // is ignored.
  virtual bool is_validated(const Address& from) const = 0;
  // The nominated path; before nomination the first validated one.
  virtual const std::optional<Address>& remote() const = 0;
  virtual bool failed() const = 0;
};

// The server: ICE-lite, controlled. Whoever can watch the path can send a check again from another
// address and so draw the media there until the next real check: STUN has no defence against that,
// and what is drawn is encrypted.
class IceLite final : public IceAgent {
 public:
  // Paths remembered per peer: a browser has one per network interface and family. One more
  // replaces the one that was silent the longest (a roaming phone gets new ones), never the
  // nominated one.
  static constexpr size_t max_paths = 8;

  IceLite(const TransportParameters& local, const TransportParameters& remote, Instant now);
  Status handle_stun(Instant now, const Address& from, Bytes datagram, Outbox& out) override;
  // As good as a check: some clients (libnice) send none once connected, only media.
  void heard_media(Instant now, const Address& from) override;
  void handle_timeout(Instant now, Outbox& out) override;
  Instant next_timeout() const override;
  bool is_validated(const Address& from) const override;
  const std::optional<Address>& remote() const override { return remote_; }
  bool failed() const override { return failed_; }

 private:
  struct Path {
    Address address;
    Instant last_heard;
  };
  void heard(Instant now, const Address& from);

  std::string username_;  // what a check for this agent carries: local:remote
  std::string password_;
  std::vector<Path> paths_;
  std::optional<Address> remote_;
  Instant last_heard_;
  bool failed_ = false;
};

// The native client: controlling, full towards a lite server. It keeps the first candidate that
// answers and nominates in every check, which is right towards a lite agent: that one keeps the
// path nominated last (RFC 8445 section 8.1.1).
class IceControlling final : public IceAgent {
 public:
  // Of what the server announces the first ones are probed: more would let a server aim a flood at
  // others.
  static constexpr size_t max_candidates = 8;

  IceControlling(const TransportParameters& local, TransportParameters remote, SecureRandom& random,
                 Instant now);
  Status handle_stun(Instant now, const Address& from, Bytes datagram, Outbox& out) override;
  // Media that came and then stops may need another path (a NAT that gave away the address): it is
  // checked then, not only when consent is due again.
  void heard_media(Instant now, const Address&) override { last_media_ = now; }
  void handle_timeout(Instant now, Outbox& out) override;
  Instant next_timeout() const override { return std::min(next_check_, silence_check()); }
  bool is_validated(const Address& from) const override;
  const std::optional<Address>& remote() const override { return remote_; }
  bool failed() const override { return failed_; }

 private:
  // Shorter checks where there is only a pause, longer leaves people frozen for longer.
  static constexpr Duration media_silence = seconds(1);
  static constexpr Duration silence_interval = milliseconds(500);

  struct Check {
    Address to;
    StunTransactionId transaction;
  };
  void send_check(const Address& to, Outbox& out);
  Instant silence_check() const;

  std::string username_;  // what its checks carry: remote:local
  TransportParameters remote_parameters_;
  SecureRandom& random_;
  uint64_t tie_breaker_;
  std::vector<Check> pending_;     // newest last, bounded
  std::vector<Address> answered_;  // candidates that answered a check
  std::optional<Address> remote_;
  Instant last_heard_;  // by an answer
  Instant last_media_{INT64_MIN / 2}, last_check_{INT64_MIN / 2};
  Instant next_check_;
  Duration interval_;
  bool failed_ = false;
};

}  // namespace vicino::rtc
