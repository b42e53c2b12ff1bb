#include "sframe/key_ring.h"

#include <algorithm>

namespace vicino::sframe {

Status KeyRing::add_sender(SenderId sender, Bytes base_key) {
  if ((sender.value & stream_mask) != 0) return fail(Errc::malformed, "sender id");
  FrameSecret secret = extract_secret(suite_, base_key);
  if (const auto found = senders_.find(sender); found != senders_.end()) {
    if (ct_equal(found->second.secret, secret)) return {};
    return fail(Errc::bad_state, "sender with two base keys");
  }
  if (senders_.size() >= limits::max_participants) return fail(Errc::exhausted, "senders");
  const auto before = left_.find(sender);
  if (before == left_.end() && left_.size() >= max_left) {
    return fail(Errc::exhausted, "senders that left");
  }
  Sender& added = senders_[sender];
  added.secret = std::move(secret);
  if (before != left_.end()) {
    added.before = before->second;
    left_.erase(before);
  }
  return {};
}

void KeyRing::remove_sender(SenderId sender) {
  const auto found = senders_.find(sender);
  if (found == senders_.end()) return;
  LastCounters last = found->second.before;
  for (size_t i = 0; i < streams_per_sender; ++i) {
    const auto& stream = found->second.streams[i];
    if (stream && stream->context.window().newest()) last[i] = stream->context.window().newest();
  }
  senders_.erase(found);
  const auto sent = [](const auto& counter) { return counter.has_value(); };
  if (std::ranges::any_of(last, sent)) left_[sender] = last;
}

Result<KeyRing::Stream*> KeyRing::find_or_derive(uint64_t kid) {
  const auto found = senders_.find(sender_of(kid));
  if (found == senders_.end()) return fail(Errc::unknown_key, "SFrame sender");
  const auto index = static_cast<size_t>(kid & stream_mask);
  auto& [secret, before, streams] = found->second;
  if (!streams[index]) {
    const ReplayWindow window =
        before[index] ? ReplayWindow::after(*before[index]) : ReplayWindow();
    streams[index].reset(new Stream{next_slot_++, ReceiverContext(suite_, kid, secret, window)});
  }
  return streams[index].get();
}

Result<KeyRing::Stream*> KeyRing::find(const OpenPlan& plan) const {
  const auto found = senders_.find(sender_of(plan.kid));
  if (found != senders_.end()) {
    const auto& stream = found->second.streams[static_cast<size_t>(plan.kid & stream_mask)];
    if (stream && stream->key_slot == plan.key_slot) return stream.get();
  }
  return fail(Errc::unknown_key, "SFrame sender left");
}

Result<OpenPlan> KeyRing::plan_open(Bytes sealed, Bytes metadata) {
  TRY_ASSIGN(const DecodedHeader decoded, decode_header(sealed));
  TRY_ASSIGN(Stream* const stream, find_or_derive(decoded.header.kid));
  TRY_ASSIGN(OpenPlan plan, stream->context.plan_open(sealed, metadata));
  plan.key_slot = stream->key_slot;
  return plan;
}

Status KeyRing::commit_open(const OpenPlan& plan) {
  TRY_ASSIGN(Stream* const stream, find(plan));
  return stream->context.commit_open(plan);
}

Result<KeyRing::Opened> KeyRing::open(Bytes sealed, Bytes metadata, MutBytes out) {
  TRY_ASSIGN(const OpenPlan plan, plan_open(sealed, metadata));
  return finish_open(plan, out);
}

Result<KeyRing::Opened> KeyRing::finish_open(const OpenPlan& plan, MutBytes out) {
  TRY_ASSIGN(Stream* const stream, find(plan));
  TRY_ASSIGN(const MutBytes plaintext, stream->context.finish_open(plan, out));
  return Opened{plan.kid, plaintext};
}

Result<Bytes> KeyRing::expose_key(const OpenPlan& plan) const {
  TRY_ASSIGN(const Stream* const stream, find(plan));
  return stream->context.expose_key();
}

}  // namespace vicino::sframe
