// Which layer each video slot of one receiver gets within the measured bandwidth. A pure function
// of what is wanted, what the layers cost and what was chosen before.
//
// Audio comes first and is never refused. Then the slots in focus (pinned, speaking, screen), each
// as good as it goes; then the others, largest first: everybody the least, then step by step. Of
// one track a larger picture comes before more pictures per second, as long as they look like
// motion. What doesn't fit is paused.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "base/time.h"
#include "rtc/bit_rate.h"
#include "sfu/layers.h"
#include "sfu/slots.h"

namespace vicino::sfu {

// One of Track::renditions, as measured lately.
struct LayerRates {
  double scale = 1;  // as Rendition::scale
  bool flowing = true;
  double pictures_per_second = 30;  // with all temporal layers, each of which doubles them
  // What it takes up to each temporal layer, lowest first; the last is all of it. Not empty.
  std::vector<rtc::BitRate> up_to;
};

// What a slot with content is to show.
struct SlotDemand {
  Content content;
  bool focus = false;
  Size wanted;   // of Slot::wanted
  Size largest;  // as announced by the publication, 0: unknown
  std::vector<LayerRates> layers;
};

struct LayerChoice {
  size_t layer = 0;     // index in SlotDemand::layers
  size_t temporal = 0;  // the highest that is sent
  friend bool operator==(const LayerChoice&, const LayerChoice&) = default;
};

struct SlotAllocation {
  Content content;
  Size wanted;
  std::optional<LayerChoice> choice;  // nullopt: paused for want of bandwidth
  rtc::BitRate rate;
  Instant changed;    // when the choice became another
  bool fell = false;  // and it became less
};

struct Allocation {
  std::vector<SlotAllocation> slots;  // in the order of the demands
  rtc::BitRate used;                  // with audio
  rtc::BitRate demand;  // what everything wanted would take: for the bandwidth estimator
};

// What the path carries by the estimate: now, and the least that this was in the last seconds.
struct Bandwidth {
  rtc::BitRate now, lately;
  // `lately` zero: that isn't known.
  constexpr Bandwidth(rtc::BitRate by_now, rtc::BitRate least_lately = {})
      : now(by_now), lately(least_lately) {}
};

// A better layer must fit this many times into what the path carries now, or into what it carried
// all the time lately. The first at least 1.1 / 0.9, or an estimate that swings by a tenth makes
// layers flap; higher ones leave more of the path unused.
inline constexpr double up_margin = 1.25, steady_margin = 1.1;
// ... and is taken no sooner than this after the slot's last change. Shorter asks for key frames
// more often, longer keeps the picture poor for longer.
inline constexpr Duration up_after_fall = seconds(4);
inline constexpr Duration up_after_rise = seconds(1);
// What a slot has already may take so much more than the path seems to carry: an estimate that
// swings by less would take layers away that fit. Higher leaves a queue for longer.
inline constexpr double keep_margin = 1.08;

// A larger layer with fewer pictures a second than this isn't better than a smaller one. Higher
// makes pictures smaller sooner, lower makes faces jerky.
inline constexpr double least_pictures = 10;

// `audio`: what the receiver's audio slots take together. `previous`: the last result, or empty; a
// slot is recognised by its content. A slot that is new or wanted at another size waits for
// nothing.
Allocation allocate(Instant now, Bandwidth bandwidth, rtc::BitRate audio,
                    std::span<const SlotDemand> demands, const Allocation& previous);

}  // namespace vicino::sfu
