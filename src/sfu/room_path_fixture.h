// For tests: a room whose receivers are behind paths that carry so much and no more, and report
// what arrived as browsers do. Virtual time in steps of a millisecond.
#pragma once

#include <deque>

#include "rtc/bit_rate.h"
#include "rtc/twcc.h"
#include "sfu/layered_fixture.h"
#include "sfu/rate_meter.h"

namespace vicino::sfu {

// One receiver's path from the server and back.
class ReceiverPath {
 public:
  rtc::BitRate rate = rtc::kilobits_per_second(20'000);
  Duration one_way = milliseconds(25), longest_queue = milliseconds(300);
  bool reports = true;
  int lost_in = 0;  // one of so many packets, 0: none
  size_t sent = 0;  // bytes, lost ones included

  void send(Instant now, const RtpOut& packet) {
    const size_t size =
        packet.header.size() + packet.payload.size() + packet.padding + sealed_overhead;
    const auto number = packet.extension(receiver_ids.transport_cc);
    sent += size;
    free_ = std::max(free_, now);
    if (free_ - now > longest_queue) return;
    free_ = free_ + rate.time_for(static_cast<double>(size));
    if (lost_in > 0 && ++count_ % lost_in == 0) return;
    flying_.push_back({free_ + one_way, load16(number->data()), packet});
  }
  // What has arrived by now, and the report to hand back if one is due.
  void step(Instant now) {
    while (!flying_.empty() && flying_.front().at <= now) {
      receiver_.received(flying_.front().at, flying_.front().number);
      got.push_back({flying_.front().at, std::move(flying_.front().packet)});
      flying_.pop_front();
    }
    if (!reports || now < next_report_) return;
    next_report_ = now + milliseconds(100);
    while (auto feedback = receiver_.take_feedback(1, 2))
      reports_.emplace_back(now + one_way, std::move(*feedback));
  }
  std::optional<rtc::TransportFeedback> take_report(Instant now) {
    if (reports_.empty() || reports_.front().first > now) return std::nullopt;
    auto report = std::move(reports_.front().second);
    reports_.pop_front();
    return report;
  }

  struct Got {
    Instant at;
    RtpOut packet;
  };
  std::vector<Got> got;

 private:
  struct Flying {
    Instant at;
    uint16_t number;
    RtpOut packet;
  };
  std::deque<Flying> flying_;
  std::deque<std::pair<Instant, rtc::TransportFeedback>> reports_;
  rtc::TwccReceiver receiver_;
  Instant free_, next_report_;
  int count_ = 0;
};

// Publishers with a microphone and three layers of a camera, L1T3 as Chromium makes them. Each
// makes a key frame of a layer when it is asked for one.
class PathTest : public RoomTest {
 protected:
  struct Camera {
    Stream stream;
    rtc::BitRate rate;
    int frame = 0;
    bool key_wanted = true;
    bool on = true;
  };
  struct Publisher {
    Stream mic{"mic", "", 0, 0, opus_in};
    uint8_t level = 30;  // of the voice, -dBov
    std::vector<Camera> layers;
    std::optional<LayeredCamera> layered;  // instead of those
    bool layered_key_wanted = true;
    Instant next_frame, next_voice;
    size_t late_in = 0, sent = 0;  // one video packet of so many comes 60 ms late, 0: none
    std::deque<std::pair<Instant, Buffer>> late;
    size_t asked = 0;  // items of `out.control` that were seen
    size_t keys_asked = 0;
  };

