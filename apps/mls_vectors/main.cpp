// vicino-mls-vectors FOLDER: runs every file in the official MLS test vector formats that it finds
// there.
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>

#include "check.h"

namespace vicino::mls_vectors {
namespace {

struct Failed {
  std::string why;
};
struct Skipped {
  std::string why;
};

struct Tally {
  size_t passed = 0, failed = 0, skipped = 0;
  std::map<std::string, size_t> skips;  // by reason

  void skip(const std::string& why, size_t count = 1) {
    skipped += count;
    skips[why] += count;
  }
};

void run_vector(const std::string& file, size_t number, const Json& vector, Tally& tally) {
  const Format* const format = format_of(vector);
  const std::string name = file + " " + std::to_string(number);
  if (!format) return tally.skip(file + ": not a format this tool knows");
  try {
    format->check(vector);
    ++tally.passed;
  } catch (const Skipped& skipped) {
    tally.skip(std::string(format->name) + ": " + skipped.why);
  } catch (const Failed& failed) {
    ++tally.failed;
    std::cout << "FAILED " << name << " (" << format->name << "): " << failed.why << "\n";
  } catch (const Json::exception& error) {
    ++tally.failed;
    std::cout << "FAILED " << name << " (" << format->name << "): " << error.what() << "\n";
  }
}

void run_file(const std::filesystem::path& path, Tally& tally) {
  std::ifstream file(path);
  const Json content = Json::parse(file, nullptr, false);
  const std::string name = path.filename().string();
  if (content.is_discarded()) return tally.skip(name + ": not JSON");
  if (!content.is_array()) return run_vector(name, 0, content, tally);
  for (size_t i = 0; i < content.size(); ++i) run_vector(name, i, content[i], tally);
}

int run(const std::filesystem::path& folder) {
  std::error_code error;
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder, error))
    if (entry.is_regular_file() && entry.path().extension() == ".json")
      files.push_back(entry.path());
  if (error || files.empty()) {
    std::cerr << "vicino-mls-vectors: no .json files in " << folder << "\n";
    return 2;
  }
  std::ranges::sort(files);
  Tally tally;
  for (const auto& file : files) run_file(file, tally);
  for (const auto& [why, count] : tally.skips)
    std::cout << "skipped " << count << ": " << why << "\n";
  std::cout << tally.passed << " passed, " << tally.failed << " failed, " << tally.skipped
            << " skipped\n";
  return tally.failed == 0 && tally.passed > 0 ? 0 : 1;
}

}  // namespace

void stop_failed(const std::string& why) {
  throw Failed{why};
}
void stop_skipped(const std::string& why) {
  throw Skipped{why};
}

}  // namespace vicino::mls_vectors

int main(int count, char** arguments) {
  if (count != 2) {
    std::cerr << "usage: vicino-mls-vectors FOLDER\n";
    return 2;
  }
  return vicino::mls_vectors::run(arguments[1]);
}
