// A STUN message of any content, and the input as attributes behind a valid header: so that the
// fuzzer needn't guess the cookie and the length first.
#include "rtc/stun.h"

using namespace vicino;
using namespace vicino::rtc;

namespace {

void handle(Bytes datagram) {
  (void)local_ufrag_of(datagram);
  const auto message = parse_stun(datagram);
  if (!message) return;
  CHECK(message->username.size() <= datagram.size());
  CHECK(message->before_integrity.size() <= datagram.size());
  (void)verify_integrity(*message, "a password of the right size");
  std::array<uint8_t, 256> memory;
  const MutBytes answer =
      write_binding_error(memory, message->transaction, 420, message->unknown_required, "password");
  const auto read = parse_stun(answer);
  CHECK(read && verify_integrity(*read, "password") && !verify_integrity(*read, "passwort"));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const Bytes input(data, size);
  handle(input);
  if (size % 4 != 0 || size > UINT16_MAX) return 0;
  Buffer message = {0x00, 0x01, 0, 0, 0x21, 0x12, 0xa4, 0x42, 1,  2,
                    3,    4,    5, 6, 7,    8,    9,    10,   11, 12};
  store16(&message[2], static_cast<uint16_t>(size));
  message.insert(message.end(), input.begin(), input.end());
  handle(message);
  return 0;
}