  void publish(uint32_t id, bool follows = true) {
    ParticipantSetup s = setup(id);
    s.follows_watched = follows;
    join(std::move(s));
    Publisher& p = publishers[id];
    const uint32_t base = id << 8;
    p.mic.ssrc = base;
    for (size_t i = 0; i < 3; ++i) {
      constexpr const char* rids[] = {"q", "h", "f"};
      constexpr int kbps[] = {150, 500, 1500};
      const auto ssrc = base + 1 + 2 * static_cast<uint32_t>(i);
      p.layers.push_back({{"cam", rids[i], ssrc, ssrc + 1}, rtc::kilobits_per_second(kbps[i])});
    }
    p.next_frame = p.next_voice = now;
  }
  // The same rates, as layers of one stream.
  void publish_layered(uint32_t id) {
    ParticipantSetup s = setup(id);
    s.publications[1].section.rids.clear();
    join(std::move(s));
    Publisher& p = publishers[id];
    p.mic.ssrc = id << 8;
    p.layered.emplace((id << 8) + 1);
    p.next_frame = p.next_voice = now;
  }
  void send_layered_picture(uint32_t from, Publisher& p) {
    const bool key = std::exchange(p.layered_key_wanted, false);
    std::array<size_t, 3> bytes = {150'000 / 240, 500'000 / 240, 1'500'000 / 240};
    for (size_t& of_layer : bytes) of_layer *= key ? 2 : 1;
    for (Buffer& packet : p.layered->picture(key, bytes)) send(from, std::move(packet));
  }
  // One frame of L1T3: 0 2 1 2.
  void send_frame(uint32_t from, Camera& camera) {
    const bool key = std::exchange(camera.key_wanted, false);
    if (key) camera.frame = 0;
    constexpr uint8_t layers[] = {0, 2, 1, 2};
    const uint8_t layer = layers[camera.frame % 4];
    const bool sync = layer != 0 && camera.frame % 4 != 3;
    ++camera.frame;
    auto left = static_cast<size_t>(camera.rate.bytes_in(microseconds(33'333))) * (key ? 4 : 1);
    for (bool begins = true; left > 0; begins = false) {
      const size_t size = std::min<size_t>(left, 1100);
      left -= size;
      Buffer p(size + 7);
      p[0] = static_cast<uint8_t>(0x80 | (begins ? 0x10 : 0));
      p[1] = 0xe0;
      store16(&p[2], static_cast<uint16_t>(0x8000 | camera.stream.picture_id));
      p[4] = camera.stream.tl0;
      p[5] = static_cast<uint8_t>(layer << 6 | (sync ? 0x20 : 0));
      p[6] = key ? 0x10 : 0x11;
      send_or_delay(from, camera.stream.packet(p, left == 0));
      ++camera.stream.sequence;
    }
    Stream& stream = camera.stream;
    stream.picture_id = (stream.picture_id + 1) & 0x7fff;
    if (layers[camera.frame % 4] == 0) ++stream.tl0;
    stream.timestamp += 3000;
  }
  void send_or_delay(uint32_t from, Buffer packet) {
    Publisher& p = publishers[from];
    if (p.late_in > 0 && ++p.sent % p.late_in == 0) {
      p.late.emplace_back(now + milliseconds(60), std::move(packet));
    } else {
      send(from, std::move(packet));
    }
  }
  void publish_due(uint32_t id, Publisher& p) {
    for (; !p.late.empty() && p.late.front().first <= now; p.late.pop_front())
      send(id, std::move(p.late.front().second));
    for (; p.asked < out.control[id].size(); ++p.asked) {
      const auto* pli = std::get_if<rtc::PictureLossIndication>(&out.control[id][p.asked]);
      if (!pli) continue;
      ++p.keys_asked;
      for (Camera& camera : p.layers) camera.key_wanted |= camera.stream.ssrc == pli->media_ssrc;
      p.layered_key_wanted |= p.layered && p.layered->stream.ssrc == pli->media_ssrc;
    }
    if (now >= p.next_voice) {
      p.next_voice = now + milliseconds(20);
      Buffer voice(40, 1);
      send(id, p.mic.packet(voice, false, p.level));
      ++p.mic.sequence;
      p.mic.timestamp += 960;
    }
    if (now < p.next_frame) return;
    p.next_frame = now + microseconds(33'333);
    for (Camera& camera : p.layers) {
      if (camera.on) send_frame(id, camera);
    }
    if (p.layered) send_layered_picture(id, p);
  }
  void run(Duration time) {
    for (const Instant end = now + time; now < end; now = now + milliseconds(1)) {
      for (auto& [id, publisher] : publishers) publish_due(id, publisher);
      room.flush(now, out);
      if (room.next_timeout() <= now) room.handle_timeout(now, out);
      for (auto& [id, path] : paths) {
        for (const RtpOut& packet : std::exchange(out.media[id], {})) path.send(now, packet);
        path.step(now);
        while (const auto report = path.take_report(now)) send(id, *report);
      }
      hear();
    }
  }
  // Bytes of media that came to a receiver in the last second, by kind.
  rtc::BitRate video_rate(uint32_t to) const { return rate(to, true); }
  rtc::BitRate audio_rate(uint32_t to) const { return rate(to, false); }

  std::map<uint32_t, ReceiverPath> paths;
  std::map<uint32_t, Publisher> publishers;

 private:
  rtc::BitRate rate(uint32_t to, bool video) const {
    size_t bytes = 0;
    for (const auto& [at, packet] : paths.at(to).got) {
      const uint8_t type = packet.payload_type;
      if (at > now - seconds(1) && (type == opus_out) != video) bytes += packet.payload.size();
    }
    return rtc::rate_of(static_cast<double>(bytes), seconds(1));
  }
};

}  // namespace vicino::sfu
