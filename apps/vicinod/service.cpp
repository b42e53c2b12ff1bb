#include "service.h"

#include <boost/asio/post.hpp>
#include <thread>

#include "base/encoding.h"
#include "net/clock.h"
#include "net/local_address.h"
#include "net/log.h"
#include "server/messages.h"
#include "store/groups.h"
#include "store/rooms.h"

namespace vicino::vicinod {
namespace asio = boost::asio;

namespace {

// When to come back for somebody who isn't let in now.
constexpr Duration refused_for = seconds(5);

template <class... F>
struct Overloaded : F... {
  using F::operator()...;
};
template <class... F>
Overloaded(F...) -> Overloaded<F...>;  // clang 16 doesn't deduce aggregates

// STUN asks for at least 24 bits of ufrag and 128 bits of password (RFC 8445 section 5.3).
std::string random_text(SecureRandom& random, size_t bytes) {
  Buffer memory(bytes);
  random.fill(memory);
  return to_hex(memory);
}

sfu::RoomSettings room_settings(const server::Config& config) {
  const auto kbps = [](size_t n) { return rtc::kilobits_per_second(static_cast<int64_t>(n)); };
  const rtc::BitRate ceiling = kbps(config.downlink_ceiling_kbps);
  return {.history_bytes = config.history_megabytes_per_room << 20,
          .adapts = config.downlink_adapts,
          .downlink = {.start = std::min(kbps(config.downlink_start_kbps), ceiling),
                       .floor = kbps(config.downlink_floor_kbps),
                       .ceiling = ceiling}};
}

}  // namespace

Service::Service(asio::io_context& io, server::Config config)
    : io_(io), config_(std::move(config)), deadline_(io), measuring_(io) {}

Service::~Service() {
  workers_.clear();  // their threads post to io_ and refer to identity_
}

std::expected<std::unique_ptr<Service>, std::string> Service::start(asio::io_context& io,
                                                                    server::Config config) {
  std::unique_ptr<Service> service(new Service(io, std::move(config)));
  if (auto done = service->open_stores(); !done) return std::unexpected(done.error());
  // Its port is announced for media, too; nobody is served before the io_context runs.
  if (auto done = service->start_http(); !done) return std::unexpected(done.error());
  if (auto done = service->start_media(); !done) return std::unexpected(done.error());
  service->pump();
  service->measure_load();
  return service;
}

std::expected<void, std::string> Service::open_stores() {
  if (!config_.web_folder.empty()) {
    auto files = net::StaticFiles::load(config_.web_folder);
    if (!files) return std::unexpected(files.error());
    files_ = std::move(*files);
  }
  auto database = store::Database::open(config_.data_folder);
  if (!database) return std::unexpected(database.error());
  database_ = std::move(*database);
  rooms_ = std::make_unique<store::SqliteRooms>(*database_, config_.limits.max_rooms);
  groups_ = std::make_unique<store::SqliteGroups>(*database_);
  return {};
}

std::expected<void, std::string> Service::start_media() {
  auto identity = rtc::DtlsIdentity::create();
  if (!identity) return std::unexpected(std::string("no DTLS identity: ") + identity.error().where);
  identity_ = std::move(*identity);
  const size_t count =
      config_.workers != 0 ? config_.workers : std::max(1u, std::thread::hardware_concurrency());
  if (config_.ice_addresses.empty()) config_.ice_addresses = net::local_addresses();
  std::vector<std::unique_ptr<net::UdpSocket>> sockets;
  std::vector<server::ShardInfo> shards;
  for (size_t i = 0; i < count; ++i) {
    const auto port = static_cast<uint16_t>(config_.media_port == 0 ? 0 : config_.media_port + i);
    auto socket = net::UdpSocket::bind(config_.media_address, port);
    if (!socket) return std::unexpected(socket.error());
    server::ShardInfo& shard = shards.emplace_back();
    for (const std::string& ip : config_.ice_addresses) {
      if (const auto address = Address::parse(ip, (*socket)->port()))
        shard.candidates.push_back(*address);
    }
    shard.tcp_candidates = tcp_candidates();
    sockets.push_back(std::move(*socket));
  }
  const auto seed = database_->server_seed(random_);
  if (!seed) return std::unexpected(seed.error());
  calls_ = std::make_unique<server::Calls>(config_, std::move(shards), identity_->fingerprint(),
                                           server::Stores{*rooms_, *groups_}, *seed, random_);
  for (const server::OpenRoom& room : config_.open_rooms) {
    if (!calls_->is_open_room(room.name)) {
      return std::unexpected("rooms.open: \"" + room.name +
                             "\" can't be an open room; choose another name");
    }
  }
  auto ip = asio::ip::make_address(config_.media_address);
  if (ip.is_unspecified()) {
    ip = ip.is_v4() ? asio::ip::address(asio::ip::address_v4::loopback())
                    : asio::ip::address_v6::loopback();
  }
  if (count > 1) relays_ = std::make_unique<net::Relays>(count);
  for (size_t i = 0; i < count; ++i) {
    auto& socket = sockets[i];
    rtc::TransportParameters health;
    health.ice_ufrag = "health" + random_text(random_, 8);
    health.ice_pwd = random_text(random_, 16);
    health_targets_.push_back({{ip, socket->port()}, health});
    workers_.push_back(std::make_unique<net::MediaThread>(
        std::move(socket), *identity_, health,
        [this](std::vector<sfu::Event> events) {
          asio::post(io_, [this, events = std::move(events)] {
            for (const sfu::Event& event : events) calls_->handle_event(net::now(), event);
            pump();
          });
        },
        sfu::ShardSettings{.room = room_settings(config_)}, relays_ ? &relays_->end(i) : nullptr));
  }
  return {};
}

// Where the web server's port is reached for media: at every announced address that it listens on,
// or wherever the operator says that something passes the port's connections on.
std::vector<Address> Service::tcp_candidates() const {
  std::vector<Address> candidates;
  if (!config_.media_tcp) return candidates;
  const uint16_t port = config_.media_tcp_port != 0 ? config_.media_tcp_port : http_->port();
  const auto listening = asio::ip::make_address(config_.http_address);
  for (const std::string& ip : config_.ice_addresses) {
    const auto address = Address::parse(ip, port);
    const bool reached = config_.media_tcp_port != 0 || listening.is_unspecified() ||
                         listening == asio::ip::make_address(ip);
    if (address && reached) candidates.push_back(*address);
  }
  return candidates;
}

std::expected<void, std::string> Service::start_http() {
  net::HttpServerOptions options;
  options.address = config_.http_address;
  options.port = config_.http_port;
  options.tls_certificate = config_.tls_certificate;
  options.tls_key = config_.tls_key;
  options.origins = config_.allowed_origins;
  if (!config_.public_url.empty()) options.origins.push_back(config_.public_url);
  options.max_connections = config_.limits.max_connections;
  options.max_connections_per_address = config_.limits.max_connections_per_address;
  options.send_queue_bytes = config_.limits.send_queue_bytes;
  options.media_paths = config_.media_tcp;
  auto http = net::HttpServer::listen(io_, std::move(options), *this);
  if (!http) return std::unexpected(http.error());
  http_ = std::move(*http);
  return {};
}

std::string Service::url() const {
  if (!config_.public_url.empty()) return config_.public_url;
  const bool v6 = config_.http_address.find(':') != std::string::npos;
  const std::string host = v6 ? "[" + config_.http_address + "]" : config_.http_address;
  return (config_.tls_certificate.empty() ? "http://" : "https://") + host + ":" +
         std::to_string(http_->port());
}

void Service::drain() {
  draining_ = true;
  http_->stop_accepting();
  calls_->drain(net::now());
  pump();
}

bool Service::drained() const {
  return http_->counts().sockets == 0;
}

void Service::reload_tls() {
  if (const auto reloaded = http_->reload_tls(); !reloaded) {
    net::log(net::LogLevel::error, "tls.reload_failed");
  } else {
    net::log(net::LogLevel::info, "tls.reloaded");
  }
}

void Service::pump() {
  for (server::Output& output : calls_->take_outputs()) {
    std::visit(Overloaded{
                   [&](server::SendMessage& m) { http_->send(m.to, std::move(m.message)); },
                   [&](server::CloseConnection& c) { http_->close(c.connection); },
                   [&](server::ToShard& s) { workers_.at(s.shard)->post(std::move(s.command)); },
               },
               output);
  }
  wait_for_deadline();
}

void Service::wait_for_deadline() {
  const Instant next = calls_->next_timeout();
  if (next == Instant::never()) {
    deadline_.cancel();
    return;
  }
  deadline_.expires_after(std::chrono::microseconds(std::max<int64_t>(0, (next - net::now()).us)));
  deadline_.async_wait([this](boost::system::error_code error) {
    if (error) return;
    calls_->handle_timeout(net::now());
    pump();
  });
}

void Service::measure_load() {
  forwarded_.resize(workers_.size());
  for (size_t i = 0; i < workers_.size(); ++i) {
    const uint64_t forwarded = workers_[i]->stats().shard.rtp_out;
    calls_->measured(i, forwarded - std::exchange(forwarded_[i], forwarded));
  }
  measuring_.expires_after(std::chrono::seconds(1));
  measuring_.async_wait([this](boost::system::error_code error) {
    if (!error) measure_load();
  });
}

bool Service::join_allowed(const net::HttpClient& client) {
  if (const Instant now = net::now(); now - joins_since_ >= seconds(60)) {
    joins_.clear();
    joins_since_ = now;
  }
  Address host = client.address;
  host.port = 0;
  // The table can't outgrow a minute's connections: when it is full, only known addresses go on.
  if (joins_.size() >= config_.limits.max_connections && !joins_.contains(host)) return false;
  return ++joins_[host] <= config_.limits.joins_per_minute_per_address;
}

void Service::socket_opened(ConnectionId connection, const net::HttpClient& client) {
  if (draining_ || !join_allowed(client)) {
    const auto reason = draining_ ? wire::Refusal::draining : wire::Refusal::too_many_requests;
    http_->send(connection,
                server::refused_message(reason, "", static_cast<uint32_t>(refused_for.ms())));
    http_->close(connection);
    return;
  }
  calls_->handle_open(net::now(), connection);
  pump();
}

void Service::socket_message(ConnectionId connection, Bytes message) {
  calls_->handle_message(net::now(), net::wall_time(), connection, message);
  pump();
}

void Service::media_path_opened(std::string_view ufrag, net::TcpArrival arrival) {
  if (const auto shard = calls_->shard_of(ufrag)) workers_.at(*shard)->take(std::move(arrival));
}

void Service::socket_closed(ConnectionId connection) {
  calls_->handle_close(net::now(), connection);
  pump();
}

}  // namespace vicino::vicinod
