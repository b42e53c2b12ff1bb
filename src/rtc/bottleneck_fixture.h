// A deterministic bottleneck and senders that follow their estimator, for tests: one queue of bytes
// in front of a link whose rate and loss change by the clock. Steps of one millisecond.
#pragma once

#include <algorithm>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "base/random.h"
#include "rtc/bandwidth_estimator.h"
#include "rtc/pacer.h"
#include "rtc/twcc.h"

namespace vicino::rtc::bottleneck {

inline double unit(SeededRandom& random) {
  return static_cast<double>(random.next() >> 11) / 9007199254740992.0;
}

struct LinkConfig {
  BitRate rate = kilobits_per_second(1000);
  Duration one_way = milliseconds(25);
  Duration jitter = milliseconds(2);           // uniform, order is kept
  Duration longest_queue = milliseconds(400);  // more is dropped
  double loss = 0;                             // of each packet, independently
};

struct FlowConfig {
  BandwidthConfig estimator = {};
  BitRate asked = kilobits_per_second(20'000);  // video; follows the target below that
  BitRate audio = kilobits_per_second(40);      // always sent, 50 packets a second
  BitRate least_video = {};                     // below this video is paused
  std::vector<BitRate> steps = {};              // video has only these rates; empty: any
  Instant start = {}, stop = Instant::never();
};

struct Packet {
  uint16_t sequence;
  size_t size;
  bool padding;
};

class Flow {
 public:
  struct Sample {
    Instant at;
    BitRate target;
    int64_t delivered = 0;  // bytes of media that arrived since the last sample
  };

  Flow(const FlowConfig& config, uint64_t seed)
      : config_(config), random_(seed), estimator_(config.estimator) {}

  template <class Send>
  void step(Instant now, const Send& send) {
    if (now < config_.start || now >= config_.stop) return;
    if (!started_) begin(now);
    while (!reports_.empty() && reports_.front().first <= now) {
      estimator_.feedback(now, reports_.front().second);
      reports_.pop_front();
    }
    if (now >= estimator_.next_due()) estimator_.tick(now);
    make_media(now, send);
    send_probe(now, send);
    pacer_.set_rate(now, estimator_.target());
    size_t allowance = pacer_.allowance(now, waiting_, oldest());
    while (allowance > 0 && !video_.empty()) {
      const size_t size = send_video(now, 0, send);
      allowance -= std::min(allowance, size);
    }
  }
  void arrived(Instant now, const Packet& packet) {
    receiver_.received(now, packet.sequence);
    received_bytes_ += packet.size;
    if (!packet.padding) delivered_ += static_cast<int64_t>(packet.size);
  }
  // Like Chromium: at most a twentieth of what is received, every 50 to 250 ms.
  void report(Instant now, Duration one_way, bool path_works) {
    if (now < next_feedback_) return;
    const BitRate rate = rate_of(static_cast<double>(received_bytes_) + 1, last_interval_);
    received_bytes_ = 0;
    last_interval_ = std::clamp((rate * 0.05).time_for(68), milliseconds(50), milliseconds(250));
    next_feedback_ = now + last_interval_;
    while (auto report = receiver_.take_feedback(1, 2))
      if (path_works) reports_.emplace_back(now + one_way, std::move(*report));
  }
  void sample(Instant now) {
    samples_.push_back({now, estimator_.target(), std::exchange(delivered_, 0)});
  }

  const std::vector<Sample>& samples() const { return samples_; }
  BandwidthEstimator& estimator() { return estimator_; }
  FlowConfig& config() { return config_; }
  // Media that arrived per second in (from, to].
  BitRate goodput(Instant from, Instant to) const {
    double bytes = 0;
    for (const Sample& s : samples_)
      if (s.at > from && s.at <= to) bytes += static_cast<double>(s.delivered);
    return rate_of(bytes, to - from);
  }
  int64_t padding() const { return padding_; }

