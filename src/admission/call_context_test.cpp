#include "admission/call_context.h"

#include "admission/member_fixture.h"

namespace vicino::admission {
namespace {

CallContext full() {
  CallContext context;
  context.link_id = Buffer(8, 1);
  context.earlier = {{Buffer(8, 2), Buffer(44, 9)}, {Buffer(8, 3), Buffer(44, 9)}};
  context.locked = true;
  context.hosts = {SenderId{5}, SenderId{6}};
  return context;
}

bool reads(const CallContext& context) {
  return read_call_context({to_extension(context)}).has_value();
}

TEST(CallContext, IsReadAsWritten) {
  EXPECT_EQ(read_call_context({to_extension(full())}), full());
  EXPECT_EQ(read_call_context({{mls::ExtensionType::external_senders, {}}, to_extension(full())}),
            full());
}

TEST(CallContext, IsThereOnce) {
  EXPECT_FALSE(read_call_context({}));
  EXPECT_FALSE(read_call_context({to_extension(full()), to_extension(full())}));
}

TEST(CallContext, HasOneForm) {
  const mls::Extension whole = to_extension(full());
  for (size_t size = 0; size < whole.data.size(); ++size) {
    mls::Extension cut = whole;
    cut.data.resize(size);
    EXPECT_FALSE(read_call_context({cut})) << size;
  }
  mls::Extension longer = whole;
  longer.data.push_back(0);
  EXPECT_FALSE(read_call_context({longer}));
  mls::Extension flag = whole;
  const size_t hosts = 1 + 2 * 8;  // their length, and they
  ASSERT_EQ(flag.data[flag.data.size() - hosts - 2], 1) << "locked";
  flag.data[flag.data.size() - hosts - 2] = 2;
  EXPECT_FALSE(read_call_context({flag}));
}

TEST(CallContext, KeepsItsLimits) {
  const auto refused = [](auto change) {
    CallContext context = full();
    change(context);
    EXPECT_FALSE(reads(context));
  };
  refused([](CallContext& c) { c.version = 2; });
  refused([](CallContext& c) { c.link_id.pop_back(); });
  refused([](CallContext& c) { c.earlier[0].link_id.push_back(0); });
  refused([](CallContext& c) { c.earlier[0].sealed_member_key.pop_back(); });
  refused([](CallContext& c) { c.earlier[1].link_id = c.earlier[0].link_id; });
  refused([](CallContext& c) { c.earlier[1].link_id = c.link_id; });
  refused([](CallContext& c) { c.hosts.push_back(SenderId{5}); });
  refused([](CallContext& c) { c.hosts.push_back(SenderId{0}); });
  const auto with_hosts = [](uint64_t count) {
    CallContext context = full();
    context.hosts.clear();
    for (uint64_t i = 1; i <= count; ++i) context.hosts.push_back({i});
    return context;
  };
  EXPECT_TRUE(reads(with_hosts(max_hosts)));
  EXPECT_FALSE(reads(with_hosts(max_hosts + 1)));
  const auto with_links = [](size_t count) {
    CallContext context = full();
    context.earlier.clear();
    for (size_t i = 0; i < count; ++i) {
      context.earlier.push_back({Buffer(8, static_cast<uint8_t>(10 + i)), Buffer(44, 0)});
    }
    return context;
  };
  EXPECT_TRUE(reads(with_links(max_earlier_links)));
  EXPECT_FALSE(reads(with_links(max_earlier_links + 1)));
}

TEST(MemberExtension, KeepsItsLimits) {
  mls::LeafNode leaf;
  EXPECT_FALSE(read_member_extension(leaf));
  const auto read = [&](size_t link_id, size_t sealed) {
    leaf.extensions = {to_extension(MemberExtension{Buffer(link_id, 1), Buffer(sealed, 2)})};
    return read_member_extension(leaf).has_value();
  };
  EXPECT_TRUE(read(8, 1));
  EXPECT_TRUE(read(8, 540));
  EXPECT_FALSE(read(8, 541));
  EXPECT_FALSE(read(8, 0));
  EXPECT_FALSE(read(7, 1));
  leaf.extensions = {{member_type, {1, 2, 3}}};
  EXPECT_FALSE(read_member_extension(leaf));
}

TEST(SenderIds, AreCredentials) {
  const SenderId sender{0x0102030405060708};
  EXPECT_EQ(credential_of(sender).identity, (Buffer{1, 2, 3, 4, 5, 6, 7, 8}));
  EXPECT_EQ(sender_of(credential_of(sender)), sender);
  EXPECT_FALSE(sender_of(credential_of(SenderId{0})));
  EXPECT_FALSE(sender_of(mls::Credential::basic(Buffer(7, 1))));
  mls::Credential x509 = credential_of(sender);
  x509.type = mls::CredentialType::x509;
  EXPECT_FALSE(sender_of(x509));
}

TEST(EffectiveHosts, AreThoseWhoAreThereOrTheLowestLeaf) {
  MemberWorld world;
  const Buffer link(8, 1);
  CallContext context{.link_id = link, .earlier = {}, .hosts = {SenderId{9}, SenderId{2}}};
  mls::Group group = world.found(Buffer(16, 1), world.new_member(SenderId{1}, link), context);
  EXPECT_EQ(effective_hosts(context, group.tree()), std::vector{SenderId{1}});
  std::vector<mls::Proposal> adds = {world.join_psk(link)};
  adds.push_back({mls::Add{world.key_package(SenderId{2}, link).package}});
  group = std::move(*world.commit(group, std::move(adds)).group);
  EXPECT_EQ(effective_hosts(context, group.tree()), std::vector{SenderId{2}});
  EXPECT_EQ(leaf_of(group.tree(), SenderId{2}), mls::LeafIndex{1});
  EXPECT_FALSE(leaf_of(group.tree(), SenderId{9}));
}

TEST(JoinPsk, IsNamedByItsLink) {
  const Buffer id = join_psk_id(Buffer{'A', 'B'});
  EXPECT_EQ(as_text(id), "vicino/2 joinAB");
}

}  // namespace
}  // namespace vicino::admission
