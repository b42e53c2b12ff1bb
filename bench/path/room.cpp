#include "room.h"

#include <openssl/ssl.h>

#include "base/check.h"
#include "rtc/rtp.h"

namespace vicino::bench {
namespace {

constexpr Address server_address() {
  return {};
}
Address address_of(size_t client) {
  return Address::v4({127, 0, 0, 1}, static_cast<uint16_t>(first_port - 1 + client));
}

std::unique_ptr<rtc::DtlsIdentity> make_identity() {
  auto made = rtc::DtlsIdentity::create();
  CHECK(made.has_value());
  return std::move(*made);
}
const rtc::DtlsIdentity& server_identity() {
  static const auto one = make_identity();
  return *one;
}
const rtc::DtlsIdentity& client_identity() {
  static const auto one = [] {
    auto made = make_identity();
    CHECK(SSL_CTX_set_tlsext_use_srtp(static_cast<SSL_CTX*>(made->ssl_ctx()),
                                      "SRTP_AEAD_AES_128_GCM") == 0);
    return made;
  }();
  return *one;
}

rtc::TransportParameters credentials(const std::string& name, const rtc::Fingerprint& fingerprint) {
  return {name, name + "-password-of-22-chars", fingerprint, {}};
}

constexpr rtc::ExtensionIds extensions{
    .mid = 1, .audio_level = 4, .transport_cc = 5, .abs_send_time = 6};

rtc::MediaSection section(std::string mid, rtc::MediaKind kind, rtc::Direction direction,
                          uint32_t ssrc) {
  rtc::MediaSection s;
  s.mid = std::move(mid);
  s.kind = kind;
  s.direction = direction;
  s.extensions = extensions;
  s.transport_cc = true;
  if (kind == rtc::MediaKind::video) {
    s.codecs = {{rtc::Codec::vp8, 96, 97, ""}};
    s.nack = s.pli = true;
  } else {
    s.codecs = {{rtc::Codec::opus, 111, std::nullopt, "useinbandfec=1"}};
  }
  if (direction == rtc::Direction::receive) {
    s.remote_ssrcs = {ssrc};
  } else {
    s.ssrc = ssrc;
    s.rtx_ssrc = kind == rtc::MediaKind::video ? ssrc + 500'000 : 0;
  }
  return s;
}

}  // namespace

void BenchRoom::make_identities() {
  (void)server_identity();
  (void)client_identity();
}

BenchRoom::BenchRoom(const Shape& shape) : shape_(shape) {
  shard_ =
      std::make_unique<sfu::Shard>(server_identity(), random_, credentials("health", {}), now_);
  clients_.resize(shape.receivers + 1);
  for (uint32_t id = 0; id < clients_.size(); ++id) add(id);
  connect();
}

void BenchRoom::add(uint32_t id) {
  using enum rtc::MediaKind;
  sfu::ParticipantSetup setup;
  setup.id = {id + 1};
  if (id == 0) {
    const auto receive = rtc::Direction::receive;
    setup.publications = {{sfu::Source::camera, section("v", video, receive, 1), 1280, 720},
                          {sfu::Source::microphone, section("a", audio, receive, 2)}};
  } else {
    setup.receives_everything = true;
    setup.slots = {section("v", video, rtc::Direction::send, 10'000 + id),
                   section("a", audio, rtc::Direction::send, 20'000 + id)};
  }
  const std::string n = std::to_string(id);
  const rtc::TransportParameters server = credentials("srv" + n, server_identity().fingerprint());
  const rtc::TransportParameters client = credentials("cli" + n, client_identity().fingerprint());
  rtc::TransportParameters remote = server;
  remote.candidates = {server_address()};
  shard_->handle_command(
      now_, sfu::AddParticipant{{1}, setup, {rtc::PeerConfig::Role::server, server, client}},
      from_shard_);
  clients_[id] =
      std::make_unique<rtc::Peer>(rtc::PeerConfig{rtc::PeerConfig::Role::client, client, remote},
                                  client_identity(), random_, now_);
}

void BenchRoom::deliver(Address to, Bytes bytes) {
  const size_t client = to.port - first_port + 1u;
  CHECK(client < clients_.size());
  Buffer datagram(bytes.begin(), bytes.end());
  (void)clients_[client]->handle_datagram(now_, server_address(), datagram, to_shard_);
  rtc::Outbox box;
  std::swap(box, to_shard_);
  for (const auto& d : box.datagrams()) {
    Buffer back(box.bytes(d).begin(), box.bytes(d).end());
    shard_->handle_datagram(now_, address_of(client), back, from_shard_);
  }
}

bool BenchRoom::exchange() {
  rtc::Outbox box;
  std::swap(box, from_shard_);
  for (const auto& d : box.datagrams()) deliver(d.to, box.bytes(d));
  return !box.datagrams().empty();
}

void BenchRoom::connect() {
  for (int steps = 0; shard_->stats().peers_connected < clients_.size(); ++steps) {
    CHECK(steps < 1000);
    now_ = now_ + milliseconds(10);
    for (size_t c = 0; c < clients_.size(); ++c) {
      if (clients_[c]->next_timeout() > now_) continue;
      rtc::Outbox box;
      clients_[c]->handle_timeout(now_, box);
      for (const auto& d : box.datagrams()) {
        Buffer datagram(box.bytes(d).begin(), box.bytes(d).end());
        shard_->handle_datagram(now_, address_of(c), datagram, from_shard_);
      }
    }
    while (shard_->next_timeout() <= now_) shard_->handle_timeout(now_, from_shard_);
    while (exchange()) {
    }
  }
  (void)shard_->take_events();
}

Buffer BenchRoom::packet(bool first, bool last, size_t payload) {
  Buffer memory(64 + payload);
  std::array<uint8_t, 2> number;
  store16(number.data(), transport_++);
  const uint8_t level = 30;
  const std::array<rtc::RtpExtension, 2> values = {
      {{extensions.transport_cc, number},
       {extensions.audio_level, Bytes(&level, shape_.audio ? 1 : 0)}}};
  const rtc::RtpHeaderFields fields{last && !shape_.audio,
                                    static_cast<uint8_t>(shape_.audio ? 111 : 96), sequence_++,
                                    timestamp_, shape_.audio ? 2u : 1u};
  const size_t header = rtc::write_rtp_header(memory, fields, values)->size();
  memory.resize(header + payload);
  random_.fill(MutBytes(memory).subspan(header));
  if (shape_.audio) return memory;
  uint8_t* p = memory.data() + header;
  p[0] = first ? 0x90 : 0x80;
  p[1] = 0xc0;
  store16(p + 2, static_cast<uint16_t>(0x8000 | picture_));
  p[4] = static_cast<uint8_t>(picture_);
  p[5] = std::exchange(key_sent_, true) ? 0x11 : 0x10;
  return memory;
}

std::vector<std::vector<Buffer>> BenchRoom::make_bursts(size_t count) {
  std::vector<std::vector<Buffer>> bursts(count);
  for (auto& burst : bursts) {
    for (size_t i = 0; i < shape_.packets; ++i) {
      const bool last = i + 1 == shape_.packets;
      Buffer clear = packet(i == 0, last, shape_.payload - (shape_.uneven ? i % 2 : 0));
      const auto parsed = rtc::RtpPacket::parse(clear);
      rtc::Outbox box;
      CHECK(clients_[0]->send_rtp(parsed->header(), parsed->payload(), box).has_value());
      const Bytes sealed = box.bytes(box.datagrams()[0]);
      burst.emplace_back(sealed.begin(), sealed.end());
    }
    picture_ = (picture_ + 1) & 0x7fff;
    timestamp_ += shape_.audio ? 960 : 3000;
  }
  return bursts;
}

void BenchRoom::feed(std::vector<Buffer>& burst, rtc::Outbox& out) {
  for (Buffer& datagram : burst) shard_->handle_datagram(now_, address_of(0), datagram, out);
  shard_->flush(now_, out);
  now_ = now_ + milliseconds(1);
}

}  // namespace vicino::bench
