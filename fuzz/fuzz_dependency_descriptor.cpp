// A dependency descriptor of any content, and a second one read by the first one's structure.
#include "rtc/dependency_descriptor.h"

using namespace vicino;
using namespace vicino::rtc;

namespace {

void check(const DependencyStructure& structure) {
  CHECK(structure.decode_targets >= 1 && structure.decode_targets <= max_decode_targets);
  CHECK(structure.chains <= structure.decode_targets);
  CHECK(!structure.templates.empty() && structure.templates.size() <= max_dependency_templates);
  CHECK(structure.sizes.size() <= max_spatial_layers);
  for (size_t i = 0; i < structure.decode_targets; ++i) {
    CHECK(structure.chains == 0 || structure.protected_by[i] < structure.chains);
    const auto layers = structure.layers_of(i);
    CHECK(layers.spatial < max_spatial_layers && layers.temporal < max_temporal_layers);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const Bytes input(data + 1, size - 1);
  const Bytes first = input.first(std::min<size_t>(data[0], input.size()));
  const auto read = read_dependency_descriptor(first, nullptr);
  if (!read) return 0;
  CHECK(read->structure && read->active_targets);
  check(*read->structure);
  const auto next = read_dependency_descriptor(input.subspan(first.size()), &*read->structure);
  if (next && next->structure) check(*next->structure);
  return 0;
}
