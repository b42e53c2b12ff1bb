// One accepted TCP connection: by its first byte a media path (ICE-TCP), or else TLS if configured,
// HTTP requests one after the other, a WebSocket when asked for.
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/websocket/rfc6455.hpp>

#include "net/byte_stream.h"
#include "net/http_server_impl.h"
#include "net/log.h"
#include "net/security_headers.h"
#include "net/websocket_session.h"
#include "rtc/stream_frames.h"
#include "rtc/stun.h"

namespace vicino::net {
namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;

namespace {

constexpr auto idle_time = std::chrono::seconds(60);
constexpr auto request_time = std::chrono::seconds(20);
// For the whole of a media path's first frame, which its client sends at once.
constexpr auto first_frame_time = std::chrono::seconds(5);
constexpr size_t header_limit = 16 * 1024;
constexpr auto quietly = asio::as_tuple(asio::use_awaitable);

// A browser names the page that opens the socket; anything else that can speak WebSocket may leave
// it out, as tokens are inside the messages and no cookie is ever used.
bool origin_allowed(const HttpServer::Impl& server, const HttpRequest& request) {
  const auto origin = request[http::field::origin];
  if (origin.empty()) return true;
  const std::string own =
      (server.tls ? "https://" : "http://") + std::string(request[http::field::host]);
  if (origin == own) return true;
  return std::ranges::find(server.options.origins,
                           std::string_view(origin.data(), origin.size())) !=
         server.options.origins.end();
}

HttpResponse sentence(http::status status, unsigned version, std::string_view text) {
  HttpResponse response(status, version);
  response.set(http::field::content_type, "text/plain; charset=utf-8");
  response.body() = std::string(text) + "\n";
  return response;
}

class Connection {
 public:
  // `read`: what has come of the first request already.
  Connection(std::shared_ptr<HttpServer::Impl> server, ByteStream stream, HttpClient client,
             Bytes read = {})
      : server_(std::move(server)), stream_(std::move(stream)), client_(client) {
    buffer_.commit(
        asio::buffer_copy(buffer_.prepare(read.size()), asio::buffer(read.data(), read.size())));
  }

  asio::awaitable<void> run() {
    for (bool more = true; more;) more = co_await serve_one();
    if (upgraded_) co_return;  // the stream went to the WebSocket, which has closed it
    stream_.tcp().expires_after(request_time);
    co_await stream_.shutdown();
  }

 private:
  // False: the connection is over, or is a WebSocket that has ended.
  asio::awaitable<bool> serve_one() {
    http::request_parser<http::string_body> parser;
    parser.header_limit(header_limit);
    parser.body_limit(server_->options.max_body);
    stream_.tcp().expires_after(idle_time);
    auto [error, size] = co_await http::async_read(stream_, buffer_, parser, quietly);
    if (error) co_return co_await refuse_unreadable(error);
    ++server_->counts.requests;
    HttpRequest request = parser.release();
    const bool keep_alive = request.keep_alive();
    if (request.target() == "/ws") {
      if (beast::websocket::is_upgrade(request)) co_return co_await upgrade(std::move(request));
      co_return co_await answer(sentence(http::status::upgrade_required, request.version(),
                                         "This address speaks WebSocket only."),
                                request, false);
    }
    HttpResponse response = co_await server_->handler.handle(client_, request);
    co_return co_await answer(std::move(response), request, keep_alive);
  }

  asio::awaitable<bool> answer(HttpResponse response, const HttpRequest& request, bool keep_alive) {
    response.keep_alive(keep_alive);
    add_security_headers(response, request[http::field::host], server_->tls != nullptr);
    const bool head = request.method() == http::verb::head;
    if (!head && response.result() != http::status::not_modified) response.prepare_payload();
    stream_.tcp().expires_after(request_time);
    http::response_serializer<http::string_body> serializer(response);
    boost::system::error_code error;
    if (head) {
      co_await http::async_write_header(stream_, serializer,
                                        asio::redirect_error(asio::use_awaitable, error));
    } else {
      co_await http::async_write(stream_, serializer,
                                 asio::redirect_error(asio::use_awaitable, error));
    }
    co_return !error && keep_alive;
  }

  asio::awaitable<bool> refuse_unreadable(boost::system::error_code error) {
    if (error == http::error::body_limit) {
      co_return co_await answer(
          sentence(http::status::payload_too_large, 11, "The body is too large."), {}, false);
    }
    if (error == http::error::header_limit) {
      co_return co_await answer(
          sentence(http::status::request_header_fields_too_large, 11, "The header is too large."),
          {}, false);
    }
    const bool bad_bytes =
        error.category() == make_error_code(http::error::bad_method).category() &&
        error != http::error::end_of_stream && error != http::error::partial_message;
    if (bad_bytes) {
      co_return co_await answer(sentence(http::status::bad_request, 11, "This is not HTTP."), {},
                                false);
    }
    co_return false;
  }

