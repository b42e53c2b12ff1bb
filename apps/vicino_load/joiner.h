// Signalling threads: they bring planned peers into the server at a set pace and hand them to the
// engine.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "engine.h"
#include "settings.h"

namespace vicino::load {

class Joiner {
 public:
  Joiner(const Settings& settings, const Plan& plan, Target& target, Engine& engine,
         const rtc::Fingerprint& fingerprint)
      : settings_(settings),
        plan_(plan),
        target_(target),
        engine_(engine),
        fingerprint_(fingerprint) {}

  // Each returns when all signalling is done, well or not. `first`: number of the first of these
  // peers.
  void join_publishers(size_t first);
  void join_subscribers(const std::vector<PlannedPeer>& peers, size_t first);
  // All that are in with at least this number, out again.
  void leave(size_t from);

  // Signalling that failed, and the first failure's sentence.
  size_t failed() const { return failed_; }
  std::string first_failure() const;
  // How long each call to the server took.
  Histogram signalling() const;

 private:
  void at_pace(size_t count, double per_second, const std::function<void(size_t)>& job);
  void join(const PlannedPeer& planned, size_t peer, bool publisher);
  Outcome<Connection> enter(const PlannedPeer& planned, bool publisher,
                            const rtc::TransportParameters& local,
                            const std::vector<Track>& tracks);
  std::vector<StreamSetup> streams_of(const PlannedPeer& planned, const Connection& connection,
                                      const std::vector<Track>& tracks) const;
  void note_failure(std::string why);

  const Settings& settings_;
  const Plan& plan_;
  Target& target_;
  Engine& engine_;
  rtc::Fingerprint fingerprint_;

  mutable std::mutex mutex_;
  std::vector<std::pair<size_t, Connection>> entered_;     // peer and connection
  std::vector<std::vector<std::string>> publishers_;       // ids, of each room
  std::vector<std::pair<uint32_t, std::string>> own_ids_;  // participant and id, of publishers
  Histogram signalling_;
  std::string first_failure_;
  std::atomic<size_t> failed_ = 0;
};

}  // namespace vicino::load
