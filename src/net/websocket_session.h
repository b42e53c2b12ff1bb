// One WebSocket of the server: messages in to the handler, a bounded queue of messages out.
// Internal to src/net.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/beast/websocket/stream.hpp>
#include <deque>

#include "net/byte_stream.h"
#include "net/http_server_impl.h"

namespace vicino::net {

class WebSocketSession final : public SocketSession,
                               public std::enable_shared_from_this<WebSocketSession> {
 public:
  WebSocketSession(std::shared_ptr<HttpServer::Impl> server, ByteStream stream, HttpClient client)
      : server_(std::move(server)), stream_(std::move(stream)), client_(client) {}

  // Accepts and reads until the connection ends.
  boost::asio::awaitable<void> run(HttpRequest request);

  void send(Buffer message) override;
  void close_after_queue() override;

 private:
  static constexpr size_t max_ignored = 1000;  // messages while closing; who sends more is cut off

  boost::asio::awaitable<bool> accept(const HttpRequest& request);
  void open();
  boost::asio::awaitable<void> read_messages();
  void start_writing();
  boost::asio::awaitable<void> write_queue();
  void cut_off() { stream_.next_layer().tcp().close(); }

  std::shared_ptr<HttpServer::Impl> server_;
  boost::beast::websocket::stream<ByteStream> stream_;
  HttpClient client_;
  ConnectionId id_{};
  std::deque<Buffer> queue_;
  size_t queued_bytes_ = 0;
  size_t ignored_ = 0;
  bool closing_ = false;
};

}  // namespace vicino::net
