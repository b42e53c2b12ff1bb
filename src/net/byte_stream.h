// A TCP connection, plain or inside TLS, as one type: what is built on it (HTTP, WebSocket) is
// compiled once and reads the same for both. It costs an allocation for each read and write, which
// signalling doesn't notice and media never passes through.
//
// Satisfies Asio's AsyncReadStream and AsyncWriteStream. Handlers are called on the stream's own
// executor: for an io_context that one thread runs.
#pragma once

#include <array>
#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream_base.hpp>
#include <boost/beast/core/role.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <functional>
#include <memory>
#include <string>

#include "base/bytes.h"

namespace vicino::net {

class ByteStream {
 public:
  using executor_type = boost::beast::tcp_stream::executor_type;

  explicit ByteStream(boost::beast::tcp_stream plain);
  ByteStream(boost::beast::tcp_stream plain, boost::asio::ssl::context& tls);
  ByteStream(ByteStream&&) noexcept;
  ByteStream& operator=(ByteStream&&) noexcept;
  ~ByteStream();

  executor_type get_executor() { return tcp().get_executor(); }
  // Time limits, connecting, closing. While inside TLS nothing is read or written here.
  boost::beast::tcp_stream& tcp();

  // Of a client inside TLS, before the handshake: the name that is asked for and has to be proven.
  void expect(const std::string& host_name);
  // With TLS, its handshake, of which `read` has come already; otherwise nothing.
  boost::asio::awaitable<boost::system::error_code> handshake(
      boost::asio::ssl::stream_base::handshake_type type, Bytes read = {});
  // No more will be sent: says so in TLS too, and waits for the other side to.
  boost::asio::awaitable<void> shutdown();

  template <class Buffers, class Token>
  auto async_read_some(const Buffers& buffers, Token&& token) {
    return boost::asio::async_initiate<Token, void(boost::system::error_code, size_t)>(
        [this](auto handler, const Some<boost::asio::mutable_buffer>& some) {
          read_some(some, Transferred(std::move(handler)));
        },
        token, first_of<boost::asio::mutable_buffer>(buffers));
  }

  template <class Buffers, class Token>
  auto async_write_some(const Buffers& buffers, Token&& token) {
    return boost::asio::async_initiate<Token, void(boost::system::error_code, size_t)>(
        [this](auto handler, const Some<boost::asio::const_buffer>& some) {
          write_some(some, Transferred(std::move(handler)));
        },
        token, first_of<boost::asio::const_buffer>(buffers));
  }

  // What Beast's WebSocket asks of a stream: how it is closed at once, and how in order.
  friend void beast_close_socket(ByteStream& stream) { stream.tcp().close(); }
  template <class Handler>
  friend void async_teardown(boost::beast::role_type role, ByteStream& stream, Handler&& handler) {
    stream.tear_down(role, TornDown(std::forward<Handler>(handler)));
  }

  class Transport;

 private:
  // A read or write of some takes these of a sequence of buffers, and the rest another time.
  template <class Buffer>
  using Some = std::array<Buffer, 8>;
  using Transferred = std::move_only_function<void(boost::system::error_code, size_t)>;
  using TornDown = std::move_only_function<void(boost::system::error_code)>;

  template <class Buffer, class Buffers>
  static Some<Buffer> first_of(const Buffers& buffers) {
    Some<Buffer> some;
    auto from = boost::asio::buffer_sequence_begin(buffers);
    const auto end = boost::asio::buffer_sequence_end(buffers);
    for (size_t n = 0; n < some.size() && from != end; ++from) {
      // Beast passes on empty ones; all of them empty would look like a read of nothing.
      if (const Buffer buffer(*from); buffer.size() != 0) some[n++] = buffer;
    }
    return some;
  }

  void read_some(const Some<boost::asio::mutable_buffer>& buffers, Transferred handler);
  void write_some(const Some<boost::asio::const_buffer>& buffers, Transferred handler);
  void tear_down(boost::beast::role_type role, TornDown handler);

  std::unique_ptr<Transport> transport_;
};

}  // namespace vicino::net
