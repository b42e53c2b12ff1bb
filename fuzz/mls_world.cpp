#include "mls_world.h"

namespace vicino::fuzz {
namespace {

constexpr Lifetime lifetime{0, 100'000};

LeafTemplate leaf_of(const Suite& suite, size_t name) {
  return leaf_named("member " + std::to_string(name), suite.id,
                    {static_cast<ExtensionType>(0xf1ca)});
}

// As the tree has it on the wire.
struct WireNode {
  NodeType type{};
  LeafNode leaf;
  ParentNode parent;

  static void fields(auto& self, auto& io) {
    io(self.type);
    if (self.type == NodeType::leaf) {
      io(self.leaf);
    } else {
      io(self.parent);
    }
  }
};

}  // namespace

World::World(CipherSuite id) : suite(*Suite::find(id)) {
  rules.external_remove = ExternalRemove::allowed;
  rules.external_sender_proposals = {ProposalType::add, ProposalType::remove,
                                     ProposalType::pre_shared_key, ProposalType::reinit,
                                     ProposalType::group_context_extensions};
  external_sender = suite.random_signature_keys(random);
  const std::vector<ExternalSender> senders{
      {external_sender.public_key, Credential::basic(as_bytes("server"))}};
  members.push_back(must(Group::create(
      suite, as_bytes("fuzz"), {leaf_of(suite, names++), suite.random_signature_keys(random)},
      lifetime, {{ExtensionType::external_senders, encode(senders)}}, environment(), random)));
  const auto everybody_takes = [&](size_t committer, NewEpoch epoch) {
    for (size_t i = 0; i < members.size(); ++i) {
      if (i == committer) continue;
      auto received = must(members[i].receive(epoch.commit, environment()));
      auto& next = std::get<std::unique_ptr<NewEpoch>>(received)->group;
      if (next) members[i] = std::move(*next);
    }
    members[committer] = std::move(*epoch.group);
  };
  const auto add = [&](size_t count, bool path) {
    CommitOptions options;
    options.force_path = path;
    std::vector<OwnKeyPackage> joiners;
    while (count-- > 0) {
      joiners.push_back(key_package());
      options.proposals.push_back({Add{joiners.back().package}});
    }
    NewEpoch epoch = must(members[0].commit(std::move(options), environment(), random));
    const Buffer welcome = *epoch.welcome;
    everybody_takes(0, std::move(epoch));
    for (OwnKeyPackage& joiner : joiners)
      members.push_back(must(Group::join(welcome, std::move(joiner), {}, environment())));
  };
  add(4, true);
  for (const size_t committer : std::array<size_t, 3>{1, 2, 4})
    everybody_takes(committer, must(members[committer].commit({}, environment(), random)));
  CommitOptions removal;
  removal.proposals.push_back({Remove{3}});
  everybody_takes(1, must(members[1].commit(std::move(removal), environment(), random)));
  members.erase(members.begin() + 3);
  earlier = members[0].clone();
  add(2, false);
  follower = must(Follower::begin(members[0].group_info(true), {}, environment()));
  for (const size_t by : std::array<size_t, 2>{1, 2}) {
    const Buffer update = must(members[by].propose_update({}, {}, environment(), random));
    CHECK(follower->receive(update, environment()));
    for (size_t i = 0; i < members.size(); ++i)
      if (i != by) CHECK(members[i].receive(update, environment()));
  }
}

OwnKeyPackage World::key_package() {
  return make_key_package(suite, suite.random_signature_keys(random), leaf_of(suite, names++),
                          lifetime, random);
}

const SignatureKeys* World::keys_of(LeafIndex leaf) const {
  for (const Group& member : members)
    if (member.self() == leaf) return &GroupPeek::signature_keys(member);
  return nullptr;
}

Buffer any_key(const World& world, Input& input) {
  const RatchetTree& tree = world.members[0].tree();
  const uint8_t which = input.u8();
  switch (which % 4) {
    case 0: {
      const Bytes key = tree.public_key({static_cast<uint32_t>(which / 4) % tree.size().nodes()});
      return {key.begin(), key.end()};
    }
    case 1:
      return Buffer(32);  // of small order
    case 2: {
      const Bytes key = input.take(32);
      Buffer whole(key.begin(), key.end());
      whole.resize(32);
      return whole;
    }
    default: {
      const Bytes key = input.take(which / 4);
      return {key.begin(), key.end()};
    }
  }
}

Extensions any_extensions(Input& input) {
  Extensions extensions;
  for (size_t count = input.u8() % 4; count > 0; --count) {
    const uint8_t type = input.u8();
    const Bytes data = input.take(input.u8());
    extensions.push_back({static_cast<ExtensionType>(type < 8 ? type : 0xf1ca + type / 128),
                          {data.begin(), data.end()}});
  }
  return extensions;
}

PskId any_psk(const World& world, Input& input) {
  const GroupContext& context = world.members[0].context();
  const uint8_t kind = input.u8();
  PskId id{.external_id = Buffer(input.u8() % 8, kind),
           .usage = static_cast<ResumptionUsage>(1 + input.u8() % 3),
           .group_id = (kind & 4) != 0 ? context.group_id : Buffer(3),
           .epoch = (kind & 8) != 0 ? context.epoch : context.epoch - input.u8(),
           .nonce = Buffer((kind & 0x30) != 0 ? world.suite.hash_size() : input.u8(), kind)};
  id.type = static_cast<PskType>((kind & 3) == 3 ? 2 : 1);
  return id;
}

void lie_in_leaf(World& world, LeafNode& leaf, const SignatureKeys& keys, LeafIndex index,
                 Input& input) {
  const uint8_t what = input.u8();
  if ((what & 1) != 0) leaf.encryption_key = any_key(world, input);
  if ((what & 2) != 0) leaf.signature_key = any_key(world, input);
  if ((what & 4) != 0) leaf.extensions = any_extensions(input);
  if ((what & 8) != 0) leaf.source = static_cast<LeafSource>(1 + input.u8() % 3);
  if ((what & 16) != 0) leaf.lifetime = {input.u16(), input.u16()};
  if ((what & 32) != 0) {
    const Bytes changed = input.take(input.u8());
    leaf.parent_hash.assign(changed.begin(), changed.end());
    leaf.capabilities.credentials.resize(input.u8() % 3);
  }
  if ((what & 64) != 0) {
    leaf.capabilities.extensions.clear();
    leaf.credential = {static_cast<CredentialType>(1 + input.u8() % 2), {}, {{1}, {2}}};
  }
  if (what != 0 && (what & 128) == 0)
    leaf.sign(world.suite, keys, world.members[0].context().group_id, index);
}

Proposal any_proposal(World& world, const Group& by, Input& input) {
  switch (input.u8() % 8) {
    case 0: {
      OwnKeyPackage own = world.key_package();
      lie_in_leaf(world, own.package.leaf, own.signature_keys, {}, input);
      if (const uint8_t what = input.u8(); what < 0x80) {
        if ((what & 1) != 0) own.package.init_key = any_key(world, input);
        if ((what & 2) != 0) own.package.extensions = any_extensions(input);
        if ((what & 4) != 0) own.package.init_key = own.package.leaf.encryption_key;
        own.package.sign(world.suite, own.signature_keys);
      }
      return {Add{std::move(own.package)}};
    }
    case 1: {
      LeafNode leaf = *by.tree().leaf(by.self());
      const SignatureKeys& keys = GroupPeek::signature_keys(by);
      leaf.source = LeafSource::update;
      leaf.encryption_key = world.suite.random_hpke_keys(world.random).public_key;
      leaf.sign(world.suite, keys, by.context().group_id, by.self());
      lie_in_leaf(world, leaf, keys, by.self(), input);
      return {Update{std::move(leaf)}};
    }
    case 2:
      return {Remove{input.u8() % 10u}};
    case 3:
      return {PreSharedKey{any_psk(world, input)}};
    case 4:
      return {ReInit{{1},
                     static_cast<ProtocolVersion>(input.u8() % 3),
                     CipherSuite{input.u16()},
                     any_extensions(input)}};
    case 5:
      return {ExternalInit{any_key(world, input)}};
    case 6:
      return {GroupContextExtensions{any_extensions(input)}};
    default: {
      auto decoded = decode<Proposal>(input.take(input.u16() % 1024));
      return decoded ? std::move(*decoded) : Proposal{Remove{0xffffffff}};
    }
  }
}

Buffer lie_in_tree(World& world, const RatchetTree& tree, Input& input) {
  auto nodes = must(decode<std::vector<std::optional<WireNode>>>(tree.serialize()));
  for (size_t count = input.u8() % 4; count > 0; --count) {
    const uint32_t at = input.u8() % static_cast<uint32_t>(nodes.size() + 2);
    const uint8_t what = input.u8();
    if (at >= nodes.size()) {
      nodes.resize(nodes.size() + 1 + what % 8);
      nodes.back() = nodes[(what / 8) % (nodes.size() - 1)];
      continue;
    }
    auto& node = nodes[at];
    if ((what & 1) != 0) node = nodes[(what / 2) % nodes.size()];
    if (!node) continue;
    if (node->type == NodeType::leaf) {
      const LeafIndex index{at / 2};
      const SignatureKeys* const keys = world.keys_of(index);
      lie_in_leaf(world, node->leaf, keys ? *keys : world.external_sender, index, input);
      continue;
    }
    if ((what & 2) != 0) node->parent.encryption_key = any_key(world, input);
    if ((what & 4) != 0) node->parent.parent_hash = any_key(world, input);
    if ((what & 8) != 0) node->parent.unmerged_leaves.push_back(input.u8());
    if ((what & 16) != 0 && !node->parent.unmerged_leaves.empty())
      node->parent.unmerged_leaves.pop_back();
    if ((what & 32) != 0) node.reset();
  }
  return encode(nodes);
}

}  // namespace vicino::fuzz
