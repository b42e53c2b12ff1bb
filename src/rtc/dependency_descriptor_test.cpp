#include "rtc/dependency_descriptor.h"

#include <gtest/gtest.h>

namespace vicino::rtc {
namespace {

using enum Indication;

// Bits as the syntax tables write them, spaces allowed; zeros fill the last byte.
Buffer bits(std::string_view text) {
  Buffer bytes;
  size_t count = 0;
  for (const char c : text) {
    if (c == ' ') continue;
    if (count % 8 == 0) bytes.push_back(0);
    if (c == '1') bytes.back() |= static_cast<uint8_t>(0x80 >> count % 8);
    ++count;
  }
  return bytes;
}

// Two temporal layers (L1T2): a key frame, T0 that refers to the T0 before, T1 that refers to T0.
const std::string structure_l1t2 =
    "000000 00001 "                          // template_id_offset, dt_cnt_minus_one
    "00 01 11 "                              // T0, again T0, T1, end
    "10 10  10 10  00 01 "                   // SS, SS, -D
    "0  1 0001 0  1 0000 0 "                 // fdiffs: none; 2; 1
    "1 0 "                                   // ns(3): one chain, which protects both
    "0000 0010 0001 "                        // 0, 2 and 1 frames ago
    "1 0000001001111111 0000000101100111 ";  // 640x360
const std::string key_frame = "1 0 000000 0000000100000010 1 0 0 0 0 " + structure_l1t2;

DependencyStructure known() {
  return *read_dependency_descriptor(bits(key_frame), nullptr).value().structure;
}

TEST(DependencyDescriptor, AKeyFrameBringsTheStructure) {
  const auto read = read_dependency_descriptor(bits(key_frame), nullptr);
  ASSERT_TRUE(read);
  EXPECT_TRUE(read->start_of_frame);
  EXPECT_FALSE(read->end_of_frame);
  EXPECT_EQ(read->frame_number, 0x0102);
  EXPECT_EQ(read->active_targets, 3u);
  const DependencyStructure& s = *read->structure;
  EXPECT_EQ(s.decode_targets, 2u);
  EXPECT_EQ(s.chains, 1u);
  ASSERT_EQ(s.templates.size(), 3u);
  EXPECT_EQ(s.templates[1].temporal, 0);
  EXPECT_EQ(s.templates[2].temporal, 1);
  EXPECT_EQ(s.templates[2].indications[0], not_present);
  EXPECT_EQ(s.templates[2].indications[1], discardable);
  EXPECT_EQ(s.templates[1].chain_distances[0], 2);
  EXPECT_EQ(s.layers_of(0), (DependencyStructure::Layers{0, 0}));
  EXPECT_EQ(s.layers_of(1), (DependencyStructure::Layers{0, 1}));
  ASSERT_EQ(s.sizes.size(), 1u);
  EXPECT_EQ(s.sizes[0].width_minus_1, 639);
  EXPECT_EQ(s.sizes[0].height_minus_1, 359);
  EXPECT_EQ(read->frame.indications[0], switching);
  EXPECT_EQ(read->frame.chain_distances[0], 0);
}

TEST(DependencyDescriptor, LaterFramesAreReadByIt) {
  const DependencyStructure structure = known();
  const auto read = read_dependency_descriptor(bits("1 1 000010 0000000100000011"), &structure);
  ASSERT_TRUE(read);
  EXPECT_TRUE(read->end_of_frame);
  EXPECT_FALSE(read->structure);
  EXPECT_FALSE(read->active_targets);
  EXPECT_EQ(read->frame.temporal, 1);
  EXPECT_EQ(read->frame.indications[1], discardable);
  EXPECT_EQ(read->frame.chain_distances[0], 1);
}

TEST(DependencyDescriptor, AFrameMaySayItAnew) {
  const DependencyStructure structure = known();
  const auto read = read_dependency_descriptor(bits("1 1 000001 0000000100000011 0 1 1 1 1"
                                                    "01"     // only the first target is sent
                                                    "11 00"  // R-
                                                    "01 0011  10 00010000  00"  // fdiffs: 4; 17
                                                    "11111010"),  // the chain: 250 frames ago
                                               &structure);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->active_targets, 1u);
  EXPECT_EQ(read->frame.indications[0], required);
  EXPECT_EQ(read->frame.indications[1], not_present);
  EXPECT_EQ(read->frame.chain_distances[0], 250);
}

TEST(DependencyDescriptor, ThirtyTwoTargetsAreAllActive) {
  DependencyStructure structure;
  structure.decode_targets = 32;
  structure.templates.resize(1);
  EXPECT_EQ(structure.all_targets(), UINT32_MAX);
  const auto read = read_dependency_descriptor(
      bits("1 1 000000 0000000000000001 0 1 0 0 0 10000000000000000000000000000001"), &structure);
  EXPECT_EQ(read.value().active_targets, 0x80000001u);
}

TEST(DependencyDescriptor, WhatItNeedsAndIsntThereIsAnError) {
  const Buffer later = bits("1 1 000001 0000000000000001");
  EXPECT_EQ(read_dependency_descriptor(later, nullptr).error().code, Errc::bad_state);
  const DependencyStructure structure = known();
  const Buffer unknown = bits("1 1 000011 0000000000000001");
  EXPECT_EQ(read_dependency_descriptor(unknown, &structure).error().code, Errc::malformed);
  const Buffer whole = bits(key_frame);
  for (size_t size = 0; size < whole.size(); ++size)
    EXPECT_FALSE(read_dependency_descriptor(Bytes(whole).first(size), nullptr)) << size;
}

TEST(DependencyDescriptor, TemplatesAndLayersAreLimited) {
  std::string many = "1 1 000000 0000000000000001 1 0 0 0 0  000000 00000 ";
  for (size_t i = 0; i <= max_dependency_templates; ++i) many += "00";
  EXPECT_EQ(read_dependency_descriptor(bits(many), nullptr).error().code, Errc::malformed);
  const std::string head = "1 1 000000 0000000000000001 1 0 0 0 0  000000 00000 ";
  EXPECT_EQ(read_dependency_descriptor(bits(head + "10 10 10 10 00 00"), nullptr).error().code,
            Errc::malformed);
}

}  // namespace
}  // namespace vicino::rtc
