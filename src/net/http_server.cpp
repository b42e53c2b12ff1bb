#include "net/http_server.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "net/http_server_impl.h"
#include "net/log.h"

namespace vicino::net {
namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

std::expected<std::shared_ptr<asio::ssl::context>, std::string> load_tls(
    const HttpServerOptions& options) {
  auto context = std::make_shared<asio::ssl::context>(asio::ssl::context::tls_server);
  boost::system::error_code error;
  SSL_CTX_set_min_proto_version(context->native_handle(), TLS1_2_VERSION);
  context->use_certificate_chain_file(options.tls_certificate, error);
  if (error)
    return std::unexpected(options.tls_certificate +
                           ": not a certificate chain in PEM: " + error.message());
  context->use_private_key_file(options.tls_key, asio::ssl::context::pem, error);
  if (error)
    return std::unexpected(options.tls_key +
                           ": not the certificate's private key in PEM: " + error.message());
  return context;
}

asio::awaitable<void> accept_loop(std::shared_ptr<HttpServer::Impl> server) {
  const auto nothing_thrown = asio::as_tuple(asio::use_awaitable);
  for (;;) {
    auto [error, socket] = co_await server->acceptor.async_accept(nothing_thrown);
    if (!server->acceptor.is_open()) co_return;
    if (error) {
      // Out of file descriptors, most likely: wait for some to come back instead of spinning.
      log(LogLevel::warning, "http.accept_failed", {{"code", error.value()}});
      asio::steady_timer pause(server->io, std::chrono::milliseconds(100));
      co_await pause.async_wait(nothing_thrown);
      continue;
    }
    asio::co_spawn(server->io, serve_connection(server, std::move(socket)), asio::detached);
  }
}

}  // namespace

Address to_address(const tcp::endpoint& endpoint) {
  Address address;
  address.port = endpoint.port();
  if (endpoint.address().is_v4()) {
    const auto octets = endpoint.address().to_v4().to_bytes();
    return Address::v4({octets[0], octets[1], octets[2], octets[3]}, endpoint.port());
  }
  const auto bytes = endpoint.address().to_v6().to_bytes();
  std::copy(bytes.begin(), bytes.end(), address.ip.begin());
  return address;
}

std::optional<ConnectionPermit> ConnectionPermit::take(
    const std::shared_ptr<HttpServer::Impl>& server, Address peer) {
  peer.port = 0;
  size_t& from_there = server->per_address[peer];
  const bool allowed = server->counts.connections < server->options.max_connections &&
                       from_there < server->options.max_connections_per_address;
  if (!allowed) {
    ++server->counts.refused_connections;
    if (from_there == 0) server->per_address.erase(peer);
    return std::nullopt;
  }
  ++from_there;
  ++server->counts.connections;
  return ConnectionPermit(server, peer);
}

ConnectionPermit::~ConnectionPermit() {
  if (!server_) return;  // moved from
  --server_->counts.connections;
  const auto found = server_->per_address.find(peer_);
  if (--found->second == 0) server_->per_address.erase(found);
}

std::shared_ptr<void> held_elsewhere(ConnectionPermit permit) {
  asio::io_context& io = permit.io();
  const auto give_back = [&io](ConnectionPermit* held) {
    asio::post(io, [owned = std::unique_ptr<ConnectionPermit>(held)] {});
  };
  return {new ConnectionPermit(std::move(permit)), give_back};
}

HttpServer::HttpServer(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}
HttpServer::~HttpServer() {
  stop_accepting();
}

std::expected<std::unique_ptr<HttpServer>, std::string> HttpServer::listen(
    asio::io_context& io, HttpServerOptions options, HttpHandler& handler) {
  boost::system::error_code error;
  const auto ip = asio::ip::make_address(options.address, error);
  if (error) return std::unexpected(options.address + " is not a numeric IP address");
  auto impl = std::make_shared<Impl>(io, std::move(options), handler);
  if (!impl->options.tls_certificate.empty()) {
    auto tls = load_tls(impl->options);
    if (!tls) return std::unexpected(tls.error());
    impl->tls = std::move(*tls);
  }
  const tcp::endpoint endpoint(ip, impl->options.port);
  impl->acceptor.open(endpoint.protocol(), error);
  if (!error) impl->acceptor.set_option(tcp::acceptor::reuse_address(true), error);
  if (!error) impl->acceptor.bind(endpoint, error);
  if (!error) impl->acceptor.listen(asio::socket_base::max_listen_connections, error);
  if (error) {
    return std::unexpected("TCP port " + std::to_string(impl->options.port) +
                           " can't be used: " + error.message());
  }
  asio::co_spawn(io, accept_loop(impl), asio::detached);
  return std::unique_ptr<HttpServer>(new HttpServer(std::move(impl)));
}

uint16_t HttpServer::port() const {
  return impl_->acceptor.local_endpoint().port();
}
HttpServer::Counts HttpServer::counts() const {
  return impl_->counts;
}

void HttpServer::send(ConnectionId connection, Buffer message) {
  const auto found = impl_->sockets.find(connection);
  if (found == impl_->sockets.end()) return;
  if (const auto session = found->second.lock()) session->send(std::move(message));
}

void HttpServer::close(ConnectionId connection) {
  const auto found = impl_->sockets.find(connection);
  if (found == impl_->sockets.end()) return;
  if (const auto session = found->second.lock()) session->close_after_queue();
}

void HttpServer::stop_accepting() {
  boost::system::error_code ignored;
  impl_->acceptor.close(ignored);
}

std::expected<void, std::string> HttpServer::reload_tls() {
  if (!impl_->tls) return {};
  auto tls = load_tls(impl_->options);
  if (!tls) return std::unexpected(tls.error());
  impl_->tls = std::move(*tls);
  return {};
}

}  // namespace vicino::net
