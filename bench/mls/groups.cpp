#include "groups.h"

namespace vicino::mls_bench {
namespace {

// Adds `joiners` in one commit. Returns the Welcome.
Buffer add(World& world, Group& group, const std::vector<OwnKeyPackage>& joiners) {
  CommitOptions options;
  for (const OwnKeyPackage& joiner : joiners) options.proposals.push_back({Add{joiner.package}});
  NewEpoch epoch = must(group.commit(std::move(options), world.environment(), world.random));
  group = std::move(*epoch.group);
  return *epoch.welcome;
}

std::vector<OwnKeyPackage> key_packages(World& world, size_t count) {
  std::vector<OwnKeyPackage> all;
  while (all.size() < count) all.push_back(world.key_package());
  return all;
}

}  // namespace

OwnKeyPackage World::key_package() {
  return make_key_package(suite, suite.random_signature_keys(random), leaf(), lifetime(), random);
}

Fixture make_fixture(World& world, Shape shape, size_t members) {
  CHECK(members >= 2 && members % 2 == 0);
  Group founder =
      must(Group::create(world.suite, as_bytes("benchmark"),
                         {world.leaf(), world.suite.random_signature_keys(world.random)},
                         world.lifetime(), {}, world.environment(), world.random));
  Fixture fixture{shape, members, key_packages(world, 2), {}, {}};
  const size_t others = std::max<size_t>(members, 3) - 3;  // founder and the last two aside
  if (shape == Shape::fresh) {
    if (others > 0) add(world, founder, key_packages(world, others));
  } else {
    // A path from one of two leaves under the same parent gives keys to all nodes above both. It
    // also leaves nobody unmerged: ts-mls takes no tree in which nodes differ in their unmerged
    // leaves.
    for (size_t leaf = 1; leaf <= others; leaf += leaf == 1 ? 1 : 2) {
      const auto pair = key_packages(world, leaf == 1 ? 1 : 2);
      const Buffer welcome = add(world, founder, pair);
      Group last = must(Group::join(welcome, pair.back().clone(), {}, world.environment()));
      const NewEpoch epoch = must(last.commit({}, world.environment(), world.random));
      founder = adopt(must(founder.receive(epoch.commit, world.environment())));
    }
  }
  fixture.welcome = add(world, founder, fixture.joiners);
  if (members == 2) {
    // The founder goes: the joiners are alone.
    fixture.messages.push_back(
        must(founder.propose({Remove{0}}, {}, world.environment(), world.random)));
  } else if (shape == Shape::full) {
    NewEpoch epoch = must(founder.commit({}, world.environment(), world.random));
    fixture.messages.push_back(std::move(epoch.commit));
  }
  return fixture;
}

}  // namespace vicino::mls_bench
