// The built web app in memory: read once at start, served from there.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "net/http_server.h"

namespace vicino::net {

class StaticFiles {
 public:
  // Errors as a sentence: the folder can't be read, or has no index.html.
  static std::expected<StaticFiles, std::string> load(const std::filesystem::path& folder);

  // The answer to GET or HEAD of `target`; nullopt: no such file. "/" and every link path ("/j/...") is index.html.
  std::optional<HttpResponse> serve(const HttpRequest& request) const;

 private:
  struct File {
    std::string body;
    std::string_view mime;
    std::string etag;
    bool hashed_name;  // may be cached for ever
  };
  std::unordered_map<std::string, File> files_;  // by path, "/index.html"
};

}  // namespace vicino::net
