// The body of a transport-wide feedback packet, to values and back; part of rtcp.h's reader and
// writer.
#pragma once

#include "rtc/rtcp.h"

namespace vicino::rtc {

// `body` is the packet after its four header bytes. Errors: truncated, malformed.
Result<TransportFeedback> read_transport_feedback(Bytes body);
// Writes the body. False when a delta doesn't fit its field or there is nothing to report; room is
// the writer's to tell.
bool write_transport_feedback(Writer& writer, const TransportFeedback& feedback);

}  // namespace vicino::rtc
