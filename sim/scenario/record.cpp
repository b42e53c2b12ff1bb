#include <nlohmann/json.hpp>

#include "sim/scenario/report.h"

namespace vicino::sim {

std::string record(const Course& course) {
  nlohmann::ordered_json line;
  line["scenario"] = course.scenario().name;
  line["title"] = course.scenario().title;
  line["seed"] = course.seed();
  line["figures"] = nlohmann::ordered_json::array();
  for (const Verdict& v : judge(course)) {
    nlohmann::ordered_json figure;
    figure["name"] = name_of(v.must, course.end());
    figure["value"] = v.value;
    figure["text"] = text_of(v.must.figure, v.value);
    figure["limit"] = limit_of(v.must);
    figure["kept"] = v.kept;
    line["figures"].push_back(std::move(figure));
  }
  return line.dump();
}

}  // namespace vicino::sim
