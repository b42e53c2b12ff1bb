// vicino-mls-vectors FOLDER: runs every file in the official MLS test vector formats that it finds
// there, at any depth and under any name. Its last line is always "N passed, N failed, N skipped",
// after a line for each failure and each reason to skip. Exit status: 0, nothing failed; 1,
// something failed; 2, there were no files.
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
  const auto failed = [&](const std::string& why) {
    ++tally.failed;
    std::cout << "FAILED " << name << " (" << format->name << "): " << why << "\n";
  };
  try {
    format->check(vector);
    ++tally.passed;
  } catch (const Skipped& skipped) {
    tally.skip(std::string(format->name) + ": " + skipped.why);
  } catch (const Failed& why) {
    failed(why.why);
  } catch (const std::exception& error) {  // of JSON, or out of memory: the rest still runs
    failed(error.what());
  }
}

void run_file(const std::filesystem::path& path, const std::string& name, Tally& tally) {
  std::ifstream file(path);
  if (!file) return tally.skip(name + ": can't be read");
  const Json content = Json::parse(file, nullptr, false);
  if (content.is_discarded()) return tally.skip(name + ": not JSON");
  if (!content.is_array()) return run_vector(name, 0, content, tally);
  if (content.empty()) tally.skip(name + ": no vectors in it");
  for (size_t i = 0; i < content.size(); ++i) run_vector(name, i, content[i], tally);
}

struct Found {
  std::vector<std::filesystem::path> files;  // regular ones at any depth, sorted
  std::vector<std::string> unseen;           // folders that can't be looked into, and why
};

Found files_of(const std::filesystem::path& folder) {
  using std::filesystem::directory_iterator, std::filesystem::recursive_directory_iterator;
  constexpr auto options = std::filesystem::directory_options::skip_permission_denied;
  Found found;
  std::error_code error;
  (void)directory_iterator(folder, error);
  if (error) return {{}, {folder.string() + ": " + error.message()}};
  recursive_directory_iterator entry(folder, options, error);
  while (!error && entry != recursive_directory_iterator()) {
    std::error_code unknown;
    if (entry->is_regular_file(unknown)) found.files.push_back(entry->path());
    if (entry->is_directory(unknown) && !entry->is_symlink(unknown)) {
      (void)directory_iterator(entry->path(), unknown);
      if (unknown) found.unseen.push_back(entry->path().string() + ": " + unknown.message());
    }
    entry.increment(error);
  }
  if (error) found.unseen.push_back(folder.string() + ": " + error.message());
  std::ranges::sort(found.files);
  return found;
}

int run(const std::filesystem::path& folder) {
  Tally tally;
  const Found found = files_of(folder);
  for (const std::string& why : found.unseen) std::cout << why << "\n";
  if (found.files.empty()) std::cout << "no files in " << folder.string() << "\n";
  for (const auto& file : found.files)
    run_file(file, file.lexically_relative(folder).string(), tally);
  for (const auto& [why, count] : tally.skips)
    std::cout << "skipped " << count << ": " << why << "\n";
  std::cout << tally.passed << " passed, " << tally.failed << " failed, " << tally.skipped
            << " skipped\n";
  if (tally.failed > 0) return 1;
  return found.files.empty() ? 2 : 0;
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
