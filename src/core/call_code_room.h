// For the tests of the call code: members, and a server that orders what they post.
#pragma once

#include <gmock/gmock.h>

#include <functional>
#include <memory>
#include <queue>

#include "core/call_code.h"

namespace vicino::core {

inline constexpr Instant start{0};
constexpr Instant at(int64_t ms) {
  return start + milliseconds(ms);
}

// Members and a server that puts what they post into one order. Each message takes a time to the server and to each
// receiver, without overtaking.
class Room {
 public:
  using Deviation = std::function<void(std::vector<post::Content>&)>;  // of what a member is about to post
  struct Member {
    CodeMember who;
    std::unique_ptr<SeededRandom> random;
    std::unique_ptr<CallCode> code;
    bool silent = false;  // crashed: neither posts nor reads
    Deviation deviation;
    Instant sent{}, received{};  // the last one arrived then
    Instant timeout{};           // what next_timeout() said when the member was last touched
    size_t posts = 0;
  };

  explicit Room(size_t size, uint64_t seed = 1, Duration longest_way = milliseconds(50))
      : random_(seed), longest_way_(longest_way) {
    for (uint64_t i = 0; i < size; ++i) {
      Member member;
      member.who.leaf = static_cast<uint32_t>(2 * i + 1);
      member.who.sender = {1000 - i};
      member.who.account_key.fill(static_cast<uint8_t>(i));
      member.random = std::make_unique<SeededRandom>(seed * 1000 + i);
      member.code = std::make_unique<CallCode>(*member.random);
      members_.push_back(std::move(member));
    }
  }

  Member& operator[](size_t i) { return members_[i]; }
  CallCode& code(size_t i) { return *members_[i].code; }
  SenderId id(size_t i) const { return members_[i].who.sender; }
  size_t size() const { return members_.size(); }
  Instant now() const { return now_; }

  std::vector<CodeMember> roster() const {
    std::vector<CodeMember> all;
    for (const Member& member : members_) all.push_back(member.who);
    return all;
  }
  void begin(uint64_t epoch, Bytes authenticator = as_bytes("authenticator")) {
    for (Member& member : members_) {
      member.code->roster_changed(now_, epoch, authenticator, roster(), member.who.sender);
    }
  }
  // To the server now; it puts it into its order on arrival.
  void post(size_t from, const post::Content& content) {
    members_[from].sent = std::max(members_[from].sent, now_ + way());
    events_.push({members_[from].sent, count_++, from, std::nullopt, content});
    ++members_[from].posts;
  }
  void run_until(Instant end) {
    for (size_t i = 0; i < size(); ++i) take(i);
    while (next() <= end) {
      now_ = next();
      if (!events_.empty() && events_.top().when <= now_) {
        const Event event = events_.top();
        events_.pop();
        handle(event);
      }
      for (size_t i = 0; i < size(); ++i) {
        if (members_[i].silent || members_[i].timeout > now_) continue;
        members_[i].code->handle_timeout(now_);
        take(i);
      }
    }
    now_ = end;
  }
  std::vector<CallCode::State> states() const {
    std::vector<CallCode::State> states;
    for (const Member& member : members_) states.push_back(member.code->state());
    return states;
  }

 private:
  struct Event {
    Instant when;
    uint64_t count;
    size_t from;
    std::optional<size_t> to;  // nullopt: the server
    post::Content content;
    bool operator<(const Event& other) const { return std::pair(when, count) > std::pair(other.when, other.count); }
  };
  Duration way() { return {static_cast<int64_t>(random_.next() % static_cast<uint64_t>(longest_way_.us + 1))}; }
  Instant next() const {
    Instant next = events_.empty() ? Instant::never() : events_.top().when;
    for (const Member& member : members_) {
      if (!member.silent) next = std::min(next, member.timeout);
    }
    return std::max(next, now_);
  }
  void handle(const Event& event) {
    if (!event.to) {
      for (size_t i = 0; i < members_.size(); ++i) {
        if (i == event.from) continue;
        members_[i].received = std::max(members_[i].received, now_ + way());
        events_.push({members_[i].received, count_++, event.from, i, event.content});
      }
      return;
    }
    Member& member = members_[*event.to];
    if (member.silent) return;
    const SenderId from = members_[event.from].who.sender;
    if (const auto* m = std::get_if<post::CodeCommit>(&event.content)) member.code->heard(now_, from, *m);
    if (const auto* m = std::get_if<post::CodeReveal>(&event.content)) member.code->heard(now_, from, *m);
    if (const auto* m = std::get_if<post::CodeRestart>(&event.content)) member.code->heard(now_, from, *m);
    take(*event.to);
  }
  void take(size_t i) {
    if (members_[i].silent) return;
    std::vector<post::Content> posts = members_[i].code->take_posts();
    if (members_[i].deviation) members_[i].deviation(posts);
    for (const post::Content& content : posts) post(i, content);
    members_[i].timeout = members_[i].code->next_timeout();
  }

  SeededRandom random_;
  Duration longest_way_;
  Instant now_ = start;
  uint64_t count_ = 0;
  std::vector<Member> members_;
  std::priority_queue<Event> events_;
};

template <class Kind>
void drop(std::vector<post::Content>& posts) {
  std::erase_if(posts, [](const post::Content& c) { return std::holds_alternative<Kind>(c); });
}

// All but `but` show the same code.
inline CallCode::Code expect_one_code(Room& room, const std::set<size_t>& but = {}) {
  std::set<CallCode::Code> codes;
  for (size_t i = 0; i < room.size(); ++i) {
    if (but.contains(i)) continue;
    EXPECT_EQ(room.code(i).state(), CallCode::State::shown) << i;
    if (room.code(i).code()) codes.insert(*room.code(i).code());
  }
  EXPECT_EQ(codes.size(), 1u);
  return codes.empty() ? CallCode::Code{} : *codes.begin();
}

// Some crash, withhold their reveals, or never restart. Returns those of the first two kinds.
inline std::set<size_t> make_some_fail(Room& room, SeededRandom& random) {
  std::set<size_t> unheard;
  for (size_t i = 0; i < room.size(); ++i) {
    const uint64_t kind = random.next() % 8;
    if (kind == 0) room[i].silent = true;
    if (kind == 1) room[i].deviation = [](auto& posts) { drop<post::CodeReveal>(posts); };
    if (kind == 2) room[i].deviation = [](auto& posts) { drop<post::CodeRestart>(posts); };
    if (kind <= 1) unheard.insert(i);
  }
  return unheard;
}

}  // namespace vicino::core
