// The native client's end of the signalling connection: a WebSocket over TCP or TLS, messages in
// order, no retries (core/call decides when to connect again).
#pragma once

#include <boost/asio/io_context.hpp>
#include <functional>
#include <memory>
#include <string>

#include "base/bytes.h"

namespace vicino::cli {

// Where a server is: what stands before /j/ in a link.
struct ServerUrl {
  bool tls = false;
  std::string host;  // without brackets
  std::string port;

  // From an http:// or https:// URL; anything after the authority is ignored. Errors: malformed.
  static Result<ServerUrl> parse(std::string_view url);
  std::string origin() const;  // as a browser would send it
};

class WebSocket {
 public:
  struct Handlers {
    std::function<void()> opened;
    std::function<void(Bytes)> message;
    std::function<void(std::string why)> closed;  // once; also when it never opened
  };
  virtual ~WebSocket() = default;
  virtual void send(Buffer message) = 0;
  virtual void close() = 0;  // after what was sent before; no handler is called any more

  static std::shared_ptr<WebSocket> connect(boost::asio::io_context& io, const ServerUrl& server,
                                            Handlers handlers);
};

}  // namespace vicino::cli
