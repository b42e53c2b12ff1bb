// The running server: one thread for signalling (an Asio io_context), one per media port. What is
// decided is in src/server and src/sfu; this carries messages between them and answers HTTP.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "health.h"
#include "net/entropy.h"
#include "net/http_server.h"
#include "net/media_thread.h"
#include "net/static_files.h"
#include "server/calls.h"
#include "server/config.h"
#include "store/database.h"

namespace vicino::vicinod {

class Service final : public net::HttpHandler {
 public:
  // Loads what is served, opens the data folder, binds every port. Errors as a sentence; nothing is
  // left behind then.
  static std::expected<std::unique_ptr<Service>, std::string> start(boost::asio::io_context& io,
                                                                    server::Config config);
  ~Service() override;

  // "http://127.0.0.1:8080": where a browser reaches the server.
  std::string url() const;
  // Accepts nobody any more and tells every client to come back; connections end by themselves.
  void drain();
  bool drained() const;
  // Reads certificate and key again, if there are any.
  void reload_tls();

  boost::asio::awaitable<net::HttpResponse> handle(const net::HttpClient& client,
                                                   net::HttpRequest request) override;
  void socket_opened(ConnectionId connection, const net::HttpClient& client) override;
  void socket_message(ConnectionId connection, Bytes message) override;
  void socket_closed(ConnectionId connection) override;
  void media_path_opened(std::string_view ufrag, net::TcpArrival arrival) override;

 private:
  Service(boost::asio::io_context& io, server::Config config);
  std::expected<void, std::string> open_stores();
  std::expected<void, std::string> start_media();
  std::vector<Address> tcp_candidates() const;
  std::expected<void, std::string> start_http();

  // Carries out what Calls decided and sets the next deadline.
  void pump();
  void wait_for_deadline();
  // Tells Calls every second what each worker has to do.
  void measure_load();
  bool join_allowed(const net::HttpClient& client);

  net::HttpResponse route(const net::HttpClient& client, const net::HttpRequest& request);
  net::HttpResponse media_resource(const net::HttpRequest& request);
  net::HttpResponse create_resource(const net::HttpRequest& request, bool publish,
                                    std::string_view room, std::string_view peer);
  net::HttpResponse open_room(const net::HttpClient& client, const net::HttpRequest& request);
  net::HttpResponse metrics(const net::HttpRequest& request) const;
  boost::asio::awaitable<net::HttpResponse> health(net::HttpRequest request);

  boost::asio::io_context& io_;
  server::Config config_;
  net::OsRandom random_;
  std::optional<net::StaticFiles> files_;
  std::unique_ptr<store::Database> database_;
  std::unique_ptr<server::RoomRegistry> rooms_;
  std::unique_ptr<server::GroupStore> groups_;
  std::unique_ptr<rtc::DtlsIdentity> identity_;
  std::unique_ptr<server::Calls> calls_;
  std::unique_ptr<net::Relays> relays_;  // before those who use it
  std::vector<std::unique_ptr<net::MediaThread>> workers_;
  std::vector<uint64_t> forwarded_;  // by each worker, when last looked at
  std::vector<HealthTarget> health_targets_;
  std::unique_ptr<net::HttpServer> http_;
  boost::asio::steady_timer deadline_;
  boost::asio::steady_timer measuring_;
  // Connections of the running minute by address, for limits.joins_per_minute_per_address.
  std::unordered_map<Address, size_t, AddressHash> joins_;
  Instant joins_since_{};
  bool draining_ = false;
};

}  // namespace vicino::vicinod
