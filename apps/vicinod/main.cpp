// vicinod: reads settings, starts the service, waits for signals.
// Exit codes: 0 ended as asked, 1 could not start, 2 bad settings.
#include <sys/resource.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <csignal>
#include <filesystem>
#include <iostream>

#include "net/log.h"
#include "service.h"
#include "settings.h"

extern char** environ;

namespace vicino::vicinod {
namespace asio = boost::asio;
namespace {

constexpr auto quietly = asio::as_tuple(asio::use_awaitable);
constexpr auto certificate_check_interval = std::chrono::seconds(10);

std::map<std::string, std::string> environment() {
  std::map<std::string, std::string> variables;
  for (char** entry = environ; *entry; ++entry) {
    const std::string_view text(*entry);
    if (const size_t equals = text.find('='); equals != std::string_view::npos) {
      variables.emplace(text.substr(0, equals), text.substr(equals + 1));
    }
  }
  return variables;
}

// Every connection is a file: as many as the system lets us have.
void raise_file_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  (void)setrlimit(RLIMIT_NOFILE, &limit);
}

std::filesystem::file_time_type changed_at(const std::string& file) {
  std::error_code missing;
  return std::filesystem::last_write_time(file, missing);
}

asio::awaitable<void> reload_on_hangup(Service& service) {
  asio::signal_set signals(co_await asio::this_coro::executor, SIGHUP);
  for (;;) {
    auto [error, number] = co_await signals.async_wait(quietly);
    if (error) co_return;
    service.reload_tls();
  }
}

asio::awaitable<void> reload_changed_certificate(Service& service, std::string certificate, std::string key) {
  asio::steady_timer timer(co_await asio::this_coro::executor);
  auto seen = std::pair(changed_at(certificate), changed_at(key));
  for (;;) {
    timer.expires_after(certificate_check_interval);
    auto [error] = co_await timer.async_wait(quietly);
    if (error) co_return;
    const auto current = std::pair(changed_at(certificate), changed_at(key));
    if (current == seen) continue;
    seen = current;
    service.reload_tls();
  }
}

asio::awaitable<void> stop_on_signal(asio::io_context& io, Service& service, Duration drain_time) {
  asio::signal_set signals(io, SIGTERM, SIGINT);
  co_await signals.async_wait(quietly);
  net::log(net::LogLevel::info, "server.draining");
  service.drain();
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::microseconds(drain_time.us);
  asio::steady_timer timer(io);
  // A second signal ends it at once.
  bool again = false;
  signals.async_wait([&](boost::system::error_code error, int) { again = !error; });
  while (!again && !service.drained() && std::chrono::steady_clock::now() < deadline) {
    timer.expires_after(std::chrono::milliseconds(50));
    co_await timer.async_wait(quietly);
  }
  io.stop();
}

int run(const server::Config& config) {
  net::set_log_level(config.log_level);
  raise_file_limit();
  asio::io_context io(1);
  auto service = Service::start(io, config);
  if (!service) {
    std::cerr << "vicinod: " << service.error() << "\n";
    return 1;
  }
  asio::co_spawn(io, stop_on_signal(io, **service, config.drain_time), asio::detached);
  asio::co_spawn(io, reload_on_hangup(**service), asio::detached);
  if (!config.tls_certificate.empty()) {
    asio::co_spawn(io, reload_changed_certificate(**service, config.tls_certificate, config.tls_key), asio::detached);
  }
  std::cout << "listening on " << (*service)->url() << std::endl;
  io.run();
  net::log(net::LogLevel::info, "server.stopped");
  return 0;
}

}  // namespace
}  // namespace vicino::vicinod

int main(int argc, char** argv) {
  using namespace vicino;
  const vicinod::Outcome outcome =
      vicinod::read_settings(std::vector<std::string>(argv + 1, argv + argc), vicinod::environment());
  std::cout << outcome.text;
  for (const std::string& problem : outcome.problems) std::cerr << "vicinod: " << problem << "\n";
  if (!outcome.arguments || outcome.arguments->check_only) return outcome.code;
  std::signal(SIGPIPE, SIG_IGN);
  return vicinod::run(outcome.arguments->config);
}
