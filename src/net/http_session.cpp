// One accepted TCP connection: TLS if configured, HTTP requests one after the other, a WebSocket when asked for.
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl.hpp>
#include <boost/beast/websocket.hpp>
#include <boost/beast/websocket/ssl.hpp>

#include "net/http_server_impl.h"
#include "net/log.h"
#include "net/security_headers.h"
#include "net/websocket_session.h"

namespace vicino::net {
namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;

namespace {

constexpr auto idle_time = std::chrono::seconds(60);
constexpr auto request_time = std::chrono::seconds(20);
constexpr size_t header_limit = 16 * 1024;
constexpr auto quietly = asio::as_tuple(asio::use_awaitable);

// A browser names the page that opens the socket; anything else that can speak WebSocket may leave it out, as tokens are
// inside the messages and no cookie is ever used.
bool origin_allowed(const HttpServer::Impl& server, const HttpRequest& request) {
  const auto origin = request[http::field::origin];
  if (origin.empty()) return true;
  const std::string own = (server.tls ? "https://" : "http://") + std::string(request[http::field::host]);
  if (origin == own) return true;
  return std::ranges::find(server.options.origins, std::string_view(origin.data(), origin.size())) !=
         server.options.origins.end();
}

HttpResponse sentence(http::status status, unsigned version, std::string_view text) {
  HttpResponse response(status, version);
  response.set(http::field::content_type, "text/plain; charset=utf-8");
  response.body() = std::string(text) + "\n";
  return response;
}

template <class Stream>
class Connection {
 public:
  Connection(std::shared_ptr<HttpServer::Impl> server, Stream stream, HttpClient client)
      : server_(std::move(server)), stream_(std::move(stream)), client_(client) {}

  asio::awaitable<void> run() {
    for (bool more = true; more;) more = co_await serve_one();
    if (upgraded_) co_return;  // the stream went to the WebSocket, which has closed it
    boost::system::error_code ignored;
    if constexpr (!std::is_same_v<Stream, beast::tcp_stream>) {
      beast::get_lowest_layer(stream_).expires_after(request_time);
      co_await stream_.async_shutdown(quietly);
    }
    beast::get_lowest_layer(stream_).socket().shutdown(tcp::socket::shutdown_send, ignored);
  }

 private:
  // False: the connection is over, or is a WebSocket that has ended.
  asio::awaitable<bool> serve_one() {
    http::request_parser<http::string_body> parser;
    parser.header_limit(header_limit);
    parser.body_limit(server_->options.max_body);
    beast::get_lowest_layer(stream_).expires_after(idle_time);
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
    beast::get_lowest_layer(stream_).expires_after(request_time);
    http::response_serializer<http::string_body> serializer(response);
    boost::system::error_code error;
    if (head) {
      co_await http::async_write_header(stream_, serializer, asio::redirect_error(asio::use_awaitable, error));
    } else {
      co_await http::async_write(stream_, serializer, asio::redirect_error(asio::use_awaitable, error));
    }
    co_return !error && keep_alive;
  }

  asio::awaitable<bool> refuse_unreadable(boost::system::error_code error) {
    if (error == http::error::body_limit) {
      co_return co_await answer(sentence(http::status::payload_too_large, 11, "The body is too large."), {}, false);
    }
    if (error == http::error::header_limit) {
      co_return co_await answer(
          sentence(http::status::request_header_fields_too_large, 11, "The header is too large."), {}, false);
    }
    const bool bad_bytes = error.category() == make_error_code(http::error::bad_method).category() &&
                           error != http::error::end_of_stream && error != http::error::partial_message;
    if (bad_bytes) {
      co_return co_await answer(sentence(http::status::bad_request, 11, "This is not HTTP."), {}, false);
    }
    co_return false;
  }

  asio::awaitable<bool> upgrade(HttpRequest request) {
    if (!origin_allowed(*server_, request)) {
      ++server_->counts.refused_origins;
      co_return co_await answer(
          sentence(http::status::forbidden, request.version(), "This page may not open a connection here."), request,
          false);
    }
    const auto session = std::make_shared<WebSocketSession<Stream>>(server_, std::move(stream_), client_);
    upgraded_ = true;
    co_await session->run(std::move(request));
    co_return false;
  }

  std::shared_ptr<HttpServer::Impl> server_;
  Stream stream_;
  HttpClient client_;
  beast::flat_buffer buffer_;
  bool upgraded_ = false;
};

}  // namespace

asio::awaitable<void> serve_connection(std::shared_ptr<HttpServer::Impl> server, tcp::socket socket) {
  boost::system::error_code error;
  const auto endpoint = socket.remote_endpoint(error);
  if (error) co_return;
  const HttpClient client{endpoint.address().is_loopback(), to_address(endpoint)};
  const auto permit = ConnectionPermit::take(server, client.address);
  if (!permit) co_return;
  socket.set_option(tcp::no_delay(true), error);
  beast::tcp_stream plain(std::move(socket));
  try {
    if (!server->tls) {
      Connection connection(server, std::move(plain), client);
      co_await connection.run();
      co_return;
    }
    const auto tls = server->tls;  // a reload doesn't touch those who are here
    beast::ssl_stream<beast::tcp_stream> stream(std::move(plain), *tls);
    beast::get_lowest_layer(stream).expires_after(request_time);
    auto [failed] = co_await stream.async_handshake(asio::ssl::stream_base::server, quietly);
    if (failed) co_return;
    Connection connection(server, std::move(stream), client);
    co_await connection.run();
  } catch (const std::exception&) {
    // Out of memory, or a library's surprise: this connection ends, the server doesn't.
    log(LogLevel::error, "http.connection_failed");
  }
}

}  // namespace vicino::net
