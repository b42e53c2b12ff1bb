// HTTP, WebSocket and TLS on the thread of one Asio io_context, and the door for media paths over
// TCP at the same port. It keeps the caps and the security headers; what a request or message means
// is the handler's business.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>
#include <memory>
#include <string>
#include <vector>

#include "base/address.h"
#include "base/ids.h"
#include "net/tcp_paths.h"

namespace vicino::net {

using HttpRequest = boost::beast::http::request<boost::beast::http::string_body>;
using HttpResponse = boost::beast::http::response<boost::beast::http::string_body>;

// Who asks, as far as a handler may know.
struct HttpClient {
  bool loopback;
  Address address;  // for rate limits only
};

class HttpHandler {
 public:
  virtual ~HttpHandler() = default;
  virtual boost::asio::awaitable<HttpResponse> handle(const HttpClient& client,
                                                      HttpRequest request) = 0;

  // WebSocket connections, all at /ws. Messages are whole and within the size cap.
  virtual void socket_opened(ConnectionId connection, const HttpClient& client) = 0;
  virtual void socket_message(ConnectionId connection, Bytes message) = 0;
  virtual void socket_closed(ConnectionId connection) = 0;

  // A connection that speaks ICE-TCP, whose first frame is a STUN request for this ICE user
  // fragment, not authenticated. Counts as one of the server's until its permit is gone; who
  // doesn't take it closes it.
  virtual void media_path_opened(std::string_view ufrag, TcpArrival arrival) = 0;
};

struct HttpServerOptions {
  std::string address = "127.0.0.1";
  uint16_t port = 8080;         // 0: any free one
  std::string tls_certificate;  // PEM files, or both empty
  std::string tls_key;
  std::vector<std::string> origins;  // allowed beside the request's own host, for WebSockets
  size_t max_connections = 6000;
  size_t max_connections_per_address = 128;
  size_t max_body = 128 * 1024;
  size_t max_message = 192 * 1024;
  size_t send_queue_bytes = 1 << 20;
  bool media_paths = true;  // ICE-TCP is taken
};

class HttpServer {
 public:
  // Binds and listens. Errors as a sentence.
  static std::expected<std::unique_ptr<HttpServer>, std::string> listen(boost::asio::io_context& io,
                                                                        HttpServerOptions options,
                                                                        HttpHandler& handler);
  ~HttpServer();

  uint16_t port() const;
  // Queues a message. A reader so slow that more than send_queue_bytes wait for it is closed
  // instead.
  void send(ConnectionId connection, Buffer message);
  // Closes after what was queued before.
  void close(ConnectionId connection);
  // Accepts nobody any more; connections stay.
  void stop_accepting();
  // Reads certificate and key again for connections to come. Errors as a sentence; the old ones
  // stay in use then.
  std::expected<void, std::string> reload_tls();

  struct Counts {
    uint64_t connections = 0, sockets = 0;  // now; media paths among the connections
    uint64_t requests = 0, refused_connections = 0, refused_origins = 0,
             slow_readers = 0;  // since start
  };
  Counts counts() const;

  struct Impl;  // shared with the sessions

 private:
  explicit HttpServer(std::shared_ptr<Impl> impl);
  std::shared_ptr<Impl> impl_;
};

}  // namespace vicino::net
