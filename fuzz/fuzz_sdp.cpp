// A session description of any content, as an offer and as an answer. What an offer is answered
// with must be readable by this project's own client, name the offer's m-lines in order, and put no
// line of the offer's choosing into the answer.
#include <algorithm>

#include "base/limits.h"
#include "rtc/sdp.h"

using namespace vicino;
using namespace vicino::rtc;

namespace {

TransportParameters local_transport() {
  return {.ice_ufrag = "abcd",
          .ice_pwd = "0123456789abcdefghijkl",
          .fingerprint = {7},
          .candidates = {Address::v4({192, 0, 2, 1}, 40000)}};
}

size_t count_m_lines(std::string_view sdp) {
  size_t count = sdp.starts_with("m=") ? 1 : 0;
  for (size_t at = sdp.find("\nm="); at != std::string_view::npos; at = sdp.find("\nm=", at + 1))
    ++count;
  return count;
}

void check_section(const MediaSection& section) {
  CHECK(!section.codecs.empty() || section.direction == Direction::inactive);
  CHECK(section.remote_rtx_ssrcs.empty() ||
        section.remote_rtx_ssrcs.size() == section.remote_ssrcs.size());
  if (section.direction == Direction::send) CHECK(section.ssrc != 0);
}

void answer(const SessionOffer& offer, size_t max_receive, size_t max_send) {
  uint32_t ssrc = 0;
  const AnswerOptions options{.local = local_transport(),
                              .video_codecs = {Codec::vp8, Codec::vp9, Codec::av1, Codec::h264},
                              .session_id = 1,
                              .max_receive = max_receive,
                              .max_video_send = max_send,
                              .max_audio_send = max_send};
  const Answer answer = answer_offer(offer, options, [&] { return ++ssrc; });
  CHECK(count_m_lines(answer.sdp) == offer.media.size());
  for (const MediaSection& section : answer.media) check_section(section);
  const auto read = parse_answer(answer.sdp);
  CHECK(read && read->media.size() == answer.media.size());
  for (size_t i = 0; i < answer.media.size(); ++i) CHECK(read->media[i].mid == answer.media[i].mid);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text = as_text(Bytes(data, size));
  if (const auto read = parse_answer(text)) {
    CHECK(read->media.size() <= limits::max_sdp_media);
  }
  const auto offer = parse_offer(text);
  if (!offer) return 0;
  CHECK(offer->media.size() <= limits::max_sdp_media);
  for (const OfferedMedia& media : offer->media) {
    CHECK(!media.accepted || !media.section.codecs.empty());
  }
  answer(*offer, AnswerOptions::limits_unbounded, AnswerOptions::limits_unbounded);
  answer(*offer, 1, 2);
  return 0;
}
