#include "world.h"

#include <stdexcept>

namespace vicino::mls_simulation {
namespace {

constexpr auto extension_in_capabilities = static_cast<ExtensionType>(0xf1ca);

}  // namespace

Tally& Tally::operator+=(const Tally& other) {
  for (const auto count :
       {&Tally::epochs, &Tally::joins, &Tally::external_joins, &Tally::resyncs, &Tally::removals,
        &Tally::races, &Tally::proposals, &Tally::proposals_lost, &Tally::commits_not_understood,
        &Tally::messages_opened, &Tally::messages_late, &Tally::refused, &Tally::reloads,
        &Tally::paths_kept_shut})
    this->*count += other.*count;
  most_members = std::max(most_members, other.most_members);
  most_live = std::max(most_live, other.most_live);
  return *this;
}

bool World::Policy::accepts(const CredentialCheck& check) const {
  return !check.previous || check.previous->credential == check.credential;
}

World::World(const Plan& plan)
    : plan_(plan),
      suite_(*Suite::find(plan.suite)),
      chance_(plan.seed),
      random_(plan.seed ^ 0x5eed) {
  if (plan.joiners_replace_leaves) rules_.external_remove = ExternalRemove::allowed;
  auto founder = std::make_unique<Client>();
  founder->name = "client 0";
  founder->group = take(Group::create(suite_, as_bytes("simulation"), new_member(founder->name),
                                      {999'000, 2'000'000}, {}, environment(), random_),
                        "create");
  follower_ =
      take(Follower::begin(founder->group->group_info(true), {}, environment()), "follower");
  clients_.push_back(std::move(founder));
}

void World::broken(const std::string& what) const {
  throw std::runtime_error("seed " + std::to_string(plan_.seed) + ", step " +
                           std::to_string(step_) + ", " + doing_ + ": " + what);
}

std::vector<Client*> World::with(Standing standing) const {
  std::vector<Client*> found;
  for (const auto& client : clients_)
    if (client->standing == standing) found.push_back(client.get());
  return found;
}

LeafTemplate World::leaf(const std::string& name) const {
  return leaf_named(name, plan_.suite, {extension_in_capabilities});
}

NewMember World::new_member(const std::string& name) {
  return {leaf(name), suite_.random_signature_keys(random_)};
}

SendOptions World::send_options() {
  SendOptions options;
  if (plan_.private_handshake) options.wire_format = WireFormat::private_message;
  options.authenticated_data.resize(below(20));
  options.padding = below(40);
  return options;
}

Tally World::run() {
  for (step_ = 1; step_ <= plan_.steps; ++step_) step();
  doing_ = "ending";
  end_by_reinit();
  return tally_;
}

void World::step() {
  doing_ = "speaking";
  speak();
  doing_ = "proposing";
  const auto live = with(Standing::live);
  for (size_t count = below(4); count > 0; --count) propose(any(live));
  const auto informed = std::ranges::find(live, false, &Client::missed_proposals);
  if (!plan_.private_handshake && informed != live.end())
    require(follower_->state() == (*informed)->group->state(), "the follower has other proposals");
  doing_ = "committing";
  race();
  doing_ = "comparing";
  agree();
  doing_ = "delivering";
  deliver_due();
  doing_ = "reloading";
  for (Client* client : with(Standing::live))
    if (one_in(8)) reload(*client);
}

void World::speak() {
  const auto live = with(Standing::live);
  const auto out = with(Standing::out);
  for (size_t count = below(5); count > 0; --count) {
    Client& from = any(live);
    InFlight sent{{}, &from, from.group->self(), from.group->context().epoch, {}, step_, {}};
    sent.text.resize(below(300), static_cast<uint8_t>(below(256)));
    sent.message = take(from.group->protect(sent.text, send_options(), random_), "protect");
    // Some arrive after the next commit, some after more epochs than are kept, some never.
    sent.due = step_ + (one_in(2) ? 0 : below(6));
    for (size_t to = 1 + below(3); to > 0; --to)
      if (!one_in(5)) sent.to.push_back(&any(live));
    if (!out.empty()) sent.to.push_back(&any(out));
    // Later ones may overtake.
    in_flight_.insert(in_flight_.begin() + static_cast<ptrdiff_t>(below(in_flight_.size() + 1)),
                      std::move(sent));
  }
}

void World::deliver_due() {
  std::vector<InFlight> later;
  for (InFlight& message : in_flight_) {
    if (message.due > step_) {
      later.push_back(std::move(message));
      continue;
    }
    std::ranges::sort(message.to);
    message.to.erase(std::ranges::unique(message.to).begin(), message.to.end());
    for (Client* to : message.to) deliver(message, *to);
  }
  in_flight_ = std::move(later);
}

void World::deliver(const InFlight& sent, Client& to) {
  const uint64_t now = to.group->context().epoch;
  const bool had_it = to.joined <= sent.epoch && sent.epoch <= now;
  if (&to == sent.from || !had_it || now - sent.epoch > rules_.past_epochs) {
    refuses(to, sent.message, "a message of an epoch it doesn't have");
    return;
  }
  Buffer damaged = sent.message;
  damaged[below(damaged.size())] ^= static_cast<uint8_t>(1 + below(255));
  refuses(to, damaged, "a damaged message");
  const auto received =
      take(to.group->receive(sent.message, environment()),
           "a message of epoch " + std::to_string(sent.epoch) + " in epoch " + std::to_string(now));
  const auto* const opened = std::get_if<ReceivedApplication>(&received);
  require(opened && opened->plaintext == sent.text && opened->sender == sent.sender &&
              opened->epoch == sent.epoch,
          "a message came out changed");
  refuses(to, sent.message, "a message for the second time");
  ++tally_.messages_opened;
  tally_.messages_late += sent.epoch < now;
}

mls::Status World::refuses(Client& client, Bytes message, const std::string& what) {
  const SecretBuffer before = client.group->save();
  const auto received = client.group->receive(message, environment());
  require(!received, client.name + " took " + what);
  require(ct_equal(client.group->save(), before), client.name + " was changed by " + what);
  ++tally_.refused;
  return fail(received.error());
}

void World::propose(Client& by) {
  Group& group = *by.group;
  const SendOptions options = send_options();
  Buffer message;
  if (one_in(2)) {
    message = take(group.propose_update(leaf(by.name), options, environment(), random_), "update");
  } else {
    Proposal proposal = external_psk();
    if (one_in(3)) proposal = new_extensions();
    if (one_in(2) && group.tree().member_count() + invited_.size() < plan_.max_members)
      proposal = invitation();
    if (one_in(3)) proposal = removal(group.self()).value_or(proposal);
    message = take(group.propose(std::move(proposal), options, environment(), random_), "propose");
  }
  ++tally_.proposals;
  for (Client* client : with(Standing::live))
    if (client != &by && lost()) {
      client->missed_proposals = true;
      ++tally_.proposals_lost;
    } else if (client != &by) {
      const auto received =
          take(client->group->receive(message, environment()), client->name + ", a proposal");
      require(std::holds_alternative<ReceivedProposal>(received), "a proposal is something else");
    }
  if (!plan_.private_handshake) take(follower_->receive(message, environment()), "the follower");
}

void World::reload(Client& client) {
  const SecretBuffer saved = client.group->save();
  client.group = take(Group::load(saved.expose()), "load");
  require(ct_equal(client.group->save(), saved), "a loaded state is saved otherwise");
  ++tally_.reloads;
}

}  // namespace vicino::mls_simulation
