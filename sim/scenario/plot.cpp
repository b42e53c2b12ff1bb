#include <algorithm>
#include <cstdio>

#include "sim/scenario/report.h"

namespace vicino::sim {
namespace {

constexpr int page_width = 900, left = 70, right = 20, panel = 150, gap = 45, top = 60;

struct Line {
  const char* name;
  const char* colour;
  const std::vector<double>* values;
};

template <class... Values>
std::string format(const char* pattern, Values... values) {
  char text[512];
  std::snprintf(text, sizeof text, pattern, values...);
  return text;
}

std::string escaped(const std::string& text) {
  std::string safe;
  for (const char c : text) safe += c == '<' ? "&lt;" : c == '&' ? "&amp;" : std::string(1, c);
  return safe;
}

std::string points(const std::vector<double>& values, double most, int bottom) {
  std::string all;
  for (size_t i = 0; i < values.size(); ++i) {
    const double x = left + (static_cast<double>(i) + 0.5) * (page_width - left - right) /
                                static_cast<double>(values.size());
    all += format("%.1f,%.1f ", x, bottom - values[i] / most * panel);
  }
  return all;
}

// One diagram: a scale, and its lines one over the other.
std::string diagram(int number, const char* unit, const std::vector<Line>& lines) {
  double most = 1;
  for (const Line& line : lines) most = std::max(most, *std::ranges::max_element(*line.values));
  most *= 1.05;
  const int bottom = top + number * (panel + gap) + panel;
  std::string svg = format(
      "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" fill=\"none\" stroke=\"#ccc\"/>\n"
      "<text x=\"%d\" y=\"%d\" text-anchor=\"end\">%.0f</text>\n"
      "<text x=\"%d\" y=\"%d\" text-anchor=\"end\">0 %s</text>\n",
      left, bottom - panel, page_width - left - right, panel, left - 6, bottom - panel + 10, most,
      left - 6, bottom, unit);
  int at = left;
  for (const Line& line : lines) {
    svg += format("<polyline fill=\"none\" stroke=\"%s\" stroke-width=\"1.5\" points=\"",
                  line.colour) +
           points(*line.values, most, bottom) + "\"/>\n";
    svg += format("<text x=\"%d\" y=\"%d\" fill=\"%s\">%s</text>\n", at, bottom - panel - 6,
                  line.colour, line.name);
    at += 90;
  }
  return svg;
}

}  // namespace

std::string plot(const Course& course) {
  const Scenario& scenario = course.scenario();
  const Curves curves = curves_of(course);
  constexpr int height = top + 3 * (panel + gap) + 20;
  std::string svg = format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" "
      "font-family=\"sans-serif\" font-size=\"12\">\n<rect width=\"100%%\" height=\"100%%\" "
      "fill=\"white\"/>\n",
      page_width, height);
  svg += format("<text x=\"%d\" y=\"22\" font-size=\"15\">", left) +
         escaped(scenario.name + ": " + scenario.title) +
         format(" (seed %llu, %lld s)</text>\n", static_cast<unsigned long long>(course.seed()),
                static_cast<long long>(scenario.length.us / 1'000'000));
  std::vector<Line> rates = {{"path", "#999999", &curves.capacity},
                             {"rate", "#0066cc", &curves.rate}};
  if (scenario.side == Side::up) rates.push_back({"target", "#cc6600", &curves.target});
  svg += diagram(0, "kbit/s", rates);
  svg += diagram(1, "ms", {{"queue", "#aa0033", &curves.queue}});
  svg += diagram(2, "lines", {{"picture", "#228833", &curves.height}});
  return svg + "</svg>\n";
}

}  // namespace vicino::sim
