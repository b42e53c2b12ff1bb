// vicino-sim: runs scenarios of calls on bad networks. Without arguments it lists them.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <fstream>

#include "sim/scenario/report.h"

namespace vicino::sim {
namespace {

struct Arguments {
  std::string scenario;
  uint64_t seed = 1;
  uint64_t seeds = 1;
  bool record = false;
  std::string folder = ".";
};

void list() {
  for (const Scenario& scenario : scenarios())
    std::printf("%-18s %s\n", scenario.name.c_str(), scenario.title.c_str());
}

bool kept(const Course& course) {
  bool all = true;
  for (const Verdict& verdict : judge(course)) all = all && verdict.kept;
  return all;
}

// On one screen, with a picture beside; or as a line of the record.
bool show(const Arguments& arguments, const Course& course) {
  if (arguments.record) {
    std::printf("%s\n", record(course).c_str());
  } else {
    const std::string file = arguments.folder + "/" + course.scenario().name + "-" +
                             std::to_string(course.seed()) + ".svg";
    std::ofstream(file) << plot(course);
    std::printf("%s\n%s\n\n", text_report(course).c_str(), file.c_str());
  }
  std::fflush(stdout);
  return kept(course);
}

int run(const Arguments& arguments) {
  if (arguments.scenario.empty()) {
    list();
    return 0;
  }
  bool found = false, all_kept = true;
  for (const Scenario& scenario : scenarios()) {
    if (arguments.scenario != "all" && arguments.scenario != scenario.name) continue;
    found = true;
    for (uint64_t i = 0; i < arguments.seeds; ++i)
      all_kept = show(arguments, Course(scenario, arguments.seed + i)) && all_kept;
  }
  if (!found) {
    std::fprintf(stderr, "vicino-sim: there is no scenario \"%s\"; these there are:\n",
                 arguments.scenario.c_str());
    list();
    return 2;
  }
  // What is recorded may have failed: that is for whoever reads it.
  return all_kept || arguments.record ? 0 : 1;
}

}  // namespace
}  // namespace vicino::sim

int main(int argc, char** argv) {
  vicino::sim::Arguments arguments;
  CLI::App app{"Calls on bad networks, in virtual time. The same seed gives the same course."};
  app.add_option("scenario", arguments.scenario, "which one, or all; none lists them");
  app.add_option("seed", arguments.seed, "of everything that is random")->capture_default_str();
  app.add_option("--seeds", arguments.seeds, "how many seeds, from that one on")
      ->capture_default_str();
  app.add_flag("--record", arguments.record, "JSON lines in place of reports");
  app.add_option("--plots", arguments.folder, "where the plots go")
      ->capture_default_str()
      ->check(CLI::ExistingDirectory);
  CLI11_PARSE(app, argc, argv);
  return vicino::sim::run(arguments);
}