 private:
  void begin(Instant now) {
    started_ = true;
    estimator_.set_demand(now, config_.asked + config_.audio);
    next_frame_ = next_audio_ = now;
    next_feedback_ = now + microseconds(static_cast<int64_t>(random_.next() % 50'000));
  }
  Instant oldest() const { return video_.empty() ? Instant::never() : video_.front().second; }

  template <class Send>
  void emit(Instant now, size_t size, ProbeId probe, bool padding, const Send& send) {
    estimator_.sent(now, sequence_, size, probe);
    pacer_.sent(now, size);
    if (padding) padding_ += static_cast<int64_t>(size);
    send(Packet{sequence_++, size, padding});
  }
  template <class Send>
  size_t send_video(Instant now, ProbeId probe, const Send& send) {
    const size_t size = video_.front().first;
    waiting_ -= size;
    video_.pop_front();
    emit(now, size, probe, false, send);
    return size;
  }
  BitRate video_rate() const {
    BitRate rate = std::min(estimator_.target() - config_.audio, config_.asked);
    if (!config_.steps.empty()) {
      BitRate step{};
      for (const BitRate s : config_.steps)
        if (s <= rate) step = s;
      rate = step;
    }
    return rate < config_.least_video ? BitRate{} : std::max(rate, BitRate{});
  }
  template <class Send>
  void make_media(Instant now, const Send& send) {
    if (now >= next_audio_) {
      next_audio_ = next_audio_ + milliseconds(20);
      emit(now, static_cast<size_t>(config_.audio.bytes_in(milliseconds(20))), 0, false, send);
    }
    if (now < next_frame_) return;
    next_frame_ = next_frame_ + microseconds(33'333);
    // Frames differ by a fifth either way.
    double bytes = video_rate().bytes_in(microseconds(33'333)) * (0.8 + 0.4 * unit(random_));
    bytes += owed_;
    owed_ = 0;
    if (bytes < 100) {
      owed_ = bytes;
      return;
    }
    const auto packets = static_cast<size_t>(bytes / 1200) + 1;
    for (size_t i = 0; i < packets; ++i) {
      const size_t size = static_cast<size_t>(bytes) / packets;
      video_.emplace_back(size, now);
      waiting_ += size;
    }
  }
  template <class Send>
  void send_probe(Instant now, const Send& send) {
    if (auto plan = estimator_.take_probe()) probe_ = *plan, probe_sent_ = 0, probe_start_ = now;
    if (!probe_) return;
    if (now >= probe_->expires) {
      probe_.reset();
      return;
    }
    while (probe_ &&
           static_cast<double>(probe_sent_) <= probe_->rate.bytes_in(now - probe_start_)) {
      if (!video_.empty() && video_.front().first <= probe_->packet_size) {
        probe_sent_ += send_video(now, probe_->id, send);
      } else {
        emit(now, probe_->packet_size, probe_->id, true, send);
        probe_sent_ += probe_->packet_size;
      }
      if (probe_sent_ >= probe_->bytes) probe_.reset();
    }
  }

  FlowConfig config_;
  SeededRandom random_;
  BandwidthEstimator estimator_;
  Pacer pacer_;
  TwccReceiver receiver_;
  std::deque<std::pair<Instant, TransportFeedback>> reports_;
  std::deque<std::pair<size_t, Instant>> video_;  // sizes of packets that wait for the pacer
  size_t waiting_ = 0;
  double owed_ = 0;
  Instant next_frame_, next_audio_, next_feedback_;
  Duration last_interval_ = milliseconds(100);
  size_t received_bytes_ = 0;
  int64_t delivered_ = 0, padding_ = 0;
  uint16_t sequence_ = 65'000;
  std::optional<ProbePlan> probe_;
  size_t probe_sent_ = 0;
  Instant probe_start_;
  bool started_ = false;
  std::vector<Sample> samples_;
};

class World {
 public:
  struct Delay {
    Instant at;
    Duration queue;  // what a packet that came then had to wait for
  };
  static constexpr Duration sampling = milliseconds(50);

  World(const LinkConfig& path, uint64_t seed) : link(path), seed_(seed), random_(seed) {}

  Flow& add(const FlowConfig& config = {}) {
    flows_.push_back(std::make_unique<Flow>(config, seed_ * 1000 + flows_.size()));
    return *flows_.back();
  }
  void run(Duration time) {
    for (const Instant end = now + time; now < end; now = now + milliseconds(1)) step();
  }
  // Of the packets that came in (from, to], the delay that a share `p` of them had at most.
  Duration queue(Instant from, Instant to, double p = 0.95) const {
    std::vector<Duration> all;
    for (const Delay& d : delays_)
      if (d.at > from && d.at <= to) all.push_back(d.queue);
    if (all.empty()) return {};
    const auto n = static_cast<std::ptrdiff_t>(p * static_cast<double>(all.size() - 1));
    std::nth_element(all.begin(), all.begin() + n, all.end());
    return all[static_cast<size_t>(n)];
  }
  double dropped_share() const {
    return static_cast<double>(dropped_) / static_cast<double>(std::max<size_t>(1, offered_));
  }

  LinkConfig link;
  Instant now = Instant{} + seconds(100);

 private:
  struct Queued {
    size_t flow;
    Packet packet;
    double left;  // bytes still to be sent
  };
  struct Flying {
    Instant at;
    size_t flow;
    Packet packet;
  };

  void step() {
    for (size_t i = 0; i < flows_.size(); ++i)
      flows_[i]->step(now, [&](const Packet& packet) { offer(i, packet); });
    serve();
    while (!flying_.empty() && flying_.front().at <= now) {
      flows_[flying_.front().flow]->arrived(flying_.front().at, flying_.front().packet);
      flying_.pop_front();
    }
    for (auto& flow : flows_) flow->report(now, link.one_way, link.rate.bps > 0);
    if (now.us % sampling.us != 0) return;
    for (auto& flow : flows_) flow->sample(now);
  }
  void offer(size_t flow, const Packet& packet) {
    ++offered_;
    const Duration wait =
        link.rate.bps > 0 ? link.rate.time_for(queued_) : link.longest_queue + milliseconds(1);
    if (wait > link.longest_queue) {
      ++dropped_;
      return;
    }
    delays_.push_back({now, wait});
    queue_.push_back({flow, packet, static_cast<double>(packet.size)});
    queued_ += static_cast<double>(packet.size);
  }
  void serve() {
    double budget = link.rate.bytes_in(milliseconds(1));
    while (!queue_.empty() && budget > 0) {
      Queued& first = queue_.front();
      const double part = std::min(budget, first.left);
      first.left -= part;
      budget -= part;
      queued_ -= part;
      if (first.left > 1e-9) break;
      const Duration spare = link.rate.time_for(budget);
      Instant arrival = now + milliseconds(1) - spare + link.one_way;
      if (link.jitter.us > 0)
        arrival = arrival + microseconds(static_cast<int64_t>(
                                random_.next() % static_cast<uint64_t>(link.jitter.us)));
      last_arrival_ = std::max(last_arrival_, arrival);
      if (unit(random_) >= link.loss) flying_.push_back({last_arrival_, first.flow, first.packet});
      queue_.pop_front();
    }
    if (queue_.empty()) queued_ = 0;
  }

  uint64_t seed_;
  SeededRandom random_;
  std::vector<std::unique_ptr<Flow>> flows_;
  std::deque<Queued> queue_;
  std::deque<Flying> flying_;
  double queued_ = 0;
  Instant last_arrival_;
  size_t offered_ = 0, dropped_ = 0;
  std::vector<Delay> delays_;
};

}  // namespace vicino::rtc::bottleneck
