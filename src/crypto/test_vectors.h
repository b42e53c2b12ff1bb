// For tests: test vectors other people made, read from files that aren't part of the repository.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "base/encoding.h"

namespace vicino::crypto {

// nullopt, said on standard output, when there is no such file: the caller's test then passes
// without having tested anything but the vectors typed into it.
inline std::optional<nlohmann::json> read_vectors(const std::string& name) {
  const char* const folder = std::getenv("VICINO_VECTORS");
  const std::string path =
      (folder ? std::string(folder) : VICINO_SOURCE_DIR "/../shared/vectors") + "/" + name;
  std::ifstream file(path);
  if (!file) {
    std::printf("no test vectors at %s\n", path.c_str());
    return std::nullopt;
  }
  return nlohmann::json::parse(file);
}

inline Buffer hex(const nlohmann::json& text) {
  return from_hex(text.get<std::string>()).value();
}

}  // namespace vicino::crypto
