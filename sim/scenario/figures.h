// What the figures of a course are, and whether they are what they must be.
#pragma once

#include <string>

#include "sim/scenario/course.h"

namespace vicino::sim {

double measure(const Course& course, const Must& must);

struct Verdict {
  Must must;
  double value;
  bool kept;      // the limit
  bool no_worse;  // than what is known to be reached
};
std::vector<Verdict> judge(const Course& course);

// "queue p95 of ann up, 10 to 40 s", "41.2 ms", "at most 60 ms".
std::string name_of(const Must& must, Instant end);
std::string text_of(Figure figure, double value);
std::string limit_of(const Must& must);

}  // namespace vicino::sim
