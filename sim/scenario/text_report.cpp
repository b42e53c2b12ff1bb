#include <algorithm>
#include <array>

#include "sim/scenario/report.h"

namespace vicino::sim {
namespace {

std::string padded(std::string text, size_t width) {
  if (text.size() < width) text.append(width - text.size(), ' ');
  return text;
}

std::string curve(const char* name, std::span<const double> values, const char* unit) {
  constexpr size_t width = 64;
  const double most = values.empty() ? 0 : *std::ranges::max_element(values);
  return padded(name, 9) + sparkline(values, width) + " up to " +
         std::to_string(static_cast<int64_t>(most)) + " " + unit + "\n";
}

}  // namespace

std::string sparkline(std::span<const double> values, size_t width) {
  constexpr std::array<const char*, 9> blocks = {" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
  if (values.empty()) return "";
  const double most = std::max(*std::ranges::max_element(values), 1e-9);
  std::string line;
  width = std::min(width, values.size());
  for (size_t i = 0; i < width; ++i) {
    const size_t from = i * values.size() / width, to = (i + 1) * values.size() / width;
    double sum = 0;
    for (size_t j = from; j < to; ++j) sum += values[j];
    const double mean = sum / static_cast<double>(to - from);
    line += blocks[static_cast<size_t>(std::clamp(mean / most, 0.0, 1.0) * 8 + 0.5)];
  }
  return line;
}

std::string text_report(const Course& course) {
  const Scenario& scenario = course.scenario();
  std::string text = scenario.name + ": " + scenario.title + "\nseed " +
                     std::to_string(course.seed()) + ", " +
                     std::to_string(scenario.length.us / 1'000'000) + " s\n\n";
  for (const Verdict& v : judge(course)) {
    text += (v.kept ? "  kept    " : "  MISSED  ") + padded(name_of(v.must, course.end()), 56) +
            padded(text_of(v.must.figure, v.value), 14) + limit_of(v.must) + "\n";
  }
  const Curves curves = curves_of(course);
  text += "\n" + scenario.shown + (scenario.side == Side::up ? ", to" : ", from") + " the server\n";
  text += curve("rate", curves.rate, "kbit/s");
  if (scenario.side == Side::up) text += curve("target", curves.target, "kbit/s");
  text += curve("path", curves.capacity, "kbit/s");
  text += curve("queue", curves.queue, "ms");
  text += curve("picture", curves.height, "lines");
  return text;
}

}  // namespace vicino::sim
