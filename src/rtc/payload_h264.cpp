// H.264 in packetization mode 1 (RFC 6184): single NAL units, STAP-A (read only) and FU-A.
#include <algorithm>

#include "rtc/payload_formats.h"

namespace vicino::rtc {
namespace {

constexpr uint8_t nal_slice = 1, nal_idr = 5, nal_sps = 7;
constexpr uint8_t nal_last_single = 23, nal_stap_a = 24, nal_fu_a = 28;
constexpr uint8_t type_mask = 0x1f, fu_start = 0x80, fu_end = 0x40, forbidden = 0x80;
constexpr std::array<uint8_t, 4> start_code = {0, 0, 0, 1};

// `nal` as far as the packet holds it. Notes what it says about its frame.
void look_at(uint8_t type, Bytes content, PictureInfo& info) {
  if (type == nal_sps) info.key_frame = true;
  // Unit types that begin an access unit (H.264 section 7.4.1.2.3).
  const bool in_front = (type >= 6 && type <= 9) || (type >= 14 && type <= 18);
  // first_mb_in_slice is 0, whose Exp-Golomb code is a single one bit (H.264 section 7.3.3).
  const bool first_slice =
      (type == nal_slice || type == nal_idr) && !content.empty() && (content[0] & 0x80) != 0;
  if (in_front || first_slice) info.begins_frame = true;
}

// Calls `visit(nal)` for each unit of a STAP-A.
template <class Visit>
Status each_aggregated(Bytes payload, Visit visit) {
  Reader reader(payload.subspan(1));
  if (reader.empty()) return fail(Errc::truncated, "STAP-A");
  while (!reader.empty()) {
    TRY_ASSIGN(const uint16_t size, reader.u16());
    TRY_ASSIGN(const Bytes nal, reader.take(size));
    if (nal.empty()) return fail(Errc::malformed, "STAP-A unit");
    visit(nal);
  }
  return {};
}

// Byte stream format (H.264 annex B): units between start codes of two or more zeros and a one.
Result<std::vector<Bytes>> split_nals(Bytes frame) {
  std::vector<Bytes> nals;
  constexpr std::array<uint8_t, 3> code = {0, 0, 1};
  auto found = std::ranges::search(frame, code);
  if (std::any_of(frame.begin(), found.begin(), [](uint8_t b) { return b != 0; }) ||
      found.empty()) {
    return fail(Errc::malformed, "H.264 start code");
  }
  while (!found.empty()) {
    const auto begin = found.end();
    found = std::ranges::search(begin, frame.end(), code.begin(), code.end());
    Bytes nal(begin, found.begin());
    if (!found.empty()) {
      // Zeros before a start code belong to it: a unit never ends with one.
      while (!nal.empty() && nal.back() == 0) nal = nal.first(nal.size() - 1);
    }
    if (nal.empty() || (nal[0] & forbidden) != 0) return fail(Errc::malformed, "H.264 unit");
    const uint8_t type = nal[0] & type_mask;
    if (type == 0 || type > nal_last_single) return fail(Errc::malformed, "H.264 unit type");
    nals.push_back(nal);
  }
  return nals;
}

void cut_nal(const FrameToCut& cut, Bytes nal, bool last_nal) {
  if (nal.size() <= cut.max_payload) return cut.emit(nal, last_nal);
  const auto indicator = static_cast<uint8_t>((nal[0] & ~type_mask) | nal_fu_a);
  const auto type = static_cast<uint8_t>(nal[0] & type_mask);
  Bytes rest = nal.subspan(1);
  for (uint8_t bits = fu_start; !rest.empty(); bits = 0) {
    const Bytes part = rest.first(std::min(rest.size(), cut.max_payload - 2));
    rest = rest.subspan(part.size());
    if (rest.empty()) bits |= fu_end;
    cut.scratch.assign({indicator, static_cast<uint8_t>(bits | type)});
    append(part, cut.scratch);
    cut.emit(cut.scratch, last_nal && rest.empty());
  }
}

}  // namespace

Result<PictureInfo> describe_h264(Bytes payload) {
  if (payload.empty()) return fail(Errc::truncated, "H.264 payload");
  PictureInfo info;
  const uint8_t type = payload[0] & type_mask;
  if (type == 0) return fail(Errc::malformed, "H.264 unit type");
  if (type <= nal_last_single) {
    look_at(type, payload.subspan(1), info);
  } else if (type == nal_stap_a) {
    TRY(each_aggregated(payload,
                        [&](Bytes nal) { look_at(nal[0] & type_mask, nal.subspan(1), info); }));
  } else if (type == nal_fu_a) {
    if (payload.size() < 3) return fail(Errc::truncated, "FU-A");
    if ((payload[1] & fu_start) != 0) look_at(payload[1] & type_mask, payload.subspan(2), info);
  } else {
    return fail(Errc::unsupported, "H.264 interleaved mode");
  }
  return info;
}

Status cut_h264(const FrameToCut& cut) {
  TRY_ASSIGN(const auto nals, split_nals(cut.frame));
  for (size_t i = 0; i < nals.size(); ++i) cut_nal(cut, nals[i], i + 1 == nals.size());
  return {};
}

Status H264Joiner::add(Bytes payload, Buffer& frame) {
  if (payload.empty()) return fail(Errc::malformed, "H.264 payload");
  const uint8_t type = payload[0] & type_mask;
  if (type != nal_fu_a) {
    if (in_fragment_) return fail(Errc::malformed, "FU-A without end");
    if (type == nal_stap_a) {
      return each_aggregated(payload, [&](Bytes nal) {
        append(start_code, frame);
        append(nal, frame);
      });
    }
    append(start_code, frame);
    append(payload, frame);
    return {};
  }
  if (payload.size() < 3) return fail(Errc::malformed, "FU-A");
  const bool start = (payload[1] & fu_start) != 0;
  if (start == in_fragment_) return fail(Errc::malformed, "FU-A order");
  if (start) {
    append(start_code, frame);
    frame.push_back(static_cast<uint8_t>((payload[0] & ~type_mask) | (payload[1] & type_mask)));
  }
  append(payload.subspan(2), frame);
  in_fragment_ = (payload[1] & fu_end) == 0;
  return {};
}

Status H264Joiner::finish(Buffer&) {
  if (in_fragment_) return fail(Errc::malformed, "FU-A without end");
  return {};
}

}  // namespace vicino::rtc
