#include "sfu/speaker.h"

#include <algorithm>
#include <numeric>

#include "sfu/allocator.h"

namespace vicino::sfu {
namespace {

constexpr double speech = 77;  // -50 dBov: lower takes noise for speech, higher misses quiet people
constexpr double rise = 0.4;   // per packet: higher lets a cough in, lower cuts first syllables
constexpr double fall = 0.05;  // per packet: about 400 ms
constexpr double clearly_louder = 10;                  // dB: lower flaps between equal voices
constexpr Duration silence_after = milliseconds(500);  // without packets
constexpr Duration recently = seconds(2);              // a pause between sentences keeps the slot

}  // namespace

bool SpeakerLevel::heard(Instant now, uint8_t level) {
  const bool spoke_before = spoke_recently(now);
  const double loud = 127.0 - std::min<double>(level, 127);
  smoothed_ = now - last_packet_ > silence_after ? 0 : smoothed_;
  smoothed_ += (loud > smoothed_ ? rise : fall) * (loud - smoothed_);
  last_packet_ = now;
  if (smoothed_ < speech) return false;
  last_spoke_ = now;
  return !spoke_before;
}

double SpeakerLevel::loudness(Instant now) const {
  return now - last_packet_ > silence_after ? 0 : smoothed_;
}

bool SpeakerLevel::spoke_recently(Instant now) const {
  return now - last_spoke_ < recently;
}

std::vector<size_t> pick_voices(std::span<const Voice> voices, size_t count) {
  std::vector<size_t> order(voices.size());
  std::iota(order.begin(), order.end(), size_t{0});
  const auto before = [&](size_t a, size_t b) {
    const Voice &x = voices[a], &y = voices[b];
    if (x.spoke_recently != y.spoke_recently) return x.spoke_recently;
    if (!x.spoke_recently) {
      if (x.heard_now != y.heard_now) return x.heard_now;
      return x.last_spoke > y.last_spoke;
    }
    return x.loudness + (x.heard_now ? clearly_louder : 0) >
           y.loudness + (y.heard_now ? clearly_louder : 0);
  };
  std::ranges::stable_sort(order, before);
  order.resize(std::min(order.size(), count));
  return order;
}

std::vector<bool> fitting_voices(std::span<const Voice> voices, rtc::BitRate path) {
  std::vector<bool> fitting;
  rtc::BitRate taken;
  for (const Voice& voice : voices) {
    const rtc::BitRate with = taken + voice.rate;
    fitting.push_back(fitting.empty() || (voice.heard_now ? with : with * up_margin) <= path);
    if (fitting.back()) taken = with;
  }
  return fitting;
}

}  // namespace vicino::sfu
