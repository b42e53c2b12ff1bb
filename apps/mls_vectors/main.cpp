// vicino-mls-vectors FOLDER: runs every file in the official MLS test vector formats that it finds
// there.
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>

#include "check.h"

namespace vicino::mls_vectors {
namespace {

// A format is known by what its vectors have, whatever the file is called.
struct Format {
  const char* name;
  std::vector<const char*> members;
  void (*check)(const Json&);
};

const std::vector<Format>& formats() {
  static const std::vector<Format> all = {
      {"tree-math", {"n_leaves", "n_nodes", "root", "sibling"}, check_tree_math},
      {"deserialization", {"vlbytes_header", "length"}, check_deserialization},
      {"crypto-basics",
       {"ref_hash", "expand_with_label", "encrypt_with_label"},
       check_crypto_basics},
      {"secret-tree", {"encryption_secret", "sender_data", "leaves"}, check_secret_tree},
      {"message-protection",
       {"membership_key", "proposal_priv", "application_priv"},
       check_message_protection},
      {"key-schedule", {"initial_init_secret", "epochs"}, check_key_schedule},
      {"psk_secret", {"psks", "psk_secret"}, check_psk_secret},
      {"transcript-hashes",
       {"authenticated_content", "interim_transcript_hash_before"},
       check_transcript_hashes},
      {"passive-client",
       {"welcome", "key_package", "epochs", "initial_epoch_authenticator"},
       check_passive_client},
      {"welcome", {"welcome", "key_package", "init_priv", "signer_pub"}, check_welcome},
      {"tree-operations", {"tree_before", "tree_after", "proposal_sender"}, check_tree_operations},
      {"tree-validation", {"tree", "tree_hashes", "resolutions"}, check_tree_validation},
      {"treekem", {"ratchet_tree", "leaves_private", "update_paths"}, check_treekem},
      {"messages", {"mls_welcome", "mls_group_info", "private_message"}, check_messages},
  };
  return all;
}

const Format* format_of(const Json& vector) {
  for (const Format& format : formats()) {
    const bool fits =
        vector.is_object() && std::ranges::all_of(format.members, [&](const char* member) {
          return vector.contains(member);
        });
    if (fits) return &format;
  }
  return nullptr;
}

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
}  // namespace vicino::mls_vectors

int main(int count, char** arguments) {
  if (count != 2) {
    std::cerr << "usage: vicino-mls-vectors FOLDER\n";
    return 2;
  }
  return vicino::mls_vectors::run(arguments[1]);
}
