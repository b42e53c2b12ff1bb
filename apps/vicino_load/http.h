// Blocking HTTP/1.1 requests for signalling: plain TCP, connections kept open and shared by
// threads.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "target.h"

namespace vicino::load {

struct HttpReply {
  unsigned status = 0;
  std::string body;
  std::string location;  // of a created resource, as the server wrote it; ""
};

struct HttpRequest {
  std::string_view method;  // "POST"
  std::string path;         // from the server's root, with the query
  std::string_view type;    // of the body; "" without one
  std::string body;
  std::string bearer;  // ""
};

class HttpClient {
 public:
  // `url`: http://host[:port][/...], the path is kept aside. Errors: a sentence.
  static Outcome<std::unique_ptr<HttpClient>> create(std::string_view url);
  ~HttpClient();

  // What followed the authority in the URL, without a slash at the end: "" or "/janus".
  const std::string& base_path() const;
  // One request and its reply, whatever the status, within `seconds`. A connection that the server
  // closed meanwhile is opened again once. Errors: a sentence (not reachable, no answer in time).
  Outcome<HttpReply> request(const HttpRequest& request, int seconds = 10);

 private:
  struct Impl;
  explicit HttpClient(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace vicino::load
