#include "rtc/rtcp.h"

#include <algorithm>

#include "rtc/rtcp_feedback.h"

namespace vicino::rtc {
namespace {

// Packet types and, for feedback, their format in the count field.
constexpr uint8_t sender_report = 200, receiver_report = 201, source_description = 202, bye = 203;
constexpr uint8_t transport_feedback = 205, payload_feedback = 206;
constexpr uint8_t format_nack = 1, format_transport_cc = 15, format_pli = 1, format_fir = 4;
constexpr uint8_t item_cname = 1;
constexpr uint8_t nack_mask_bits = 16;

struct Header {
  uint8_t count;  // or feedback format
  uint8_t type;
  Bytes body;  // without padding
};

Result<Header> take_packet(Reader& reader) {
  TRY_ASSIGN(const Bytes fixed, reader.take(4));
  if (fixed[0] >> 6 != 2) return fail(Errc::malformed, "RTCP version");
  Header header{static_cast<uint8_t>(fixed[0] & 0x1f), fixed[1], {}};
  TRY_ASSIGN(header.body, reader.take(4 * static_cast<size_t>(load16(&fixed[2]))));
  if ((fixed[0] & 0x20) == 0) return header;
  if (header.body.empty()) return fail(Errc::malformed, "RTCP padding");
  const size_t padding = header.body.back();
  if (padding == 0 || padding > header.body.size()) return fail(Errc::malformed, "RTCP padding");
  header.body = header.body.first(header.body.size() - padding);
  return header;
}

Result<std::vector<ReportBlock>> read_blocks(Reader& reader, size_t count) {
  std::vector<ReportBlock> blocks;
  if (reader.remaining() < count * 24) return fail(Errc::truncated, "RTCP report blocks");
  blocks.reserve(count);
  for (size_t i = 0; i < count; ++i) {
    TRY_ASSIGN(const Bytes b, reader.take(24));
    const uint32_t lost = load24(&b[5]);
    blocks.push_back({.ssrc = load32(&b[0]),
                      .fraction_lost = b[4],
                      .cumulative_lost = static_cast<int32_t>(lost << 8) >> 8,
                      .highest_sequence = load32(&b[8]),
                      .jitter = load32(&b[12]),
                      .last_sr = load32(&b[16]),
                      .delay_since_last_sr = load32(&b[20])});
  }
  return blocks;
}

Result<RtcpItem> read_sender_report(const Header& header) {
  Reader reader(header.body);
  SenderReport report;
  TRY_ASSIGN(report.ssrc, reader.u32());
  TRY_ASSIGN(report.ntp, reader.u64());
  TRY_ASSIGN(report.rtp_timestamp, reader.u32());
  TRY_ASSIGN(report.packets, reader.u32());
  TRY_ASSIGN(report.bytes, reader.u32());
  TRY_ASSIGN(report.blocks, read_blocks(reader, header.count));
  return report;
}

Result<RtcpItem> read_receiver_report(const Header& header) {
  Reader reader(header.body);
  ReceiverReport report;
  TRY_ASSIGN(report.ssrc, reader.u32());
  TRY_ASSIGN(report.blocks, read_blocks(reader, header.count));
  return report;
}

// nullopt when the first chunk has no CNAME.
Result<std::optional<RtcpItem>> read_source_description(const Header& header) {
  if (header.count == 0) return std::nullopt;
  Reader reader(header.body);
  SourceDescription description;
  TRY_ASSIGN(description.ssrc, reader.u32());
  while (true) {
    TRY_ASSIGN(const uint8_t type, reader.u8());
    if (type == 0) return std::nullopt;
    TRY_ASSIGN(const uint8_t size, reader.u8());
    TRY_ASSIGN(const Bytes value, reader.take(size));
    if (type != item_cname) continue;
    description.cname = as_text(value);
    return description;
  }
}

Result<RtcpItem> read_bye(const Header& header) {
  Reader reader(header.body);
  Bye item;
  for (size_t i = 0; i < header.count; ++i) {
    TRY_ASSIGN(const uint32_t ssrc, reader.u32());
    item.ssrcs.push_back(ssrc);
  }
  return item;
}

Result<RtcpItem> read_nack(Reader reader) {
  Nack nack;
  TRY_ASSIGN(nack.sender_ssrc, reader.u32());
  TRY_ASSIGN(nack.media_ssrc, reader.u32());
  // Counted in entries: what was read from so many can always be written into as many, however it is grouped.
  for (size_t entry = 0; entry < max_nack_entries && !reader.empty(); ++entry) {
    TRY_ASSIGN(const uint16_t first, reader.u16());
    TRY_ASSIGN(const uint16_t mask, reader.u16());
    nack.sequences.push_back(first);
    for (int bit = 0; bit < nack_mask_bits; ++bit) {
      if ((mask >> bit & 1) != 0) nack.sequences.push_back(static_cast<uint16_t>(first + bit + 1));
    }
  }
  return nack;
}

Result<RtcpItem> read_pli(Reader reader) {
  PictureLossIndication pli;
  TRY_ASSIGN(pli.sender_ssrc, reader.u32());
  TRY_ASSIGN(pli.media_ssrc, reader.u32());
  return pli;
}

Result<RtcpItem> read_fir(Reader reader) {
  FullIntraRequest fir;
  TRY_ASSIGN(fir.sender_ssrc, reader.u32());
  TRY(reader.u32());  // media SSRC: not used, the entries name their own
  while (!reader.empty()) {
    TRY_ASSIGN(const Bytes entry, reader.take(8));
    fir.entries.push_back({load32(&entry[0]), entry[4]});
  }
  return fir;
}

// nullopt: a type or format this program doesn't know.
Result<std::optional<RtcpItem>> read_item(const Header& header) {
  switch (header.type) {
    case sender_report:
      return read_sender_report(header);
    case receiver_report:
      return read_receiver_report(header);
    case source_description:
      return read_source_description(header);
    case bye:
      return read_bye(header);
    case transport_feedback:
      if (header.count == format_nack) return read_nack(Reader(header.body));
      if (header.count == format_transport_cc) return read_transport_feedback(header.body);
      return std::nullopt;
    case payload_feedback:
      if (header.count == format_pli) return read_pli(Reader(header.body));
      if (header.count == format_fir) return read_fir(Reader(header.body));
      return std::nullopt;
    default:
      return std::nullopt;
  }
}

// Writes one item's body; says which type and count its header names, nullopt when the item can't
// be expressed.
struct TypeAndCount {
  uint8_t type;
  size_t count;
};
using Written = std::optional<TypeAndCount>;
constexpr size_t max_count = 31;

void write_blocks(Writer& writer, const std::vector<ReportBlock>& blocks) {
  for (const ReportBlock& block : blocks) {
    writer.u32(block.ssrc);
    writer.u8(block.fraction_lost);
    writer.u24(static_cast<uint32_t>(std::clamp(block.cumulative_lost, -0x800000, 0x7fffff)) &
               0xffffff);
    writer.u32(block.highest_sequence);
    writer.u32(block.jitter);
    writer.u32(block.last_sr);
    writer.u32(block.delay_since_last_sr);
  }
}

Written write_body(Writer& writer, const SenderReport& item) {
  writer.u32(item.ssrc);
  writer.u64(item.ntp);
  writer.u32(item.rtp_timestamp);
  writer.u32(item.packets);
  writer.u32(item.bytes);
  write_blocks(writer, item.blocks);
  return TypeAndCount{sender_report, item.blocks.size()};
}

Written write_body(Writer& writer, const ReceiverReport& item) {
  writer.u32(item.ssrc);
  write_blocks(writer, item.blocks);
  return TypeAndCount{receiver_report, item.blocks.size()};
}

Written write_body(Writer& writer, const SourceDescription& item) {
  if (item.cname.size() > UINT8_MAX) return std::nullopt;
  writer.u32(item.ssrc);
  writer.u8(item_cname);
  writer.u8(static_cast<uint8_t>(item.cname.size()));
  writer.bytes(as_bytes(item.cname));
  writer.u8(0);  // ends the chunk; more zeros up to the next word follow
  return TypeAndCount{source_description, 1};
}

Written write_body(Writer& writer, const Bye& item) {
  for (const uint32_t ssrc : item.ssrcs) writer.u32(ssrc);
  return TypeAndCount{bye, item.ssrcs.size()};
}

Written write_body(Writer& writer, const Nack& item) {
  if (item.sequences.empty()) return std::nullopt;
  writer.u32(item.sender_ssrc);
  writer.u32(item.media_ssrc);
  for (size_t i = 0; i < item.sequences.size();) {
    const uint16_t first = item.sequences[i++];
    uint16_t mask = 0;
    for (; i < item.sequences.size(); ++i) {
      const auto after = static_cast<uint16_t>(item.sequences[i] - first);
      if (after == 0 || after > nack_mask_bits) break;
      mask = static_cast<uint16_t>(mask | 1 << (after - 1));
    }
    writer.u16(first);
    writer.u16(mask);
  }
  return TypeAndCount{transport_feedback, format_nack};
}

Written write_body(Writer& writer, const PictureLossIndication& item) {
  writer.u32(item.sender_ssrc);
  writer.u32(item.media_ssrc);
  return TypeAndCount{payload_feedback, format_pli};
}

Written write_body(Writer& writer, const FullIntraRequest& item) {
  if (item.entries.empty()) return std::nullopt;
  writer.u32(item.sender_ssrc);
  writer.u32(0);
  for (const auto& entry : item.entries) {
    writer.u32(entry.ssrc);
    writer.u8(entry.sequence);
    writer.u24(0);
  }
  return TypeAndCount{payload_feedback, format_fir};
}

Written write_body(Writer& writer, const TransportFeedback& item) {
  if (!write_transport_feedback(writer, item)) return std::nullopt;
  return TypeAndCount{transport_feedback, format_transport_cc};
}

}  // namespace

Result<std::optional<RtcpItem>> RtcpReader::next() {
  while (!rest_.empty()) {
    Reader reader(rest_);
    rest_ = {};  // stays so on an error
    TRY_ASSIGN(const Header header, take_packet(reader));
    TRY_ASSIGN(auto item, read_item(header));
    rest_ = reader.rest();
    if (item) return item;
  }
  return std::nullopt;
}

bool RtcpWriter::add(const RtcpItem& item) {
  Writer writer(memory_.subspan(used_));
  const MutBytes header = writer.reserve(4);
  const Written written = std::visit([&](const auto& i) { return write_body(writer, i); }, item);
  while (writer.ok() && writer.size() % 4 != 0) writer.u8(0);
  if (!writer.ok() || !written || written->count > max_count) return false;
  const size_t words = writer.size() / 4 - 1;
  if (words > UINT16_MAX) return false;
  header[0] = static_cast<uint8_t>(0x80 | written->count);
  header[1] = written->type;
  store16(&header[2], static_cast<uint16_t>(words));
  used_ += writer.size();
  return true;
}

}  // namespace vicino::rtc
