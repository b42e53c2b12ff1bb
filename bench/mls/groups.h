// The groups that are measured, alike for every implementation: made here, joined by two members
// that each implementation plays.
#pragma once

#include <string>

#include "../../tests/mls_simulation/everybody.h"
#include "base/random.h"
#include "mls/group.h"

namespace vicino::mls_bench {
using namespace mls;

struct World {
  const Suite& suite = *Suite::find(CipherSuite::x25519_aes128gcm_sha256_ed25519);
  Everybody everybody;
  NoPsks psks;
  Rules rules;
  SeededRandom random{1};
  uint64_t now;  // seconds since 1970, for all of a run
  size_t names = 0;

  explicit World(uint64_t time) : now(time) {}
  Environment environment() const { return {everybody, psks, rules, now}; }
  LeafTemplate leaf() { return leaf_named("member " + std::to_string(names++), suite.id); }
  Lifetime lifetime() const { return {now - 3600, now + 30 * 24 * 3600}; }
  OwnKeyPackage key_package();
};

// `full`: members committed so that every parent node has a key, and a path has log2(members) of
// them. Otherwise all were added by one commit: a path is encrypted to every member by itself.
enum class Shape { full, fresh };

struct Fixture {
  Shape shape;
  size_t members;
  std::vector<OwnKeyPackage> joiners;  // the last two members
  Buffer welcome;                      // for them, the tree inside
  std::vector<Buffer> messages;        // to be processed after joining, in this order
};

// The epoch that a received commit begins.
inline Group adopt(Group::Received received) {
  return std::move(*std::get<std::unique_ptr<NewEpoch>>(received)->group);
}

Fixture make_fixture(World& world, Shape shape, size_t members);

}  // namespace vicino::mls_bench
