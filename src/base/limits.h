// Every fixed bound of the packet path and the protocols, in one place. What an operator may change
// is in server/config.h instead. Each comment says what a higher value costs.
#pragma once

#include <cstddef>

namespace vicino::limits {

inline constexpr size_t max_datagram =
    1500;  // larger datagrams are cut by the receive buffer and refused
inline constexpr size_t max_rtp_payload =
    1200;  // what this side's packetisers produce; higher risks fragments
inline constexpr size_t max_sdp =
    128 * 1024;  // bytes of an offer or answer; a 100-slot offer has about 70 KB
inline constexpr size_t max_sdp_media =
    128;  // m-lines; each costs about 300 bytes of state per peer
inline constexpr size_t max_frame = 4 * 1024 * 1024;  // bytes of one encoded frame, clear or sealed
inline constexpr size_t max_participants = 100;       // in a room
inline constexpr size_t max_name = 64;  // characters of a participant's name
inline constexpr size_t max_wire_message =
    192 * 1024;                                // bytes of one WebSocket message; holds an SDP
inline constexpr size_t replay_window = 1024;  // packets (SRTP) and frames (SFrame); 128 bytes each
inline constexpr size_t max_rtx_packets =
    512;  // kept per stream for retransmission; about 0.6 MB per stream

}  // namespace vicino::limits
