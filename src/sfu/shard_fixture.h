// For tests: shards with real peers on the other side, in virtual time.
#pragma once

#include "sfu/room_fixture.h"
#include "sfu/shard.h"

namespace vicino::sfu {

inline const Address server_address = Address::v4({192, 0, 2, 1}, 40'000);

inline rtc::TransportParameters credentials(const std::string& name,
                                            const rtc::Fingerprint& fingerprint) {
  return {name, name + "-password-of-22-chars", fingerprint, {}};
}

class ShardTest : public testing::Test {
 protected:
  struct Client {
    size_t worker = 0;
    std::optional<rtc::Peer> peer;
    Address at;
    std::vector<Buffer> rtp, rtcp;
  };

  // One worker, and what leaves it for the others until settle() carries it there.
  struct Worker final : RelayExit {
    explicit Worker(ShardTest& test)
        : shard(*test.server_identity, test.random, credentials("health", {}), test.now, {}, this) {
    }
    void relay(size_t worker, const Relayed& what, Bytes packet) override {
      relayed.push_back({worker, what, Buffer(packet.begin(), packet.end())});
    }
    struct Message {
      size_t worker;
      Relayed what;
      Buffer packet;
    };
    Shard shard;
    rtc::Outbox out;
    std::vector<Message> relayed;
  };

  explicit ShardTest(size_t count = 1) {
    for (size_t i = 0; i < count; ++i) workers.push_back(std::make_unique<Worker>(*this));
  }

  static const rtc::DtlsIdentity* identity() {
    static auto server = rtc::DtlsIdentity::create().value();
    return server.get();
  }
  static const rtc::DtlsIdentity* clients_identity() {
    static auto client = rtc::DtlsIdentity::create().value();
    return client.get();
  }

  // Of the first worker.
  Shard& shard() { return workers[0]->shard; }
  rtc::Outbox& from_worker() { return workers[0]->out; }

  // A client with a microphone and a camera without simulcast, and one slot for each kind.
  static ParticipantSetup setup(uint32_t id) {
    ParticipantSetup s;
    s.id = {id};
    s.publications = {{Source::microphone, audio_section("mic", true)},
                      {Source::camera, video_section("cam", true), 640, 360}};
    s.slots = {audio_section("a", false), video_section("v", false)};
    for (size_t i = 0; i < 2; ++i) s.slots[i].ssrc = id * 1000 + static_cast<uint32_t>(i);
    s.slots[1].rtx_ssrc = id * 1000 + 501;
    return s;
  }
  rtc::PeerConfig transport(uint32_t id, const std::string& suffix) const {
    const std::string n = std::to_string(id) + suffix;
    return {rtc::PeerConfig::Role::server, credentials("srv" + n, identity()->fingerprint()),
            credentials("cli" + n, clients_identity()->fingerprint())};
  }
  void start_client(uint32_t id, const std::string& suffix = "", size_t worker = 0) {
    const rtc::PeerConfig server = transport(id, suffix);
    rtc::TransportParameters remote = server.local;
    remote.candidates = {server_address};
    Client& c = clients[id];
    c.worker = worker;
    c.at = Address::v4({198, 51, 100, static_cast<uint8_t>(id)}, 5000);
    c.peer.emplace(rtc::PeerConfig{rtc::PeerConfig::Role::client, server.remote, remote},
                   *clients_identity(), random, now);
  }
  void add(uint32_t id) {
    command(AddParticipant{{1}, setup(id), transport(id, "")});
    start_client(id);
  }
  void command(Command c, size_t worker = 0) {
    Worker& w = *workers[worker];
    w.shard.handle_command(now, std::move(c), w.out);
    settle();
  }
  // Datagrams and relayed packets travel until everything is quiet.
  void settle() {
    for (int rounds = 0; rounds < 100; ++rounds) {
      bool quiet = true;
      for (const auto& worker : workers) quiet = !settle(*worker) && quiet;
      for (auto& [id, client] : clients) quiet = !flush(client) && quiet;
      if (quiet) return;
    }
    FAIL() << "never quiet";
  }
  void pass(Duration time) {
    settle();
    for (const Instant end = now + time; now < end;) {
      now = now + milliseconds(5);
      for (auto& [id, client] : clients) {
        if (client.peer && client.peer->next_timeout() <= now)
          client.peer->handle_timeout(now, to_shard);
        flush(client);
      }
      for (const auto& w : workers) {
        if (w->shard.next_timeout() <= now) w->shard.handle_timeout(now, w->out);
      }
      settle();
    }
  }
  void from(const Address& address, Buffer datagram, size_t worker = 0) {
    Worker& w = *workers[worker];
    w.shard.handle_datagram(now, address, datagram, w.out);
    w.shard.flush(now, w.out);
  }
  // What a client sends as media: a whole packet in the clear.
  void media(uint32_t id, Buffer packet) {
    const auto parsed = rtc::RtpPacket::parse(packet).value();
    ASSERT_TRUE(clients[id].peer->send_rtp(parsed.header(), parsed.payload(), to_shard));
    flush(clients[id]);
    settle();
  }
  // Hands what a client has in its outbox to the shard. Says whether there was anything.
  bool flush(Client& client) {
    rtc::Outbox box;
    std::swap(box, to_shard);
    for (const auto& d : box.datagrams()) {
      const Bytes bytes = box.bytes(d);
      from(client.at, Buffer(bytes.begin(), bytes.end()), client.worker);
    }
    return !box.datagrams().empty();
  }
  template <class E>
  size_t count(uint32_t id) {
    size_t found = 0;
    for (const Event& event : events) {
      if (const auto* one = std::get_if<E>(&event)) found += one->id.value == id;
    }
    return found;
  }
  static Want camera_of(uint32_t id) { return {{id}, Source::camera, 640, 360}; }
  static Stream camera() { return {"cam", "", 0x31, 0x32}; }

  const rtc::DtlsIdentity* server_identity = identity();
  Instant now{1'000'000};
  SeededRandom random{11};
  std::vector<std::unique_ptr<Worker>> workers;
  rtc::Outbox to_shard;
  std::map<uint32_t, Client> clients;
  std::vector<Event> events;
  size_t datagrams_out = 0;

 private:
  // Says whether there was anything.
  bool settle(Worker& worker) {
    bool quiet = true;
    rtc::Outbox box;
    std::swap(box, worker.out);
    for (const auto& d : box.datagrams()) {
      for (auto& [id, client] : clients) {
        if (client.at == d.to) deliver(client, box.bytes(d));
      }
      ++datagrams_out;
      quiet = false;
    }
    for (Worker::Message& m : std::exchange(worker.relayed, {})) {
      Worker& to = *workers[m.worker];
      to.shard.handle_relayed(now, m.what, m.packet, to.out);
      to.shard.flush(now, to.out);
      quiet = false;
    }
    for (Event& event : worker.shard.take_events()) events.push_back(std::move(event));
    while (worker.shard.next_timeout() < now) {  // steps of handshakes
      worker.shard.handle_timeout(now, worker.out);
      quiet = false;
    }
    return !quiet;
  }
  void deliver(Client& client, Bytes bytes) {
    if (!client.peer) return;
    Buffer datagram(bytes.begin(), bytes.end());
    const auto got = client.peer->handle_datagram(now, server_address, datagram, to_shard);
    if (got && got->kind == rtc::Peer::Incoming::Kind::rtp)
      client.rtp.emplace_back(got->packet.begin(), got->packet.end());
    if (got && got->kind == rtc::Peer::Incoming::Kind::rtcp)
      client.rtcp.emplace_back(got->packet.begin(), got->packet.end());
    flush(client);
  }
};

}  // namespace vicino::sfu
