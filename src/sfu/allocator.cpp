#include "sfu/allocator.h"

#include <algorithm>

namespace vicino::sfu {
namespace {

using rtc::BitRate;

// One way to show a slot. Steps go from the least to the best and cost more each.
struct Step {
  LayerChoice choice;
  double scale;
  BitRate rate;
};

struct Candidate {
  const SlotDemand* demand;
  const SlotAllocation* before = nullptr;
  std::vector<Step> steps;
  size_t level = 0;  // steps taken: 0 is paused
  size_t cap = 0;    // no more than so many
  bool may_rise = true;

  BitRate rate_at(size_t l) const { return l == 0 ? BitRate{} : steps[l - 1].rate; }
  BitRate rate() const { return rate_at(level); }
};

// The fewest temporal layers that a larger layer has to come with.
size_t least_temporal(const LayerRates& layer) {
  size_t least = layer.up_to.size() - 1;
  double pictures = layer.pictures_per_second / 2;
  for (; least > 0 && pictures >= least_pictures; pictures /= 2) --least;
  return least;
}

// No larger than the layer that fits the tile; what costs as much as something better is left out.
std::vector<Step> steps_of(const SlotDemand& demand) {
  std::vector<LayerOption> options;
  for (const LayerRates& layer : demand.layers) options.push_back({layer.scale, layer.flowing});
  if (options.empty()) return {};
  const size_t best = choose_layer(options, demand.largest, demand.wanted);
  const auto all_of = [&](size_t layer) { return demand.layers[layer].up_to.size() - 1; };
  // Nothing flows: it is waited for, at no cost.
  if (!options[best].flowing) return {{{best, all_of(best)}, options[best].scale, BitRate{}}};
  double smallest = options[best].scale;
  for (const LayerOption& option : options) {
    if (option.flowing) smallest = std::min(smallest, option.scale);
  }
  std::vector<Step> all;
  for (size_t i = 0; i < options.size(); ++i) {
    if (!options[i].flowing || options[i].scale > options[best].scale) continue;
    const bool is_smallest = options[i].scale == smallest;
    for (size_t t = is_smallest ? 0 : least_temporal(demand.layers[i]); t <= all_of(i); ++t)
      all.push_back({{i, t}, options[i].scale, demand.layers[i].up_to[t]});
  }
  std::ranges::stable_sort(all, {}, &Step::scale);
  std::vector<Step> steps;
  for (Step& step : all) {
    while (!steps.empty() && steps.back().rate >= step.rate) steps.pop_back();
    steps.push_back(step);
  }
  return steps;
}

// How many of today's steps are no better than the choice of before.
size_t level_before(const Candidate& c) {
  if (!c.before->choice) return 0;
  const LayerChoice& choice = *c.before->choice;
  if (choice.layer >= c.demand->layers.size()) return c.steps.empty() ? 0 : 1;
  const double scale = c.demand->layers[choice.layer].scale;
  size_t level = 0;
  for (const Step& step : c.steps) {
    if (step.scale > scale || (step.scale == scale && step.choice.temporal > choice.temporal))
      break;
    ++level;
  }
  // A layer is gone and only larger ones flow: the least of them.
  return level == 0 && !c.steps.empty() ? 1 : level;
}

Candidate candidate(Instant now, const SlotDemand& demand, const Allocation& previous) {
  Candidate c{.demand = &demand, .before = nullptr, .steps = steps_of(demand)};
  const auto before = std::ranges::find(previous.slots, demand.content, &SlotAllocation::content);
  c.cap = c.steps.size();
  if (before == previous.slots.end()) return c;
  c.before = &*before;
  c.cap = level_before(c);
  c.may_rise = before->wanted != demand.wanted ||
               now - before->changed >= (before->fell ? up_after_fall : up_after_rise);
  return c;
}

class Filling {
 public:
  Filling(const Bandwidth& bandwidth, BitRate audio, std::vector<Candidate>& all)
      : bandwidth_(bandwidth.now),
        for_kept_(bandwidth.now * keep_margin),
        for_better_(std::max(bandwidth.now * (1 / up_margin),
                             std::min(bandwidth.now, bandwidth.lately * (1 / steady_margin)))),
        used_(audio),
        audio_(audio) {
    for (Candidate& c : all) (c.demand->focus ? focus_ : others_).push_back(&c);
    const auto area = [](const Candidate* c) {
      return static_cast<uint32_t>(c->demand->wanted.width) * c->demand->wanted.height;
    };
    std::ranges::stable_sort(others_, std::ranges::greater{}, area);
  }

