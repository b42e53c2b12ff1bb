// Session descriptions for Janus VideoRoom: the offer of a publisher, the answer of a subscriber.
// Janus answers the one and makes the offer of the other.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "target.h"

namespace vicino::load {

// What both descriptions together agreed on.
struct JanusAgreement {
  rtc::TransportParameters remote;
  std::vector<rtc::MediaSection> sections;  // directions as the generator does them
};

// Offers to send the tracks, one m-line each, its mid the index; as DTLS client. Opus and VP8
// without retransmission streams: a lost packet is sent again under its own SSRC.
std::string offer_to_janus(const rtc::TransportParameters& local, const std::vector<Track>& tracks);

// The answer to it. `sections`: one per track, in order. Errors: a sentence (not an answer to this
// offer, a track refused).
Outcome<JanusAgreement> read_janus_answer(std::string_view sdp, const std::vector<Track>& tracks);

struct JanusSubscription {
  std::string answer;
  JanusAgreement agreement;
};
// Accepts all that Janus offers to send. Errors: a sentence (not readable, nothing to be received).
Outcome<JanusSubscription> answer_to_janus(std::string_view offer,
                                           const rtc::TransportParameters& local);

}  // namespace vicino::load
