// Functions are named after the syntax tables of appendix A.8.1.
#include "rtc/dependency_descriptor.h"

#include <bit>

namespace vicino::rtc {
namespace {

constexpr size_t mandatory_size = 3;

class BitReader {
 public:
  explicit BitReader(Bytes bytes) : bytes_(bytes) {}

  // f(count), at most 16 bits.
  Result<uint32_t> f(size_t count) {
    if (count > bytes_.size() * 8 - at_) return fail(Errc::truncated, "dependency descriptor");
    uint32_t value = 0;
    for (; count > 0; --count, ++at_) value = value << 1 | (bytes_[at_ / 8] >> (7 - at_ % 8) & 1u);
    return value;
  }
  Result<bool> flag() {
    TRY_ASSIGN(const uint32_t bit, f(1));
    return bit != 0;
  }
  // ns(n): a number below n, in as few bits as it takes.
  Result<uint32_t> ns(uint32_t n) {
    const auto width = static_cast<uint32_t>(std::bit_width(n));
    const uint32_t short_ones = (1u << width) - n;
    TRY_ASSIGN(const uint32_t value, f(width - 1));
    if (value < short_ones) return value;
    TRY_ASSIGN(const uint32_t last, f(1));
    return (value << 1) - short_ones + last;
  }

 private:
  Bytes bytes_;
  size_t at_ = 0;
};

Status template_layers(BitReader& in, DependencyStructure& structure) {
  DependencyTemplate next;
  for (;;) {
    if (structure.templates.size() == max_dependency_templates)
      return fail(Errc::malformed, "too many dependency templates");
    structure.templates.push_back(next);
    TRY_ASSIGN(const uint32_t step, in.f(2));
    if (step == 3) return {};
    if (step == 1) ++next.temporal;
    if (step == 2) {
      next.temporal = 0;
      ++next.spatial;
    }
    if (next.temporal == max_temporal_layers || next.spatial == max_spatial_layers)
      return fail(Errc::malformed, "too many layers");
  }
}

Status read_indications(BitReader& in, const DependencyStructure& structure,
                        DependencyTemplate& of) {
  for (size_t i = 0; i < structure.decode_targets; ++i) {
    TRY_ASSIGN(const uint32_t indication, in.f(2));
    of.indications[i] = static_cast<Indication>(indication);
  }
  return {};
}

Status read_chain_distances(BitReader& in, const DependencyStructure& structure, size_t bits,
                            DependencyTemplate& of) {
  for (size_t i = 0; i < structure.chains; ++i) {
    TRY_ASSIGN(const uint32_t distance, in.f(bits));
    of.chain_distances[i] = static_cast<uint8_t>(distance);
  }
  return {};
}

// Which frames a frame refers to: chains and indications say what a forwarder needs.
Status pass_over_template_fdiffs(BitReader& in) {
  for (;;) {
    TRY_ASSIGN(const bool follows, in.flag());
    if (!follows) return {};
    TRY(in.f(4));
  }
}

Status pass_over_frame_fdiffs(BitReader& in) {
  for (;;) {
    TRY_ASSIGN(const uint32_t size, in.f(2));
    if (size == 0) return {};
    TRY(in.f(4 * size));
  }
}

Status template_chains(BitReader& in, DependencyStructure& structure) {
  TRY_ASSIGN(const uint32_t chains, in.ns(static_cast<uint32_t>(structure.decode_targets) + 1));
  structure.chains = chains;
  if (chains == 0) return {};
  for (size_t i = 0; i < structure.decode_targets; ++i) {
    TRY_ASSIGN(const uint32_t chain, in.ns(chains));
    structure.protected_by[i] = static_cast<uint8_t>(chain);
  }
  for (DependencyTemplate& t : structure.templates) TRY(read_chain_distances(in, structure, 4, t));
  return {};
}

Status render_resolutions(BitReader& in, DependencyStructure& structure) {
  for (size_t i = 0; i <= structure.templates.back().spatial; ++i) {
    TRY_ASSIGN(const uint32_t width, in.f(16));
    TRY_ASSIGN(const uint32_t height, in.f(16));
    structure.sizes.push_back({static_cast<uint16_t>(width), static_cast<uint16_t>(height)});
  }
  return {};
}

Result<DependencyStructure> template_dependency_structure(BitReader& in) {
  DependencyStructure structure;
  TRY_ASSIGN(const uint32_t offset, in.f(6));
  structure.template_id_offset = static_cast<uint8_t>(offset);
  TRY_ASSIGN(const uint32_t targets_minus_one, in.f(5));
  structure.decode_targets = targets_minus_one + 1;
  TRY(template_layers(in, structure));
  for (DependencyTemplate& t : structure.templates) TRY(read_indications(in, structure, t));
  for (size_t i = 0; i < structure.templates.size(); ++i) TRY(pass_over_template_fdiffs(in));
  TRY(template_chains(in, structure));
  TRY_ASSIGN(const bool sizes_present, in.flag());
  if (sizes_present) TRY(render_resolutions(in, structure));
  return structure;
}

struct Flags {
  bool structure = false, active_targets = false;
  bool indications = false, fdiffs = false, chains = false;
};

Result<Flags> read_flags(BitReader& in) {
  Flags flags;
  for (bool* flag : {&flags.structure, &flags.active_targets, &flags.indications, &flags.fdiffs,
                     &flags.chains}) {
    TRY_ASSIGN(*flag, in.flag());
  }
  return flags;
}

Result<uint32_t> read_active_targets(BitReader& in, size_t count) {
  const size_t high = count > 16 ? count - 16 : 0;
  TRY_ASSIGN(const uint32_t upper, in.f(high));
  TRY_ASSIGN(const uint32_t lower, in.f(count - high));
  return upper << (count - high) | lower;
}

Status frame_dependency_definition(BitReader& in, const Flags& flags, uint32_t template_id,
                                   const DependencyStructure& structure,
                                   DependencyTemplate& frame) {
  const size_t index = (template_id + 64 - structure.template_id_offset) % 64;
  if (index >= structure.templates.size())
    return fail(Errc::malformed, "a dependency template that isn't there");
  frame = structure.templates[index];
  if (flags.indications) TRY(read_indications(in, structure, frame));
  if (flags.fdiffs) TRY(pass_over_frame_fdiffs(in));
  if (flags.chains) TRY(read_chain_distances(in, structure, 8, frame));
  return {};
}

}  // namespace

DependencyStructure::Layers DependencyStructure::layers_of(size_t decode_target) const {
  Layers layers;
  for (const DependencyTemplate& t : templates) {
    if (t.indications[decode_target] == Indication::not_present) continue;
    layers.spatial = std::max(layers.spatial, t.spatial);
    layers.temporal = std::max(layers.temporal, t.temporal);
  }
  return layers;
}

Result<DependencyDescriptor> read_dependency_descriptor(Bytes extension,
                                                        const DependencyStructure* known) {
  BitReader in(extension);
  DependencyDescriptor descriptor;
  TRY_ASSIGN(descriptor.start_of_frame, in.flag());
  TRY_ASSIGN(descriptor.end_of_frame, in.flag());
  TRY_ASSIGN(const uint32_t template_id, in.f(6));
  TRY_ASSIGN(const uint32_t frame_number, in.f(16));
  descriptor.frame_number = static_cast<uint16_t>(frame_number);
  Flags flags;
  if (extension.size() > mandatory_size) {
    TRY_ASSIGN(flags, read_flags(in));
  }
  if (flags.structure) {
    TRY_ASSIGN(descriptor.structure, template_dependency_structure(in));
    known = &*descriptor.structure;
    descriptor.active_targets = known->all_targets();
  }
  if (!known) return fail(Errc::bad_state, "a dependency descriptor before its structure");
  if (flags.active_targets) {
    TRY_ASSIGN(descriptor.active_targets, read_active_targets(in, known->decode_targets));
  }
  TRY(frame_dependency_definition(in, flags, template_id, *known, descriptor.frame));
  return descriptor;
}

}  // namespace vicino::rtc