  void run() {
    raise_focus_caps();
    for (Candidate* c : focus_) {
      while (take_step(*c, c->cap, known(*c))) {
      }
    }
    take_rounds([this](const Candidate& c) { return known(c); },
                [](const Candidate& c) { return c.cap; });
    take_rounds([this](const Candidate&) { return for_better_; },
                [](const Candidate& c) { return c.may_rise ? c.steps.size() : c.cap; });
  }
  BitRate used() const { return used_; }

 private:
  // What is in focus may rise at the cost of the others, which then have to fit beside it.
  void raise_focus_caps() {
    BitRate taken = audio_;
    for (Candidate* c : focus_) {
      while (c->may_rise && c->cap < c->steps.size() &&
             taken + c->rate_at(c->cap + 1) <= for_better_) {
        ++c->cap;
        for_kept_ = bandwidth_;
      }
      taken = taken + c->rate_at(c->cap);
    }
  }
  // For what a slot had before, or has at first.
  BitRate known(const Candidate& c) const { return c.before ? for_kept_ : bandwidth_; }
  bool take_step(Candidate& c, size_t most, BitRate limit) {
    if (c.level >= std::min(most, c.steps.size())) return false;
    const BitRate next = used_ - c.rate() + c.rate_at(c.level + 1);
    // What costs nothing always fits.
    if (next > limit && c.rate_at(c.level + 1) > BitRate{}) return false;
    ++c.level;
    used_ = next;
    return true;
  }
  // Everybody one step, again and again; who can't is left out from then on.
  template <class Limit, class Most>
  void take_rounds(const Limit& limit, const Most& most) {
    std::vector<Candidate*> rising = others_;
    while (!rising.empty())
      std::erase_if(rising, [&](Candidate* c) { return !take_step(*c, most(*c), limit(*c)); });
  }

  BitRate bandwidth_, for_kept_, for_better_, used_, audio_;
  std::vector<Candidate*> focus_, others_;
};

SlotAllocation result_of(Instant now, const Candidate& c) {
  SlotAllocation slot{.content = c.demand->content,
                      .wanted = c.demand->wanted,
                      .choice = {},
                      .rate = c.rate(),
                      .changed = now};
  if (c.level > 0) slot.choice = c.steps[c.level - 1].choice;
  if (!c.before) return slot;
  slot.fell = c.level < level_before(c);
  if (slot.choice == c.before->choice) {
    slot.changed = c.before->changed;
    slot.fell = c.before->fell;
  }
  return slot;
}

}  // namespace

Allocation allocate(Instant now, Bandwidth bandwidth, BitRate audio,
                    std::span<const SlotDemand> demands, const Allocation& previous) {
  std::vector<Candidate> all;
  all.reserve(demands.size());
  for (const SlotDemand& demand : demands) all.push_back(candidate(now, demand, previous));
  Filling filling(bandwidth, audio, all);
  filling.run();
  Allocation result{.slots = {}, .used = filling.used(), .demand = audio};
  for (const Candidate& c : all) {
    result.slots.push_back(result_of(now, c));
    result.demand = result.demand + c.rate_at(c.steps.size());
  }
  return result;
}

}  // namespace vicino::sfu
