#include "http.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <mutex>
#include <optional>
#include <vector>

namespace vicino::load {
namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

constexpr size_t largest_reply = 4 << 20;  // bytes
constexpr std::string_view scheme = "http://";

using Message = http::request<http::string_body>;
using Reply = http::response<http::string_body>;

// One connection, used by one thread at a time. Its own event loop gives blocking calls a time
// limit.
class HttpConnection {
 public:
  error_code open(const std::string& host, const std::string& port, std::chrono::seconds limit) {
    error_code error;
    const auto places = tcp::resolver(io_).resolve(host, port, error);
    if (error) return error;
    stream_.expires_after(limit);
    stream_.async_connect(places, [&](error_code e, const tcp::endpoint&) { error = e; });
    run();
    if (!error) stream_.socket().set_option(tcp::no_delay(true), error);
    return error;
  }

  error_code exchange(const Message& message, Reply& reply, std::chrono::seconds limit) {
    error_code error;
    http::response_parser<http::string_body> parser;
    parser.body_limit(largest_reply);
    stream_.expires_after(limit);
    http::async_write(stream_, message, [&](error_code e, size_t) {
      error = e;
      if (e) return;
      http::async_read(stream_, buffer_, parser, [&](error_code read, size_t) { error = read; });
    });
    run();
    if (!error) reply = parser.release();
    return error;
  }

 private:
  void run() {
    io_.restart();
    io_.run();
  }

  asio::io_context io_{1};
  beast::tcp_stream stream_{io_};
  beast::flat_buffer buffer_;
};

}  // namespace

struct HttpClient::Impl {
  std::string host, port, base_path;
  std::mutex mutex{};
  std::vector<std::unique_ptr<HttpConnection>> idle{};

  std::unique_ptr<HttpConnection> take_idle() {
    const std::lock_guard lock(mutex);
    if (idle.empty()) return nullptr;
    auto connection = std::move(idle.back());
    idle.pop_back();
    return connection;
  }
  void give_back(std::unique_ptr<HttpConnection> connection) {
    const std::lock_guard lock(mutex);
    idle.push_back(std::move(connection));
  }
  Message message_of(const HttpRequest& request) const {
    Message message(http::string_to_verb(request.method), request.path, 11);
    message.set(http::field::host, host + ":" + port);
    message.set(http::field::user_agent, "vicino-load");
    if (!request.type.empty()) message.set(http::field::content_type, request.type);
    if (!request.bearer.empty())
      message.set(http::field::authorization, "Bearer " + request.bearer);
    message.body() = request.body;
    message.prepare_payload();
    return message;
  }
  std::string not_reached(const error_code& error) const {
    return "The server at http://" + host + ":" + port + " can't be reached (" + error.message() +
           "): is it running, and is this its HTTP address?";
  }
};

HttpClient::HttpClient(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
HttpClient::~HttpClient() = default;

const std::string& HttpClient::base_path() const {
  return impl_->base_path;
}

Outcome<std::unique_ptr<HttpClient>> HttpClient::create(std::string_view url) {
  const auto wrong = [&] {
    return std::unexpected("\"" + std::string(url) +
                           "\" is no address like http://127.0.0.1:8080; https isn't spoken here");
  };
  if (!url.starts_with(scheme)) return wrong();
  std::string_view rest = url.substr(scheme.size());
  const size_t slash = std::min(rest.find('/'), rest.size());
  std::string_view authority = rest.substr(0, slash), path = rest.substr(slash);
  while (path.ends_with('/')) path.remove_suffix(1);
  const size_t colon = authority.rfind(':');
  const std::string_view host = authority.substr(0, colon);
  const std::string_view port =
      colon == std::string_view::npos ? "80" : authority.substr(colon + 1);
  if (host.empty() || port.empty() ||
      port.find_first_not_of("0123456789") != std::string_view::npos)
    return wrong();
  return std::unique_ptr<HttpClient>(new HttpClient(
      std::make_unique<Impl>(std::string(host), std::string(port), std::string(path))));
}

Outcome<HttpReply> HttpClient::request(const HttpRequest& request, int seconds) {
  const Message message = impl_->message_of(request);
  const std::chrono::seconds limit(seconds);
  error_code error;
  Reply reply;
  auto connection = impl_->take_idle();
  if (connection && connection->exchange(message, reply, limit)) connection.reset();
  if (!connection) {
    connection = std::make_unique<HttpConnection>();
    if (error = connection->open(impl_->host, impl_->port, limit); error) {
      return std::unexpected(impl_->not_reached(error));
    }
    if (error = connection->exchange(message, reply, limit); error) {
      return std::unexpected("The server gave no answer to " + std::string(request.method) + " " +
                             request.path + " (" + error.message() + ")");
    }
  }
  const auto location = reply[http::field::location];
  HttpReply result{reply.result_int(), reply.body(), std::string(location.data(), location.size())};
  if (reply.keep_alive()) impl_->give_back(std::move(connection));
  return result;
}

}  // namespace vicino::load
