#include "core/media_frames.h"

#include <algorithm>

namespace vicino::core {

Status MediaFrames::apply(const FrameKeyChange& change) {
  struct Visitor {
    MediaFrames& frames;
    Status operator()(const BeginEpoch& c) { return frames.begin(c); }
    Status operator()(const SendUnder& c) { return frames.send_under(c.epoch); }
    Status operator()(const EndEpoch& c) { return frames.end(c.epoch), Status(); }
    Status operator()(const RemoveSender& c) { return frames.ring_.remove_sender(c.sender), Status(); }
    Status operator()(const NewGroup&) { return frames.start_over(), Status(); }
    Status operator()(const ForgetSlots& c) { return frames.slots_.forget(c), Status(); }
    Status operator()(const AddMember& c) { return frames.ring_.add_member(c.epoch, c.member); }
    Status operator()(const HoldSending& c) { return frames.held_ = c.held, Status(); }
  };
  return std::visit(Visitor{*this}, change);
}

Status MediaFrames::begin(const BeginEpoch& change) {
  if (change.own_leaf >= sframe::max_leaves) return fail(Errc::malformed, "own leaf over SFrame's limit");
  // Or own frames, sent back, would be another's.
  const auto own = [&](const sframe::EpochMember& member) { return member.leaf == change.own_leaf; };
  if (std::ranges::any_of(change.members, own)) return fail(Errc::bad_state, "own leaf");
  TRY(ring_.add_epoch(change.epoch, change.base_key.expose(), change.members));
  if (ahead_.size() == sframe::KeyRing::max_epochs) ahead_.erase(ahead_.begin());
  ahead_.emplace(change.epoch, Ahead{change.base_key.clone(), change.own_leaf});
  return {};
}

// Keys of this epoch and of those before it are made once: nobody can go back, and no counter starts again.
Status MediaFrames::send_under(uint64_t epoch) {
  const auto found = ahead_.find(epoch);
  if (found == ahead_.end()) return fail(Errc::bad_state, "epoch to send under");
  const auto& [base_key, own_leaf] = found->second;
  Sending sending{epoch, next_slot_, {}};
  next_slot_ += sframe::stream_count;
  for (uint8_t i = 0; i < sframe::stream_count; ++i) {
    sending.streams.emplace_back(sframe::Suite::aes_128_gcm_sha256_128,
                                 sframe::make_kid(sframe::Stream{i}, own_leaf, epoch), base_key.expose());
  }
  sending_ = std::move(sending);
  ahead_.erase(ahead_.begin(), std::next(found));
  return {};
}

void MediaFrames::end(uint64_t epoch) {
  ring_.remove_epoch(epoch);
  ahead_.erase(epoch);
  if (sending_ && sending_->epoch == epoch) sending_.reset();
}

void MediaFrames::start_over() {
  ring_.start_over();
  ahead_.clear();
  sending_.reset();
}

std::optional<uint64_t> MediaFrames::sending_epoch() const {
  return sending_ ? std::optional(sending_->epoch) : std::nullopt;
}

sframe::Stream MediaFrames::stream_of(Source source, uint32_t ssrc) {
  switch (source) {
    case Source::microphone:
      return sframe::Stream::microphone;
    case Source::screen:
      return sframe::Stream::screen;
    case Source::screen_audio:
      return sframe::Stream::screen_audio;
    case Source::camera:
      break;
  }
  size_t layer = 0;
  while (layer < camera_streams && camera_ssrcs_[layer] != ssrc) ++layer;
  if (layer == camera_streams) {
    layer = next_camera_;
    next_camera_ = (next_camera_ + 1) % camera_streams;
    camera_ssrcs_[layer] = ssrc;
  }
  return static_cast<sframe::Stream>(static_cast<size_t>(sframe::Stream::camera_low) + layer);
}

Status MediaFrames::may_send() const {
  if (held_) return fail(Errc::bad_state, "sending is held");
  if (!sending_) return fail(Errc::unknown_key, "no epoch to send under");
  return {};
}

Result<MediaFrames::SealPlan> MediaFrames::plan_seal(Source source, uint32_t ssrc, sframe::Codec codec, bool key_frame,
                                                     size_t plaintext_size) {
  TRY(may_send());
  const auto index = static_cast<size_t>(stream_of(source, ssrc));
  TRY_ASSIGN(const sframe::FrameSealPlan plan,
             sframe::plan_seal_frame(sending_->streams.at(index), codec, key_frame, plaintext_size));
  return SealPlan{sending_->first_slot + index, plan};
}

Result<Bytes> MediaFrames::expose_sending_key(uint64_t key_slot) const {
  if (!sending_ || key_slot < sending_->first_slot || key_slot >= sending_->first_slot + sframe::stream_count) {
    return fail(Errc::unknown_key, "key slot to send with");
  }
  return sending_->streams[static_cast<size_t>(key_slot - sending_->first_slot)].expose_key();
}

Result<Buffer> MediaFrames::seal(Source source, uint32_t ssrc, sframe::Codec codec, bool key_frame, Bytes plaintext) {
  TRY(may_send());
  const auto index = static_cast<size_t>(stream_of(source, ssrc));
  return sframe::seal_frame(sending_->streams.at(index), codec, key_frame, plaintext);
}

}  // namespace vicino::core
