#include "sfu/layers.h"

#include <gtest/gtest.h>

#include <vector>

namespace vicino::sfu {
namespace {

TEST(Layers, ScalesByNameOrByOrder) {
  const std::vector<std::string> names = {"f", "q", "h"}, others = {"a", "b", "c"};
  EXPECT_EQ(layer_scale(names, 0), 1.0);
  EXPECT_EQ(layer_scale(names, 1), 0.25);
  EXPECT_EQ(layer_scale(names, 2), 0.5);
  EXPECT_EQ(layer_scale(others, 0), 0.25);
  EXPECT_EQ(layer_scale(others, 2), 1.0);
  EXPECT_EQ(layer_scale({}, 0), 1.0);
  EXPECT_EQ(layer_scale(std::vector<std::string>{"q"}, 0), 1.0) << "the only one is the largest";
}

TEST(Layers, ChoosesBySizeAndByWhatFlows) {
  struct Case {
    Size largest, wanted;
    bool q, h, f;
    size_t chosen;  // 0 q, 1 h, 2 f
  };
  constexpr Size hd = {1280, 720}, unknown = {0, 0};
  const Case cases[] = {
      {hd, {320, 180}, true, true, true, 0},
      {hd, {0, 0}, true, true, true, 0},
      {hd, {420, 236}, true, true, true, 0},  // enlarged by less than a third
      {hd, {440, 248}, true, true, true, 1},
      {hd, {640, 360}, true, true, true, 1},
      {hd, {1280, 720}, true, true, true, 2},
      {hd, {65'535, 65'535}, true, true, true, 2},
      {hd, {1280, 180}, true, true, true, 0},  // the picture is fitted into the tile
      {unknown, {320, 180}, true, true, true, 0},
      {unknown, {1280, 720}, true, true, true, 2},
      {{640, 360}, {320, 180}, true, true, true, 1},
      {hd, {1280, 720}, true, true, false, 1},
      {hd, {1280, 720}, true, false, false, 0},
      {hd, {320, 180}, false, true, true, 1},
      {hd, {320, 180}, false, false, true, 2},
      {hd, {640, 360}, true, false, true, 0},  // rather smaller than larger
      {hd, {640, 360}, false, false, false, 1},
  };
  for (const Case& c : cases) {
    const LayerOption options[] = {{0.25, c.q}, {0.5, c.h}, {1.0, c.f}};
    EXPECT_EQ(choose_layer(options, c.largest, c.wanted), c.chosen)
        << c.wanted.width << "x" << c.wanted.height << " flowing " << c.q << c.h << c.f;
  }
  const LayerOption only[] = {{1.0, false}};
  EXPECT_EQ(choose_layer(only, hd, {1, 1}), 0u);
}

}  // namespace
}  // namespace vicino::sfu
