#include "world.h"

namespace vicino::mls_simulation {
namespace {

std::array<uint8_t, 32> exported(const Group& group) {
  std::array<uint8_t, 32> out;
  group.export_secret("simulation", as_bytes("context"), out);
  return out;
}

}  // namespace

Proposal World::invitation() {
  auto client = std::make_unique<Client>();
  client->name = "client " + std::to_string(++names_);
  NewMember member = new_member(client->name);
  OwnKeyPackage keys = make_key_package(suite_, std::move(member.signature_keys),
                                        std::move(member.leaf), {999'000, 2'000'000}, random_);
  Proposal proposal{Add{keys.package}};
  const Buffer key = keys.package.leaf.signature_key;
  invited_.emplace(key, Invited{std::move(client), std::move(keys)});
  return proposal;
}

Proposal World::external_psk() {
  PskId id{.external_id = Buffer(3, static_cast<uint8_t>(below(256))),
           .group_id = {},
           .nonce = Buffer(suite_.hash_size())};
  random_.fill(id.nonce);
  return {PreSharedKey{std::move(id)}};
}

// Of an epoch that every live member has seen.
std::optional<Proposal> World::resumption_psk() {
  uint64_t from = 0;
  for (const Client* client : with(Standing::live)) from = std::max(from, client->joined);
  const uint64_t now = state().context.epoch;
  from = std::max<uint64_t>(
      from, now < rules_.resumption_epochs ? 0 : now - rules_.resumption_epochs + 1);
  PskId id{.type = PskType::resumption,
           .external_id = {},
           .group_id = state().context.group_id,
           .epoch = from + below(now - from + 1),
           .nonce = Buffer(suite_.hash_size())};
  random_.fill(id.nonce);
  return Proposal{PreSharedKey{std::move(id)}};
}

Proposal World::new_extensions() {
  Extensions extensions;
  if (one_in(2)) extensions.push_back({static_cast<ExtensionType>(0xf1ca), Buffer(below(30))});
  if (one_in(2))
    extensions.push_back({ExtensionType::required_capabilities,
                          encode(RequiredCapabilities{{}, {}, {CredentialType::basic}})});
  return {GroupContextExtensions{std::move(extensions)}};
}

std::optional<Proposal> World::removal(LeafIndex except) {
  const auto members = state().tree.members();
  const LeafIndex who = members[below(members.size())];
  if (who == except || members.size() < 3) return std::nullopt;
  return Proposal{Remove{who.value}};
}

Candidate World::commit(Client& by) {
  CommitOptions options;
  options.send = send_options();
  options.force_path = one_in(2);
  options.tree_in_welcome = one_in(2);
  const Group& group = *by.group;
  const size_t members = group.tree().member_count() + invited_.size();
  const size_t room = members < plan_.max_members ? plan_.max_members - members : 0;
  if (!(plan_.eager && room > 0) && one_in(4)) {
    // Joiners wouldn't have the key.
    options.with_pending = false;
    options.proposals.push_back(*resumption_psk());
  } else {
    if (room > 0 && (plan_.eager || !one_in(3)))
      for (size_t most = std::min(room, plan_.batch), count = plan_.eager ? most : 1 + below(most);
           count > 0; --count)
        options.proposals.push_back(invitation());
    if (one_in(6)) options.proposals.push_back(new_extensions());
    if (one_in(6)) options.proposals.push_back(external_psk());
  }
  if (one_in(4))
    if (auto remove = removal(group.self())) options.proposals.push_back(std::move(*remove));
  if (one_in(8)) options.leaf = leaf(by.name);
  if (one_in(8)) options.signature_keys = suite_.random_signature_keys(random_);
  const SecretBuffer before = by.group->save();
  NewEpoch epoch = take(by.group->commit(std::move(options), environment(), random_), "commit");
  if (!plan_.private_handshake)
    require(ct_equal(by.group->save(), before), "a commit that isn't adopted changed the group");
  return {&by, by.name, std::move(epoch)};
}

Candidate World::join_from_outside(Client* behind) {
  const std::string name = behind ? behind->name : "client " + std::to_string(++names_);
  const Group& helper = *any(with(Standing::live)).group;
  ExternalJoinOptions options;
  if (one_in(2)) options.psks.push_back(std::get<PreSharedKey>(external_psk().body).psk);
  if (behind && plan_.joiners_replace_leaves) options.replaces = behind->group->self();
  const bool with_tree = one_in(2);
  std::optional<Buffer> tree;
  if (!with_tree) tree = helper.tree().serialize();
  return {behind, name,
          take(Group::join_external(helper.group_info(with_tree), new_member(name), options, tree,
                                    environment(), random_),
               "external join")};
}

// One to three make the next commit at the same time; the server takes one of them.
void World::race() {
  std::vector<Candidate> candidates;
  const auto live = with(Standing::live);
  const auto behind = with(Standing::behind);
  for (size_t count = 1 + below(3); count > 0; --count) {
    Client& by = any(live);
    const bool twice = std::ranges::any_of(candidates, [&](const auto& c) { return c.by == &by; });
    if (!twice) candidates.push_back(commit(by));
  }
  if (!behind.empty() && !one_in(3)) {
    candidates.push_back(join_from_outside(&any(behind)));
  } else if (one_in(6) && state().tree.member_count() < plan_.max_members) {
    candidates.push_back(join_from_outside(nullptr));
  }
  const size_t winner = below(candidates.size());
  follow(candidates, winner);
  tally_.races += candidates.size() > 1;
  // The others' are dropped; they process the one that won.
  for (size_t i = 0; i < candidates.size(); ++i)
    if (i != winner && !candidates[i].epoch.external)
      refuses(*candidates[i].by, candidates[i].epoch.commit, "its own commit");
  conclude(candidates[winner]);
}

void World::follow(const std::vector<Candidate>& candidates, size_t winner) {
  std::optional<Follower> next;
  for (size_t i = 0; i < candidates.size(); ++i) {
    const NewEpoch& epoch = candidates[i].epoch;
    if (plan_.private_handshake && !epoch.external) continue;
    auto received = take(follower_->receive(epoch.commit, environment()), "the follower");
    auto& staged = std::get<std::unique_ptr<Follower::NextEpoch>>(received);
    require(staged->committer == epoch.committer && staged->external == epoch.external &&
                staged->added == epoch.added && staged->updated == epoch.updated &&
                staged->removed == epoch.removed && staged->proposals == epoch.proposals,
            "the follower sees another commit");
    if (i == winner) next = std::move(staged->next);
  }
  if (!next)
    next =
        take(Follower::begin(candidates[winner].epoch.group->group_info(true), {}, environment()),
             "the follower");
  follower_ = std::move(next);
}

void World::conclude(Candidate& winner) {
  const uint64_t next = state().context.epoch + 1;
  // Before anything moves: who is where.
  const auto live = with(Standing::live);
  for (Client* client : with(Standing::behind))
    if (std::ranges::find(winner.epoch.removed, client->group->self()) !=
        winner.epoch.removed.end())
      client->standing = Standing::out;
  if (!plan_.private_handshake || winner.epoch.external) keep_out_removed(live, winner);
  for (Client* client : live)
    if (client != winner.by) let_process(*client, winner);
  Group& group = *winner.epoch.group;
  if (winner.epoch.external) {
    if (winner.by) winner.by->standing = Standing::out;
    tally_.resyncs += winner.by != nullptr;
    tally_.external_joins += winner.by == nullptr;
    auto client = std::make_unique<Client>();
    client->name = winner.name;
    client->joined = next;
    client->group = std::move(group);
    clients_.push_back(std::move(client));
    let_join(winner, *clients_.back()->group);
  } else {
    winner.by->group = std::move(group);
    let_join(winner, *winner.by->group);
  }
  for (Client* client : with(Standing::out)) {
    if (client->group->context().epoch + 1 == next) continue;
    refuses(*client, winner.epoch.commit, "a commit long after");
  }
  invited_.clear();
  for (const auto& client : clients_) client->missed_proposals = false;
  ++tally_.epochs;
}

size_t World::opened_by(const Client& client, const Candidate& winner) const {
  const auto message = take(decode<Message>(winner.epoch.commit), "a commit's bytes");
  const auto& commit = std::get<Commit>(std::get<PublicMessage>(message.body).content.body);
  if (!commit.path) return 0;
  // What path secrets are encrypted under: the next context, but for the transcript.
  GroupContext context = winner.epoch.group->context();
  context.confirmed_transcript_hash = client.group->context().confirmed_transcript_hash;
  size_t opened = 0;
  for (const auto& [node, keys] : GroupPeek::path_keys(*client.group).all())
    for (const UpdatePathNode& step : commit.path->nodes)
      for (const HpkeCiphertext& sealed : step.encrypted_path_secrets)
        opened +=
            suite_.decrypt_with_label(keys, "UpdatePathNode", encode(context), sealed).has_value();
  return opened;
}

// With the old state and other software, those who go get no path secret; one of those who stay
// with the keys they had does, which shows that this attack is one.
void World::keep_out_removed(const std::vector<Client*>& live, const Candidate& winner) {
  const auto among = [](const Client* client, const std::vector<LeafIndex>& leaves) {
    return std::ranges::find(leaves, client->group->self()) != leaves.end();
  };
  bool kept_shut = false;
  for (const Client* client : live) {
    if (!among(client, winner.epoch.removed)) continue;
    require(opened_by(*client, winner) == 0, client->name + " can read the path after it went");
    kept_shut = true;
  }
  const auto staying = std::ranges::find_if(live, [&](const Client* client) {
    return client != winner.by && !among(client, winner.epoch.removed) &&
           !among(client, winner.epoch.updated);
  });
  if (!kept_shut || staying == live.end()) return;
  require(opened_by(**staying, winner) > 0, (*staying)->name + " can't read the path");
  ++tally_.paths_kept_shut;
}

bool World::knows_proposals(const Client& client, const Candidate& winner) const {
  const auto& known = client.group->state().pending;
  return std::ranges::all_of(winner.epoch.proposals, [&](const SentProposal& sent) {
    return !sent.by_reference ||
           std::ranges::find(known, sent, &PendingProposal::sent) != known.end();
  });
}

void World::let_process(Client& client, const Candidate& winner) {
  const auto& removed = winner.epoch.removed;
  const bool goes = std::ranges::find(removed, client.group->self()) != removed.end();
  if (!goes && lost()) {
    client.standing = Standing::behind;
    return;
  }
  if (client.missed_proposals && !knows_proposals(client, winner)) {
    const mls::Status refused =
        refuses(client, winner.epoch.commit, "a commit of what it doesn't know");
    require(refused.error() == Fault::proposal_unknown,
            client.name + " refused for another reason");
    client.standing = goes ? Standing::out : Standing::behind;
    ++tally_.commits_not_understood;
    return;
  }
  auto received = take(client.group->receive(winner.epoch.commit, environment()),
                       client.name + ", " + winner.name + "'s commit");
  auto* const epoch = std::get_if<std::unique_ptr<NewEpoch>>(&received);
  require(epoch && (*epoch)->committer == winner.epoch.committer &&
              (*epoch)->external == winner.epoch.external &&
              (*epoch)->added == winner.epoch.added && (*epoch)->removed == removed &&
              (*epoch)->updated == winner.epoch.updated &&
              (*epoch)->proposals == winner.epoch.proposals,
          client.name + " sees another commit");
  require((*epoch)->group.has_value() != goes, client.name + " mistakes its own removal");
  if (goes) {
    client.standing = Standing::out;
    ++tally_.removals;
  } else {
    client.group = std::move(*(*epoch)->group);
  }
}

void World::let_join(const Candidate& winner, const Group& committer) {
  for (const LeafIndex index : winner.epoch.added) {
    const auto found = invited_.find(committer.tree().leaf(index)->signature_key);
    require(found != invited_.end(), "somebody was added whom nobody invited");
    auto [client, keys] = std::move(found->second);
    // The tree by another way serves as well, whether or not it is in the Welcome.
    client->group = take(Group::join(*winner.epoch.welcome, std::move(keys),
                                     committer.tree().serialize(), environment()),
                         "join");
    require(client->group->self() == index, "a new member stands elsewhere");
    client->joined = committer.context().epoch;
    clients_.push_back(std::move(client));
    ++tally_.joins;
  }
}

void World::agree() {
  const auto live = with(Standing::live);
  const Group& one = *live.front()->group;
  const auto secret = exported(one);
  for (const Client* client : live) {
    const Group& group = *client->group;
    require(group.state() == one.state(), client->name + " is in another public state");
    require(exported(group) == secret, client->name + " exports another secret");
    require(equal(group.epoch_authenticator(), one.epoch_authenticator()),
            client->name + " has another epoch authenticator");
  }
  require(one.context().tree_hash == one.tree().tree_hash(), "the tree isn't the context's");
  require(follower_->state() == one.state(), "the follower is in another state");
  const auto tree = take(RatchetTree::parse(suite_, one.tree().serialize(), rules_.max_members),
                         "the tree's bytes");
  require(tree.tree_hash() == one.tree().tree_hash(), "the tree's bytes are of another tree");
  require(tree.validate().has_value(), "the tree isn't valid");
  for (const Standing away : {Standing::behind, Standing::out})
    for (const Client* client : with(away))
      require(exported(*client->group) != secret, client->name + " still has the secret");
  tally_.most_live = std::max(tally_.most_live, live.size());
  tally_.most_members = std::max(tally_.most_members, tree.member_count());
}

void World::end_by_reinit() {
  const auto live = with(Standing::live);
  Client& by = any(live);
  CommitOptions options;
  options.proposals.push_back({ReInit{{1, 2}, ProtocolVersion::mls10, plan_.suite, {}}});
  options.with_pending = false;
  options.send = send_options();
  NewEpoch last = take(by.group->commit(std::move(options), environment(), random_), "reinit");
  by.group = std::move(*last.group);
  for (Client* client : live) {
    if (client != &by) {
      auto received = take(client->group->receive(last.commit, environment()), client->name);
      client->group = std::move(*std::get<std::unique_ptr<NewEpoch>>(received)->group);
    }
    require(client->group->reinit().has_value(), client->name + " goes on");
    const auto sent = client->group->protect(as_bytes("more"), send_options(), random_);
    require(!sent && sent.error() == Fault::group_reinitialised, client->name + " goes on to send");
  }
}

}  // namespace vicino::mls_simulation
