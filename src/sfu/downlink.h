// The path to one receiver that reports what arrives: how much it carries, and what is done with
// it. Pure bookkeeping; the room acts on it (room_downlink.cpp).
#pragma once

#include "rtc/bandwidth_estimator.h"
#include "rtc/pacer.h"
#include "sfu/allocator.h"
#include "sfu/rewriter.h"

namespace vicino::sfu {

struct Slot;

// A packet that waits for its turn: where it is kept, not itself.
struct HeldPacket {
  Slot* slot = nullptr;
  StreamKey stream = 0;
  int64_t sequence = 0;
  size_t size = 0;
  Instant since;
};

// What voices take, those that the path carries and those that it doesn't.
struct VoiceRates {
  rtc::BitRate sent, held_back;
};

class Downlink {
 public:
  Downlink(Instant now, const rtc::BandwidthConfig& config) : estimator_(config), made_(now) {}

  // Every packet that goes out with a transport-wide number; `size` with what surrounds it on the
  // way (rate_meter.h).
  void sent(Instant now, uint16_t transport_sequence, size_t size, rtc::ProbeId probe) {
    estimator_.sent(now, transport_sequence, size, probe);
    pacer_.sent(now, size);
  }
  void feedback(Instant now, const rtc::TransportFeedback& feedback);
  // Each time that the room looks at its receivers.
  void tick(Instant now);

  // What may be planned with. No limit while what the estimate began with is all there is to it:
  // what goes out already would be cut down to a guess.
  rtc::BitRate bandwidth() const { return settled_ ? estimator_.planned() : unlimited; }
  rtc::BitRate estimate() const { return estimator_.planned(); }

  // Whether the slots' shares should be looked at again.
  bool due(Instant now) const;
  const Allocation& allocation() const { return allocation_; }
  void share(Instant now, const VoiceRates& voices, std::span<const SlotDemand> demands);

  // Video in bursts that the path can't take at once waits here, in order. Where the path is wide
  // nothing does.
  static constexpr size_t most_held = 512;
  bool passes(Instant now, size_t bytes) const {
    return !settled_ || (waiting_ == 0 && pacer_.passes(now, bytes));
  }
  // False: too many wait already.
  bool hold(const HeldPacket& packet);
  // The next one, if it may go now.
  const HeldPacket* take_held(Instant now);
  // Whatever waits of this slot goes to nobody.
  void drop_held(const Slot& slot);

  // Whether something may be sent again now: repetitions get a share of the path at most, or what
  // is missing crowds out what is new, which is then missing.
  bool may_repeat(Instant now, size_t bytes);

  // Whether each packet of a voice goes out once more with the next one, and what was asked for
  // again goes out twice: while the path loses some, and has room for it.
  bool sends_twice(Instant now) const { return now < twice_until_; }

  // The bandwidth probe under way: how many bytes of it are to be sent now, in packets of at most
  // packet_size(); 0 for none.
  size_t probe_due(Instant now);
  size_t packet_size() const { return probe_->plan.packet_size; }
  rtc::ProbeId probe() const { return probe_->plan.id; }
  void probed(size_t bytes);
  void give_up_probe() { probe_.reset(); }
  // When the room has to do something here, beside its ticks.
  Instant next_due(Instant now) const;

 private:
  static constexpr rtc::BitRate unlimited = rtc::kilobits_per_second(1'000'000);
  // How long the estimate may take to find out about a path that is wide enough. Longer floods
  // those that aren't and say so late, shorter takes pictures away that would fit.
  static constexpr Duration settling = seconds(2);
  // How often the shares are looked at where something is left to be desired, and where nothing is.
  static constexpr Duration review = milliseconds(200), calm_review = seconds(1);
  // How long the estimate must have been enough for a better layer that only just fits. Longer
  // leaves more of a path unused, shorter takes a lucky moment for what the path carries.
  static constexpr Duration lately = seconds(5);
  static constexpr Duration probe_step = milliseconds(1);
  // Of the estimate, and how much of it at once. More repairs heavier loss, less leaves more of a
  // path that became narrow to what fits it.
  static constexpr double repeated_share = 0.5;
  static constexpr Duration repeated_burst = milliseconds(100);

  // From this share lost on that is so, for so long after it was last seen: what arrives
  // the second time doesn't count as lost. Not where that would be much of the path.
  static constexpr double lossy = 0.02;
  static constexpr Duration lossy_time = seconds(20);
  static constexpr rtc::BitRate room_for_copies = rtc::kilobits_per_second(250);

  struct Probe {
    rtc::ProbePlan plan;
    Instant start, next;
    size_t sent = 0;
  };
  void pace(Instant now);
  void settle(Instant now);
  void review_loss(Instant now);

  rtc::BandwidthEstimator estimator_;
  rtc::Pacer pacer_;
  // A ring that grows to what waits at most.
  std::vector<HeldPacket> held_;
  size_t first_held_ = 0, held_count_ = 0;
  size_t waiting_ = 0;    // bytes
  size_t allowance_ = 0;  // of those that are taken now
  Instant made_;
  bool settled_ = false;
  rtc::BitRate best_;  // estimate so far
  rtc::SlidingMinimum<rtc::BitRate> least_{lately};
  rtc::BitRate lately_;
  Allocation allocation_;
  std::optional<Instant> shared_at_;
  bool content_ = false;  // nothing was held back or poorer than wanted
  std::optional<Probe> probe_;
  Instant twice_until_;
  double repeated_ = 0;  // bytes ahead of that share, at `repeated_at_`
  Instant repeated_at_;
};

}  // namespace vicino::sfu
