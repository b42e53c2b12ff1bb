#include "net/byte_stream.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/ssl.hpp>
#include <boost/beast/websocket/ssl.hpp>
#include <boost/beast/websocket/teardown.hpp>

namespace vicino::net {
namespace asio = boost::asio;
namespace beast = boost::beast;
using boost::system::error_code;

namespace {
constexpr auto quietly = asio::as_tuple(asio::use_awaitable);
}  // namespace

class ByteStream::Transport {
 public:
  virtual ~Transport() = default;
  virtual beast::tcp_stream& tcp() = 0;
  virtual void expect(const std::string& host_name) = 0;
  virtual asio::awaitable<error_code> handshake(asio::ssl::stream_base::handshake_type type,
                                                Bytes read) = 0;
  virtual asio::awaitable<void> shutdown() = 0;
  virtual void read_some(const Some<asio::mutable_buffer>& buffers, Transferred handler) = 0;
  virtual void write_some(const Some<asio::const_buffer>& buffers, Transferred handler) = 0;
  virtual void tear_down(beast::role_type role, TornDown handler) = 0;

  // What is the same over both.
  template <class Stream>
  class Over;
  class Plain;
  class Tls;
};

template <class Stream>
class ByteStream::Transport::Over : public Transport {
 public:
  template <class... Args>
  explicit Over(Args&&... args) : stream_(std::forward<Args>(args)...) {}

  beast::tcp_stream& tcp() override { return beast::get_lowest_layer(stream_); }
  void read_some(const Some<asio::mutable_buffer>& buffers, Transferred handler) override {
    stream_.async_read_some(buffers, std::move(handler));
  }
  void write_some(const Some<asio::const_buffer>& buffers, Transferred handler) override {
    stream_.async_write_some(buffers, std::move(handler));
  }
  void tear_down(beast::role_type role, TornDown handler) override {
    using beast::websocket::async_teardown;
    async_teardown(role, stream_, std::move(handler));
  }

 protected:
  Stream stream_;
};

class ByteStream::Transport::Plain final : public Over<beast::tcp_stream> {
 public:
  using Over::Over;
  void expect(const std::string&) override {}
  asio::awaitable<error_code> handshake(asio::ssl::stream_base::handshake_type, Bytes) override {
    co_return error_code{};
  }
  asio::awaitable<void> shutdown() override {
    error_code ignored;
    stream_.socket().shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
    co_return;
  }
};

class ByteStream::Transport::Tls final : public Over<beast::ssl_stream<beast::tcp_stream>> {
 public:
  using Over::Over;
  void expect(const std::string& host_name) override {
    SSL_set_tlsext_host_name(stream_.native_handle(), host_name.c_str());
    stream_.set_verify_callback(asio::ssl::host_name_verification(host_name));
  }
  asio::awaitable<error_code> handshake(asio::ssl::stream_base::handshake_type type,
                                        Bytes read) override {
    auto [error, used] =
        co_await stream_.async_handshake(type, asio::buffer(read.data(), read.size()), quietly);
    co_return error;
  }
  asio::awaitable<void> shutdown() override {
    co_await stream_.async_shutdown(quietly);
    error_code ignored;
    tcp().socket().shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
  }
};

ByteStream::ByteStream(beast::tcp_stream plain)
    : transport_(std::make_unique<Transport::Plain>(std::move(plain))) {}
ByteStream::ByteStream(beast::tcp_stream plain, asio::ssl::context& tls)
    : transport_(std::make_unique<Transport::Tls>(std::move(plain), tls)) {}
ByteStream::ByteStream(ByteStream&&) noexcept = default;
ByteStream& ByteStream::operator=(ByteStream&&) noexcept = default;
ByteStream::~ByteStream() = default;

beast::tcp_stream& ByteStream::tcp() {
  return transport_->tcp();
}
void ByteStream::expect(const std::string& host_name) {
  transport_->expect(host_name);
}

asio::awaitable<error_code> ByteStream::handshake(asio::ssl::stream_base::handshake_type type,
                                                  Bytes read) {
  return transport_->handshake(type, read);
}
asio::awaitable<void> ByteStream::shutdown() {
  return transport_->shutdown();
}

void ByteStream::read_some(const Some<asio::mutable_buffer>& buffers, Transferred handler) {
  transport_->read_some(buffers, std::move(handler));
}
void ByteStream::write_some(const Some<asio::const_buffer>& buffers, Transferred handler) {
  transport_->write_some(buffers, std::move(handler));
}
void ByteStream::tear_down(beast::role_type role, TornDown handler) {
  transport_->tear_down(role, std::move(handler));
}

}  // namespace vicino::net
