// A run on one screen of text, as a picture, and as a line for the record.
#pragma once

#include <span>
#include <string>

#include "sim/scenario/figures.h"

namespace vicino::sim {

// What is drawn of a run, sampled in equal steps.
struct Curves {
  static constexpr size_t count = 100;
  Duration step;
  std::vector<double> rate, target, capacity;  // kbit/s; what isn't known is zero
  std::vector<double> queue;                   // ms, the longest wait
  std::vector<double> height;                  // of the pictures seen, the tallest; zero: none
};
Curves curves_of(const Course& course);

// Eight heights of block, the highest for the largest value; of at most `width` characters.
std::string sparkline(std::span<const double> values, size_t width);

std::string text_report(const Course& course);
// A whole SVG document.
std::string plot(const Course& course);
// One JSON object without a line's end.
std::string record(const Course& course);

}  // namespace vicino::sim
