// ICE (RFC 8445) with one data stream and one component. The server's side is the lite
// implementation: it never probes, it answers authenticated checks and remembers the paths they
// came by. The client's side is controlling and probes the server's candidates. Sans-IO.
#pragma once

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
  // Both sides have agreed on fresh credentials (RFC 8445 section 9). The path in use stays until
  // another one is found.
  virtual void restart(Instant now, const IceCredentials& local, const IceCredentials& remote) = 0;
  // Whether checks that name this user fragment of the own side may be for this agent.
  virtual bool expects(std::string_view local_ufrag) const = 0;
  // Since when checks of its own have been without answer, and nothing else has come either;
  // never(): not.
  virtual Instant unanswered_since() const = 0;
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
  // The credentials in use hold until a check comes under the new ones: what was asked for in vain
  // changes nothing.
  void restart(Instant now, const IceCredentials& local, const IceCredentials& remote) override;
  bool expects(std::string_view local_ufrag) const override;
  Instant unanswered_since() const override { return Instant::never(); }  // it asks nothing

 private:
  struct Credentials {
    std::string ufrag;
    std::string username;  // what a check for this agent carries: local:remote
    std::string password;
  };
  struct Path {
    Address address;
    Instant last_heard;
  };
  void heard(Instant now, const Address& from);

  std::vector<Credentials> credentials_;  // in use, and then those of a restart that aren't yet
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
  // Says that the path works, so that it needn't be asked; consent is asked for all the same.
  void heard_media(Instant now, const Address& from) override;
  void handle_timeout(Instant now, Outbox& out) override;
  Instant next_timeout() const override;
  bool is_validated(const Address& from) const override;
  const std::optional<Address>& remote() const override { return remote_; }
  bool failed() const override { return failed_; }
  // Probes all candidates again, and keeps what it sends on the old path until one answers.
  void restart(Instant now, const IceCredentials& local, const IceCredentials& remote) override;
  bool expects(std::string_view) const override { return false; }  // it is never checked
  Instant unanswered_since() const override { return unanswered_since_; }

 private:
  struct Check {
    Address to;
    StunTransactionId transaction;
  };
  void send_check(const Address& to, Outbox& out);

  std::string username_;  // what its checks carry: remote:local
  TransportParameters remote_parameters_;
  SecureRandom& random_;
  uint64_t tie_breaker_;
  std::vector<Check> pending_;     // newest last, bounded
  std::vector<Address> answered_;  // candidates that answered a check
  std::optional<Address> remote_;
  bool searching_ = true;  // for a candidate that answers
  Instant last_heard_;     // by an answer
  Instant last_media_;
  Instant last_check_;
  Instant unanswered_since_ = Instant::never();
  Instant next_check_;
  Duration interval_;
  bool failed_ = false;
};

}  // namespace vicino::rtc
