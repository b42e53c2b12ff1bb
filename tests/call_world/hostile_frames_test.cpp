// A server that lies about media: frames of one member in another's place, again, or made up.
#include <gtest/gtest.h>

#include "hostile_server.h"

namespace vicino::world {
namespace {

TEST_F(HostileServer, FramesRepeatedOrClearOrUnderMadeUpKeysAreShut) {
  const Buffer frame = *world.seal(ada);
  EXPECT_TRUE(world.open_frame(bruno, frame));
  EXPECT_FALSE(world.open_frame(bruno, frame)) << "repeated";
  EXPECT_FALSE(world.open_frame(ada, frame)) << "sent back";
  EXPECT_FALSE(world.open_frame(bruno, Buffer(40, 0x78))) << "clear";
  auto& ring = world[bruno].frames.ring();
  const size_t keys = ring.derived_keys(), members = ring.members();
  Buffer forged = *world.seal(ada);
  for (uint32_t i = 0; i < 1'000'000; ++i) {
    random.fill(MutBytes(forged).first(8));
    if (world.open_frame(bruno, forged)) ADD_FAILURE() << "a forged frame opened";
  }
  EXPECT_LE(ring.derived_keys(), keys + members * sframe::stream_count)
      << "a bound that no number of frames moves";
  EXPECT_EQ(ring.members(), members);
}

// The slot that Carla is told is Bruno's carries Ada's frames, in between and out of order.
TEST_F(HostileServer, FramesOfOneInAnothersSlotAreTheirSenders) {
  std::map<SenderId, uint32_t> numbers;  // of participants, as Carla's server says
  world.to_client = [&](size_t, Bytes message) {
    if (const auto* joined =
            flatbuffers::GetRoot<wire::ServerMessage>(message.data())->body_as_Joined()) {
      for (const auto* p : *joined->roster()) numbers[{p->sender()}] = p->id();
    }
    return unchanged(message);
  };
  const size_t carla = world.open(link, "Carla");
  ASSERT_TRUE(settled({ada, bruno, carla}));
  world.run_for(seconds(2));
  wire::SlotsT slots;
  slots.slots.push_back(std::make_unique<wire::SlotT>());
  slots.slots[0]->mid = "a0";
  slots.slots[0]->participant = numbers.at(world.sender_of(bruno));
  slots.slots[0]->source = wire::Source::microphone;
  world.say_to(carla, server_says(std::move(slots)));

  const auto heard = [&](Bytes frame) {
    const auto opened = world[carla].frames.open(sframe::Codec::opus, frame);
    if (!opened) return std::string("nobody");
    world[carla].frames.slots().opened("a0", opened->sender, sframe::source_of(opened->stream));
    if (const auto reports = world[carla].frames.slots().take_reports()) {
      EXPECT_TRUE(world.call(carla).frames_reported(core::encode(*reports)));
      world.run_for(milliseconds(1));
    }
    return opened->sender == world.sender_of(ada) ? std::string("Ada") : std::string("Bruno");
  };
  const auto flowing = [&](const char* name) {
    return world[carla].sees(name)->sources[0].state == core::TrackState::flowing;
  };
  const Buffer ada1 = *world.seal(ada), ada2 = *world.seal(ada), ada3 = *world.seal(ada);
  const Buffer bruno1 = *world.seal(bruno), bruno2 = *world.seal(bruno);
  EXPECT_EQ(heard(ada2), "Ada");
  EXPECT_TRUE(flowing("Ada")) << "by their key";
  EXPECT_FALSE(flowing("Bruno")) << "not by what the server says of the slot";
  EXPECT_EQ(heard(bruno2), "Bruno");
  EXPECT_TRUE(flowing("Bruno"));
  EXPECT_FALSE(flowing("Ada"));
  EXPECT_EQ(heard(ada1), "Ada") << "late, not lost: it was never shown";
  EXPECT_EQ(heard(bruno1), "Bruno");
  EXPECT_EQ(heard(ada3), "Ada");
  for (const Buffer& again : {ada1, ada2, ada3, bruno1, bruno2}) EXPECT_EQ(heard(again), "nobody");
  EXPECT_TRUE(flowing("Ada"));
}

}  // namespace
}  // namespace vicino::world
