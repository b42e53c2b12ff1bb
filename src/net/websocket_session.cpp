#include "net/websocket_session.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/websocket.hpp>

namespace vicino::net {
namespace asio = boost::asio;
namespace beast = boost::beast;
namespace websocket = beast::websocket;

namespace {
constexpr std::string_view protocol = "vicino.v2";
constexpr auto quietly = asio::as_tuple(asio::use_awaitable);
}  // namespace

asio::awaitable<void> WebSocketSession::run(HttpRequest request) {
  // Not in the condition: GCC 12 destroys what it awaits there twice.
  const bool accepted = co_await accept(request);
  if (!accepted) co_return;
  open();
  co_await read_messages();
  server_->sockets.erase(id_);
  --server_->counts.sockets;
  server_->handler.socket_closed(id_);
  // A write may be under way; it fails when the socket is closed, and the session ends with it.
  cut_off();
}

asio::awaitable<bool> WebSocketSession::accept(const HttpRequest& request) {
  // The WebSocket's own time-outs and pings take over.
  stream_.next_layer().tcp().expires_never();
  stream_.set_option(
      websocket::stream_base::timeout{std::chrono::seconds(10), std::chrono::seconds(30), true});
  stream_.set_option(websocket::stream_base::decorator([](websocket::response_type& response) {
    response.set(beast::http::field::sec_websocket_protocol, protocol);
  }));
  stream_.read_message_max(server_->options.max_message);
  auto [refused] = co_await stream_.async_accept(request, quietly);
  co_return !refused;
}

void WebSocketSession::open() {
  id_ = ConnectionId{server_->next_socket++};
  server_->sockets[id_] = weak_from_this();
  ++server_->counts.sockets;
  stream_.binary(true);
  server_->handler.socket_opened(id_, client_);
}

asio::awaitable<void> WebSocketSession::read_messages() {
  beast::flat_buffer buffer;
  for (;;) {
    auto [error, size] = co_await stream_.async_read(buffer, quietly);
    if (error) co_return;
    if (closing_) {
      // Closing while the other side still sends would reset the connection, and it wouldn't read
      // why.
      if (++ignored_ > max_ignored) co_return;
      buffer.consume(buffer.size());
      continue;
    }
    if (!stream_.got_binary()) co_return;  // the protocol has no text messages
    const auto data = buffer.cdata();
    server_->handler.socket_message(id_,
                                    Bytes(static_cast<const uint8_t*>(data.data()), data.size()));
    buffer.consume(buffer.size());
  }
}

void WebSocketSession::send(Buffer message) {
  if (closing_) return;
  queued_bytes_ += message.size();
  queue_.push_back(std::move(message));
  if (queued_bytes_ > server_->options.send_queue_bytes) {
    ++server_->counts.slow_readers;
    closing_ = true;
    cut_off();
    return;
  }
  if (queue_.size() == 1) start_writing();
}

void WebSocketSession::close_after_queue() {
  if (closing_) return;
  closing_ = true;
  if (queue_.empty()) start_writing();
}

void WebSocketSession::start_writing() {
  asio::co_spawn(
      server_->io, [self = shared_from_this()] { return self->write_queue(); }, asio::detached);
}

asio::awaitable<void> WebSocketSession::write_queue() {
  while (!queue_.empty()) {
    auto [error, size] = co_await stream_.async_write(asio::buffer(queue_.front()), quietly);
    if (error) co_return;  // the reader sees the end as well
    queued_bytes_ -= queue_.front().size();
    queue_.pop_front();
  }
  if (closing_) co_await stream_.async_close(websocket::close_code::normal, quietly);
}

}  // namespace vicino::net
