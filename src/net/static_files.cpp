#include "net/static_files.h"

#include <openssl/sha.h>

#include <fstream>
#include <iterator>

#include "base/encoding.h"

namespace vicino::net {
namespace http = boost::beast::http;
namespace {

std::string_view mime_of(const std::filesystem::path& path) {
  static const std::unordered_map<std::string, std::string_view> types = {
      {".html", "text/html; charset=utf-8"},
      {".js", "text/javascript; charset=utf-8"},
      {".css", "text/css; charset=utf-8"},
      {".json", "application/json"},
      {".webmanifest", "application/manifest+json"},
      {".wasm", "application/wasm"},
      {".svg", "image/svg+xml"},
      {".png", "image/png"},
      {".ico", "image/x-icon"},
      {".woff2", "font/woff2"},
      {".txt", "text/plain; charset=utf-8"},
  };
  const auto found = types.find(path.extension().string());
  return found == types.end() ? "application/octet-stream" : found->second;
}

std::string etag_of(std::string_view body) {
  std::array<uint8_t, 32> hash;
  SHA256(as_bytes(body).data(), body.size(), hash.data());
  return '"' + to_hex(Bytes(hash).first(16)) + '"';
}

}  // namespace

std::expected<StaticFiles, std::string> StaticFiles::load(const std::filesystem::path& folder) {
  StaticFiles files;
  std::error_code error;
  for (std::filesystem::recursive_directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    if (!it->is_regular_file()) continue;
    std::ifstream file(it->path(), std::ios::binary);
    std::string body(std::istreambuf_iterator<char>(file), {});
    if (!file) return std::unexpected(it->path().string() + " can't be read");
    const std::string path = "/" + std::filesystem::relative(it->path(), folder).generic_string();
    std::string etag = etag_of(body);
    files.files_[path] = {std::move(body), mime_of(it->path()), std::move(etag), path.starts_with("/assets/")};
  }
  if (error) return std::unexpected(folder.string() + " can't be read: " + error.message());
  if (!files.files_.contains("/index.html")) return std::unexpected(folder.string() + " holds no built web app");
  return files;
}

std::optional<HttpResponse> StaticFiles::serve(const HttpRequest& request) const {
  const std::string_view target(request.target().data(), request.target().size());
  const std::string_view path = target.substr(0, target.find('?'));
  const bool is_page = path == "/" || path.starts_with("/j/");
  const auto found = files_.find(is_page ? "/index.html" : std::string(path));
  if (found == files_.end()) return std::nullopt;
  const File& file = found->second;
  HttpResponse response(http::status::ok, request.version());
  response.set(http::field::etag, file.etag);
  response.set(http::field::cache_control, file.hashed_name ? "public, max-age=31536000, immutable" : "no-cache");
  if (request[http::field::if_none_match] == file.etag) {
    response.result(http::status::not_modified);
    return response;
  }
  response.set(http::field::content_type, file.mime);
  response.content_length(file.body.size());
  if (request.method() != http::verb::head) response.body() = file.body;
  return response;
}

}  // namespace vicino::net
