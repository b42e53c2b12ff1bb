#include "websocket.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/websocket.hpp>
#include <deque>

#include "base/limits.h"
#include "net/byte_stream.h"

namespace vicino::cli {
namespace asio = boost::asio;
namespace beast = boost::beast;
using asio::ip::tcp;

namespace {

constexpr auto handshake_time = std::chrono::seconds(10);

asio::ssl::context& tls_context() {
  static asio::ssl::context context = [] {
    asio::ssl::context made(asio::ssl::context::tls_client);
    made.set_default_verify_paths();
    made.set_verify_mode(asio::ssl::verify_peer);
    return made;
  }();
  return context;
}

net::ByteStream stream_to(asio::io_context& io, const ServerUrl& server) {
  beast::tcp_stream plain(io);
  return server.tls ? net::ByteStream(std::move(plain), tls_context())
                    : net::ByteStream(std::move(plain));
}

class Session final : public WebSocket, public std::enable_shared_from_this<Session> {
 public:
  Session(asio::io_context& io, ServerUrl server, Handlers handlers)
      : server_(std::move(server)),
        handlers_(std::move(handlers)),
        resolver_(io),
        stream_(stream_to(io, server_)) {}

  void start() {
    asio::co_spawn(
        stream_.get_executor(), [self = shared_from_this()] { return self->run(); },
        asio::detached);
  }

  void send(Buffer message) override {
    queue_.push_back(std::move(message));
    if (open_ && queue_.size() == 1) {
      asio::co_spawn(
          stream_.get_executor(), [self = shared_from_this()] { return self->drain(); },
          asio::detached);
    }
  }

  void close() override {
    handlers_ = {};
    closing_ = true;
    if (!open_ || queue_.empty()) shut();
  }

 private:
  void shut() {
    open_ = false;
    stream_.next_layer().tcp().cancel();
    stream_.next_layer().tcp().close();
  }

  asio::awaitable<void> run() {
    try {
      co_await open();
      beast::flat_buffer buffer;
      for (;;) {
        co_await stream_.async_read(buffer, asio::use_awaitable);
        const auto data = buffer.cdata();
        const Bytes message(static_cast<const uint8_t*>(data.data()), data.size());
        const auto handler = handlers_.message;  // which may close this and so drop the original
        if (handler) handler(message);
        buffer.consume(buffer.size());
      }
    } catch (const std::exception& e) {
      fail(e.what());
    }
  }

  asio::awaitable<void> open() {
    net::ByteStream& below = stream_.next_layer();
    below.tcp().expires_after(handshake_time);
    const auto endpoints =
        co_await resolver_.async_resolve(server_.host, server_.port, asio::use_awaitable);
    co_await below.tcp().async_connect(endpoints, asio::use_awaitable);
    below.tcp().socket().set_option(tcp::no_delay(true));
    below.expect(server_.host);
    const auto failed = co_await below.handshake(asio::ssl::stream_base::client);
    if (failed) throw boost::system::system_error(failed);
    below.tcp().expires_never();
    stream_.set_option(beast::websocket::stream_base::timeout::suggested(beast::role_type::client));
    stream_.set_option(
        beast::websocket::stream_base::decorator([](beast::websocket::request_type& request) {
          request.set(beast::http::field::sec_websocket_protocol, "vicino.v2");
        }));
    stream_.binary(true);
    stream_.read_message_max(limits::max_wire_message);
    co_await stream_.async_handshake(server_.host + ":" + server_.port, "/ws", asio::use_awaitable);
    open_ = true;
    // Before anybody hears of it: what they send then starts its own drain(), and there is only
    // one.
    if (!queue_.empty()) {
      asio::co_spawn(
          stream_.get_executor(), [self = shared_from_this()] { return self->drain(); },
          asio::detached);
    }
    if (handlers_.opened) handlers_.opened();
  }

  // Only one write may be under way: whoever makes the queue non-empty starts this, and it writes
  // until it is empty.
  asio::awaitable<void> drain() {
    try {
      while (open_ && !queue_.empty()) {
        co_await stream_.async_write(asio::buffer(queue_.front()), asio::use_awaitable);
        queue_.pop_front();
      }
      if (closing_) shut();
    } catch (const std::exception& e) {
      fail(e.what());
    }
  }

  void fail(const std::string& why) {
    open_ = false;
    if (const auto closed = std::exchange(handlers_, {}).closed) closed(why);
  }

  ServerUrl server_;
  Handlers handlers_;
  tcp::resolver resolver_;
  beast::websocket::stream<net::ByteStream> stream_;
  std::deque<Buffer> queue_;
  bool open_ = false;
  bool closing_ = false;  // once the queue is empty
};

}  // namespace

Result<ServerUrl> ServerUrl::parse(std::string_view url) {
  ServerUrl server;
  if (url.starts_with("https://")) {
    server.tls = true;
    url.remove_prefix(8);
  } else if (url.starts_with("http://")) {
    url.remove_prefix(7);
  } else {
    return fail(Errc::malformed, "not an http:// or https:// address");
  }
  std::string_view authority = url.substr(0, url.find_first_of("/?#"));
  const size_t bracket = authority.rfind(']');
  const size_t colon = authority.find(':', bracket == std::string_view::npos ? 0 : bracket);
  server.port =
      colon == std::string_view::npos ? (server.tls ? "443" : "80") : authority.substr(colon + 1);
  std::string_view host = authority.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  if (host.empty() || server.port.empty())
    return fail(Errc::malformed, "the address names no host");
  server.host = host;
  return server;
}

std::string ServerUrl::origin() const {
  const bool default_port = port == (tls ? "443" : "80");
  const std::string shown = host.find(':') == std::string::npos ? host : "[" + host + "]";
  return std::string(tls ? "https://" : "http://") + shown + (default_port ? "" : ":" + port);
}

std::shared_ptr<WebSocket> WebSocket::connect(asio::io_context& io, const ServerUrl& server,
                                              Handlers handlers) {
  auto session = std::make_shared<Session>(io, server, std::move(handlers));
  session->start();
  return session;
}

}  // namespace vicino::cli
