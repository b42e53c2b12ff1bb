#include "rtc/dtls_bio.h"

namespace vicino::rtc {
namespace {

DatagramQueue& queue_of(BIO* bio) {
  return *static_cast<DatagramQueue*>(BIO_get_data(bio));
}

int write_datagram(BIO* bio, const char* data, int size) {
  if (size <= 0) return 0;
  const auto* bytes = reinterpret_cast<const uint8_t*>(data);
  if (auto* out = queue_of(bio).outgoing) out->emplace_back(bytes, bytes + size);
  return size;
}

int read_datagram(BIO* bio, char* data, int room) {
  BIO_clear_retry_flags(bio);
  const Bytes datagram = std::exchange(queue_of(bio).incoming, {});
  if (datagram.empty()) {
    BIO_set_retry_read(bio);
    return -1;
  }
  const size_t size = std::min(datagram.size(), static_cast<size_t>(std::max(room, 0)));
  std::memcpy(data, datagram.data(), size);
  return static_cast<int>(size);
}

long control(BIO*, int command, long, void*) {
  return command == BIO_CTRL_FLUSH ? 1 : 0;
}

const BIO_METHOD* method() {
  static const BIO_METHOD* const made = [] {
    BIO_METHOD* m = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "datagrams in memory");
    CHECK(m != nullptr);
    BIO_meth_set_write(m, write_datagram);
    BIO_meth_set_read(m, read_datagram);
    BIO_meth_set_ctrl(m, control);
    return m;
  }();
  return made;
}

}  // namespace

BIO* make_datagram_bio(DatagramQueue& queue) {
  BIO* bio = BIO_new(method());
  CHECK(bio != nullptr);
  BIO_set_data(bio, &queue);
  BIO_set_init(bio, 1);
  return bio;
}

}  // namespace vicino::rtc
