// An OpenSSL BIO between datagrams in memory: reads give the one datagram set, writes append whole
// datagrams.
#pragma once

#include <openssl/bio.h>

#include <vector>

#include "base/bytes.h"

namespace vicino::rtc {

struct DatagramQueue {
  Bytes incoming;                           // consumed by one read
  std::vector<Buffer>* outgoing = nullptr;  // nullptr: writes are dropped
};

// A BIO that borrows `queue`, which must outlive it. The caller (or SSL_set_bio) frees the BIO.
BIO* make_datagram_bio(DatagramQueue& queue);

}  // namespace vicino::rtc
