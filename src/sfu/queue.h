// Packets of one incoming stream that arrived in one batch and are yet to be passed on, in order.
#pragma once

#include <span>
#include <vector>

#include "sfu/packet.h"

namespace vicino::sfu {

class PacketQueue {
 public:
  // As many as one train to a receiver can have.
  static constexpr size_t max_packets = 64;
  // Packets that differ by no more are padded to the same size (RFC 3550 section 5.1), so that they
  // ride in one train: sixteen bytes cost less than a hundredth of what another train does, and
  // encoders cut a frame into packets that differ by one.
  static constexpr size_t max_padding = 16;

  bool empty() const { return used_ == 0; }
  bool full() const { return used_ == max_packets; }
  // Copies what the packet's views show. Not when full.
  void push(const MediaPacket& packet);
  // Pads what is there, once no more comes.
  void equalise();
  // Valid until the next push(). What is rewritten in place stays rewritten.
  std::span<const MediaPacket> packets() const { return std::span(packets_).first(used_); }
  void clear() { used_ = 0; }  // keeps the memory

 private:
  std::vector<MediaPacket> packets_;
  std::vector<Buffer> memory_;  // of each packet, with room for padding at the end
  size_t used_ = 0;
};

}  // namespace vicino::sfu
