#include "core/frame_keys.h"

#include "base/limits.h"

namespace vicino::core {
namespace {

constexpr size_t max_mid = 255;

// The numbers of FrameKeyChange's alternatives are the first byte of an encoded one.
size_t encoded_size(const FrameKeyChange& change) {
  if (const auto* const begin = std::get_if<BeginEpoch>(&change)) {
    return 1 + 8 + BaseKey::size_bytes + 4 + 2 + 12 * begin->members.size();
  }
  if (const auto* const forget = std::get_if<ForgetSlots>(&change)) {
    size_t size = 1 + 4 + 2;
    for (const std::string& mid : forget->mids) size += 1 + mid.size();
    return size;
  }
  if (std::holds_alternative<AddMember>(change)) return 1 + 8 + 4 + 8;
  if (std::holds_alternative<HoldSending>(change)) return 1 + 1;
  return std::holds_alternative<NewGroup>(change) ? 1 : 1 + 8;
}

void write_mid(Writer& out, std::string_view mid) {
  CHECK(mid.size() <= max_mid);
  out.u8(static_cast<uint8_t>(mid.size()));
  out.bytes(as_bytes(mid));
}

void write(Writer& out, const BeginEpoch& begin) {
  CHECK(begin.members.size() <= sframe::max_leaves);
  out.u64(begin.epoch);
  out.bytes(begin.base_key.expose());
  out.u32(begin.own_leaf);
  out.u16(static_cast<uint16_t>(begin.members.size()));
  for (const sframe::EpochMember& member : begin.members) {
    out.u32(member.leaf);
    out.u64(member.sender.value);
  }
}
void write(Writer& out, const SendUnder& change) {
  out.u64(change.epoch);
}
void write(Writer& out, const EndEpoch& change) {
  out.u64(change.epoch);
}
void write(Writer& out, const RemoveSender& change) {
  out.u64(change.sender.value);
}
void write(Writer&, const NewGroup&) {}
void write(Writer& out, const ForgetSlots& forget) {
  CHECK(forget.mids.size() <= limits::max_sdp_media);
  out.u32(forget.connection);
  out.u16(static_cast<uint16_t>(forget.mids.size()));
  for (const std::string& mid : forget.mids) write_mid(out, mid);
}

void write(Writer& out, const AddMember& change) {
  out.u64(change.epoch);
  out.u32(change.member.leaf);
  out.u64(change.member.sender.value);
}
void write(Writer& out, const HoldSending& change) {
  out.u8(change.held ? 1 : 0);
}

Result<std::string> read_mid(Reader& in) {
  TRY_ASSIGN(const uint8_t size, in.u8());
  TRY_ASSIGN(const Bytes mid, in.take(size));
  return std::string(as_text(mid));
}

Result<FrameKeyChange> read_begin(Reader& in) {
  BeginEpoch begin;
  TRY_ASSIGN(begin.epoch, in.u64());
  TRY_ASSIGN(const Bytes key, in.take(BaseKey::size_bytes));
  begin.base_key = BaseKey(key);
  TRY_ASSIGN(begin.own_leaf, in.u32());
  TRY_ASSIGN(const uint16_t count, in.u16());
  if (count > sframe::max_leaves) return fail(Errc::malformed, "members of an epoch");
  begin.members.reserve(count);
  for (uint16_t i = 0; i < count; ++i) {
    TRY_ASSIGN(const uint32_t leaf, in.u32());
    TRY_ASSIGN(const uint64_t sender, in.u64());
    begin.members.push_back({leaf, {sender}});
  }
  return begin;
}

Result<FrameKeyChange> read_forget(Reader& in) {
  ForgetSlots forget;
  TRY_ASSIGN(forget.connection, in.u32());
  TRY_ASSIGN(const uint16_t count, in.u16());
  if (count > limits::max_sdp_media) return fail(Errc::malformed, "slots to forget");
  for (uint16_t i = 0; i < count; ++i) {
    TRY_ASSIGN(std::string mid, read_mid(in));
    forget.mids.push_back(std::move(mid));
  }
  return forget;
}

Result<FrameKeyChange> read_add(Reader& in) {
  AddMember add;
  TRY_ASSIGN(add.epoch, in.u64());
  TRY_ASSIGN(add.member.leaf, in.u32());
  TRY_ASSIGN(add.member.sender.value, in.u64());
  return add;
}

Result<FrameKeyChange> read_hold(Reader& in) {
  TRY_ASSIGN(const uint8_t held, in.u8());
  if (held > 1) return fail(Errc::malformed, "whether sending is held");
  return HoldSending{held == 1};
}

Result<FrameKeyChange> read_change(Reader& in) {
  TRY_ASSIGN(const uint8_t kind, in.u8());
  switch (kind) {
    case 0:
      return read_begin(in);
    case 4:
      return NewGroup{};
    case 5:
      return read_forget(in);
    case 6:
      return read_add(in);
    case 7:
      return read_hold(in);
    default:
      break;
  }
  TRY_ASSIGN(const uint64_t number, in.u64());
  switch (kind) {
    case 1:
      return SendUnder{number};
    case 2:
      return EndEpoch{number};
    case 3:
      return RemoveSender{{number}};
    default:
      return fail(Errc::malformed, "change of frame keys");
  }
}

Result<SlotReport> read_report(Reader& in) {
  SlotReport report;
  TRY_ASSIGN(report.mid, read_mid(in));
  TRY_ASSIGN(const uint8_t state, in.u8());
  if (state > static_cast<uint8_t>(SlotState::refused)) return fail(Errc::malformed, "state of a slot");
  report.state = static_cast<SlotState>(state);
  TRY_ASSIGN(report.sender.value, in.u64());
  TRY_ASSIGN(const uint8_t source, in.u8());
  if (source >= source_count) return fail(Errc::malformed, "source of a slot");
  report.source = static_cast<Source>(source);
  return report;
}

}  // namespace

SecretBuffer encode(const FrameKeyChange& change) {
  SecretBuffer bytes(encoded_size(change));
  Writer out(bytes.expose_mut());
  out.u8(static_cast<uint8_t>(change.index()));
  std::visit([&](const auto& c) { write(out, c); }, change);
  CHECK(out.ok() && out.size() == bytes.size());
  return bytes;
}

Result<FrameKeyChange> decode_frame_key_change(Bytes bytes) {
  Reader in(bytes);
  TRY_ASSIGN(FrameKeyChange change, read_change(in));
  if (!in.empty()) return fail(Errc::malformed, "bytes behind a change of frame keys");
  return change;
}

Buffer encode(const SlotReports& reports) {
  size_t size = 4 + 2;
  for (const SlotReport& report : reports.slots) size += 1 + report.mid.size() + 1 + 8 + 1;
  Buffer bytes(size);
  Writer out(bytes);
  CHECK(reports.slots.size() <= limits::max_sdp_media);
  out.u32(reports.connection);
  out.u16(static_cast<uint16_t>(reports.slots.size()));
  for (const SlotReport& report : reports.slots) {
    write_mid(out, report.mid);
    out.u8(static_cast<uint8_t>(report.state));
    out.u64(report.sender.value);
    out.u8(static_cast<uint8_t>(report.source));
  }
  CHECK(out.ok() && out.size() == size);
  return bytes;
}

Result<SlotReports> decode_slot_reports(Bytes bytes) {
  Reader in(bytes);
  SlotReports reports;
  TRY_ASSIGN(reports.connection, in.u32());
  TRY_ASSIGN(const uint16_t count, in.u16());
  if (count > limits::max_sdp_media) return fail(Errc::malformed, "slots of a report");
  for (uint16_t i = 0; i < count; ++i) {
    TRY_ASSIGN(SlotReport report, read_report(in));
    reports.slots.push_back(std::move(report));
  }
  if (!in.empty()) return fail(Errc::malformed, "bytes behind a report");
  return reports;
}

}  // namespace vicino::core
