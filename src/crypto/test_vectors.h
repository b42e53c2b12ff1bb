// For tests: test vectors other people made, read from files that aren't part of the repository.
#pragma once

#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "base/encoding.h"

namespace vicino::crypto {

inline std::string vectors_path(const std::string& name) {
  const char* const folder = std::getenv("VICINO_VECTORS");
  return (folder ? std::string(folder) : VICINO_SOURCE_DIR "/../shared/vectors") + "/" + name;
}

// nullopt when there is no such file: the caller's test skips then, with no_vectors as the reason.
inline std::optional<nlohmann::json> read_vectors(const std::string& name) {
  std::ifstream file(vectors_path(name));
  if (!file) return std::nullopt;
  return nlohmann::json::parse(file);
}

inline std::string no_vectors(const std::string& name) {
  return "no test vectors at " + vectors_path(name);
}

inline Buffer hex(const nlohmann::json& text) {
  return from_hex(text.get<std::string>()).value();
}

}  // namespace vicino::crypto
