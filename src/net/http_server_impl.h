// What the sessions of a server share with it. Internal to src/net.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <unordered_map>

#include "net/http_server.h"

namespace vicino::net {

// One open WebSocket, whatever its stream.
class SocketSession {
 public:
  virtual ~SocketSession() = default;
  virtual void send(Buffer message) = 0;
  virtual void close_after_queue() = 0;
};

struct HttpServer::Impl : std::enable_shared_from_this<HttpServer::Impl> {
  Impl(boost::asio::io_context& context, HttpServerOptions o, HttpHandler& h)
      : io(context), options(std::move(o)), handler(h), acceptor(context) {}

  boost::asio::io_context& io;
  HttpServerOptions options;
  HttpHandler& handler;
  boost::asio::ip::tcp::acceptor acceptor;
  std::shared_ptr<boost::asio::ssl::context> tls;                // null: plain HTTP
  std::unordered_map<Address, size_t, AddressHash> per_address;  // port 0
  std::unordered_map<ConnectionId, std::weak_ptr<SocketSession>> sockets;
  uint64_t next_socket = 1;
  Counts counts;
};

// Counts a connection for as long as it lives.
class ConnectionPermit {
 public:
  // nullopt: over a cap.
  static std::optional<ConnectionPermit> take(const std::shared_ptr<HttpServer::Impl>& server,
                                              Address peer);
  ~ConnectionPermit();
  ConnectionPermit(ConnectionPermit&& other) noexcept = default;
  ConnectionPermit& operator=(ConnectionPermit&&) = delete;
  boost::asio::io_context& io() const { return server_->io; }

 private:
  ConnectionPermit(std::shared_ptr<HttpServer::Impl> server, Address peer)
      : server_(std::move(server)), peer_(peer) {}
  std::shared_ptr<HttpServer::Impl> server_;
  Address peer_;
};

// Serves one accepted connection until it ends.
boost::asio::awaitable<void> serve_connection(std::shared_ptr<HttpServer::Impl> server,
                                              boost::asio::ip::tcp::socket socket);

// Of a connection that goes on elsewhere: may be destroyed on any thread, and gives back the permit
// on the server's.
std::shared_ptr<void> held_elsewhere(ConnectionPermit permit);

Address to_address(const boost::asio::ip::tcp::endpoint& endpoint);

}  // namespace vicino::net