  asio::awaitable<bool> upgrade(HttpRequest request) {
    if (!origin_allowed(*server_, request)) {
      ++server_->counts.refused_origins;
      co_return co_await answer(sentence(http::status::forbidden, request.version(),
                                         "This page may not open a connection here."),
                                request, false);
    }
    const auto session = std::make_shared<WebSocketSession>(server_, std::move(stream_), client_);
    upgraded_ = true;
    co_await session->run(std::move(request));
    co_return false;
  }

  std::shared_ptr<HttpServer::Impl> server_;
  ByteStream stream_;
  HttpClient client_;
  beast::flat_buffer buffer_;
  bool upgraded_ = false;
};

// Speaks TLS, then HTTP. `first`: the connection's first byte.
asio::awaitable<void> serve_tls(std::shared_ptr<HttpServer::Impl> server, beast::tcp_stream plain,
                                HttpClient client, uint8_t first) {
  const auto tls = server->tls;  // a reload doesn't touch those who are here
  ByteStream stream(std::move(plain), *tls);
  stream.tcp().expires_after(request_time);
  const auto failed = co_await stream.handshake(asio::ssl::stream_base::server, Bytes(&first, 1));
  if (failed) co_return;
  Connection connection(server, std::move(stream), client);
  co_await connection.run();
}

// Reads the first frame of what may be a media path, and hands the connection on if somebody may
// know it. Nothing is answered here: a worker does that, to what authenticates.
asio::awaitable<void> serve_media_path(std::shared_ptr<HttpServer::Impl> server,
                                       beast::tcp_stream stream, Address from,
                                       ConnectionPermit permit, uint8_t first) {
  stream.expires_after(first_frame_time);
  Buffer frame = {first, 0};
  auto [no_length, one] = co_await asio::async_read(stream, asio::buffer(&frame[1], 1), quietly);
  const size_t size = load16(frame.data());
  if (no_length || size > limits::max_datagram) co_return;
  frame.resize(rtc::stream_frame_header + size);
  auto [no_frame, all] = co_await asio::async_read(
      stream, asio::buffer(&frame[0] + rtc::stream_frame_header, size), quietly);
  if (no_frame) co_return;
  const Bytes datagram = Bytes(frame).subspan(rtc::stream_frame_header);
  const auto ufrag = rtc::local_ufrag_of(datagram);
  boost::system::error_code failed;
  if (!ufrag) co_return;
  const std::string name(*ufrag);
  const int fd = stream.release_socket().release(failed);
  if (failed) co_return;
  server->handler.media_path_opened(
      name, {StreamSocket(fd), from, std::move(frame), held_elsewhere(std::move(permit))});
}

asio::awaitable<void> serve(std::shared_ptr<HttpServer::Impl> server, beast::tcp_stream plain,
                            HttpClient client, ConnectionPermit permit) {
  // Who connects speaks first, in all that is spoken here.
  uint8_t first = 0;
  plain.expires_after(request_time);
  auto [silent, size] = co_await plain.async_read_some(asio::buffer(&first, 1), quietly);
  if (silent) co_return;
  if (server->options.media_paths && rtc::may_begin_stream_frame(first)) {
    co_await serve_media_path(server, std::move(plain), client.address, std::move(permit), first);
  } else if (server->tls) {
    co_await serve_tls(server, std::move(plain), client, first);
  } else {
    Connection connection(server, ByteStream(std::move(plain)), client, Bytes(&first, 1));
    co_await connection.run();
  }
}

}  // namespace

asio::awaitable<void> serve_connection(std::shared_ptr<HttpServer::Impl> server,
                                       tcp::socket socket) {
  boost::system::error_code error;
  const auto endpoint = socket.remote_endpoint(error);
  if (error) co_return;
  const HttpClient client{endpoint.address().is_loopback(), to_address(endpoint)};
  auto permit = ConnectionPermit::take(server, client.address);
  if (!permit) co_return;
  socket.set_option(tcp::no_delay(true), error);
  try {
    co_await serve(server, beast::tcp_stream(std::move(socket)), client, std::move(*permit));
  } catch (const std::exception&) {
    // Out of memory, or a library's surprise: this connection ends, the server doesn't.
    log(LogLevel::error, "http.connection_failed");
  }
}

}  // namespace vicino::net
