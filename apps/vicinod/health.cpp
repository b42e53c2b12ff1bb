#include "health.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "rtc/stun.h"

namespace vicino::vicinod {
namespace asio = boost::asio;
using asio::ip::udp;

namespace {

constexpr auto answer_time = std::chrono::milliseconds(333);
constexpr int tries = 3;

bool is_right_answer(Bytes datagram, const rtc::StunTransactionId& transaction, std::string_view password) {
  const auto message = rtc::parse_stun(datagram);
  return message && message->message_class == rtc::StunMessage::Class::success && message->transaction == transaction &&
         rtc::verify_integrity(*message, password);
}

}  // namespace

asio::awaitable<bool> media_port_answers(const HealthTarget& target, SecureRandom& random) {
  using asio::experimental::awaitable_operators::operator||;
  const auto quietly = asio::as_tuple(asio::use_awaitable);
  const auto executor = co_await asio::this_coro::executor;
  boost::system::error_code error;
  udp::socket socket(executor);
  socket.open(target.endpoint.protocol(), error);
  if (error) co_return false;
  const std::string username = target.credentials.ice_ufrag + ":health";
  for (int i = 0; i < tries; ++i) {
    rtc::StunTransactionId transaction;
    random.fill(transaction);
    std::array<uint8_t, 256> memory;
    const rtc::StunRequest request{transaction, username, 1, random.u64(), false};
    const MutBytes check = rtc::write_binding_request(memory, request, target.credentials.ice_pwd);
    co_await socket.async_send_to(asio::buffer(check.data(), check.size()), target.endpoint, quietly);
    std::array<uint8_t, 512> answer;
    udp::endpoint from;
    asio::steady_timer timer(executor, answer_time);
    const auto result = co_await (socket.async_receive_from(asio::buffer(answer), from, quietly) ||
                                  timer.async_wait(quietly));
    if (result.index() != 0) continue;
    const auto [failed, size] = std::get<0>(result);
    if (!failed && is_right_answer(Bytes(answer).first(size), transaction, target.credentials.ice_pwd)) co_return true;
  }
  co_return false;
}

}  // namespace vicino::vicinod
