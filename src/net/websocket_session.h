// One WebSocket: messages in to the handler, a bounded queue of messages out. Internal to src/net.
#pragma once

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/websocket.hpp>
#include <deque>

#include "net/http_server_impl.h"

namespace vicino::net {

inline constexpr std::string_view websocket_protocol = "vicino.v2";

template <class Stream>
class WebSocketSession final : public SocketSession, public std::enable_shared_from_this<WebSocketSession<Stream>> {
 public:
  WebSocketSession(std::shared_ptr<HttpServer::Impl> server, Stream stream, HttpClient client)
      : server_(std::move(server)), stream_(std::move(stream)), client_(client) {}

  // Accepts and reads until the connection ends.
  boost::asio::awaitable<void> run(HttpRequest request) {
    namespace websocket = boost::beast::websocket;
    boost::beast::get_lowest_layer(stream_).expires_never();  // the WebSocket's own time-outs and pings take over
    stream_.set_option(websocket::stream_base::timeout{std::chrono::seconds(10), std::chrono::seconds(30), true});
    stream_.set_option(websocket::stream_base::decorator([](websocket::response_type& response) {
      response.set(boost::beast::http::field::sec_websocket_protocol, websocket_protocol);
    }));
    stream_.read_message_max(server_->options.max_message);
    auto [refused] = co_await stream_.async_accept(request, quietly);
    if (refused) co_return;
    open();
    boost::beast::flat_buffer buffer;
    for (;;) {
      auto [error, size] = co_await stream_.async_read(buffer, quietly);
      if (error) break;
      if (closing_) {
        // Closing while the other side still sends would reset the connection, and it wouldn't read why.
        if (++ignored_ > max_ignored) break;
        buffer.consume(buffer.size());
        continue;
      }
      if (!stream_.got_binary()) break;  // the protocol has no text messages
      const auto data = buffer.cdata();
      server_->handler.socket_message(id_, Bytes(static_cast<const uint8_t*>(data.data()), data.size()));
      buffer.consume(buffer.size());
    }
    server_->sockets.erase(id_);
    --server_->counts.sockets;
    server_->handler.socket_closed(id_);
    // A write may be under way; it fails when the socket is closed, and the session ends with it.
    boost::beast::get_lowest_layer(stream_).close();
  }

  void send(Buffer message) override {
    if (closing_) return;
    queued_bytes_ += message.size();
    queue_.push_back(std::move(message));
    if (queued_bytes_ > server_->options.send_queue_bytes) {
      ++server_->counts.slow_readers;
      closing_ = true;
      boost::beast::get_lowest_layer(stream_).close();
      return;
    }
    if (queue_.size() == 1) start_writing();
  }

  void close_after_queue() override {
    if (closing_) return;
    closing_ = true;
    if (queue_.empty()) start_writing();
  }

 private:
  static constexpr size_t max_ignored = 1000;  // messages while closing; who sends more is cut off
  static constexpr auto quietly = boost::asio::as_tuple(boost::asio::use_awaitable);

  void open() {
    id_ = ConnectionId{server_->next_socket++};
    server_->sockets[id_] = this->weak_from_this();
    ++server_->counts.sockets;
    stream_.binary(true);
    server_->handler.socket_opened(id_, client_);
  }

  void start_writing() {
    boost::asio::co_spawn(
        server_->io, [self = this->shared_from_this()] { return self->write_queue(); }, boost::asio::detached);
  }

  boost::asio::awaitable<void> write_queue() {
    while (!queue_.empty()) {
      auto [error, size] = co_await stream_.async_write(boost::asio::buffer(queue_.front()), quietly);
      if (error) co_return;  // the reader sees the end as well
      queued_bytes_ -= queue_.front().size();
      queue_.pop_front();
    }
    if (closing_) co_await stream_.async_close(boost::beast::websocket::close_code::normal, quietly);
  }

  std::shared_ptr<HttpServer::Impl> server_;
  boost::beast::websocket::stream<Stream> stream_;
  HttpClient client_;
  ConnectionId id_{};
  std::deque<Buffer> queue_;
  size_t queued_bytes_ = 0;
  size_t ignored_ = 0;
  bool closing_ = false;
};

}  // namespace vicino::net
