// What `vicino join --commands` does for each line of standard input (member.h).
#include "member.h"
#include "net/clock.h"

namespace vicino::cli {
namespace {

using core::PersonNumber;

constexpr PersonNumber everybody{0};

std::optional<bool> switched(std::string_view word) {
  if (word == "on") return true;
  if (word == "off") return false;
  return std::nullopt;
}

}  // namespace

std::optional<PersonNumber> Member::person(std::string_view name) const {
  const auto found = std::ranges::find(roster_.others, name, &core::PersonView::name);
  return found == roster_.others.end() ? std::nullopt : std::optional(found->number);
}

bool Member::command_for_person(std::string_view word, PersonNumber who) {
  const Instant now = net::now();
  if (word == "remove") {
    call_.remove(now, who);
  } else if (word == "make-host") {
    call_.make_host(now, who);
  } else if (word == "accept") {
    call_.accept_identity(who);
  } else if (word == "ask-mute") {
    call_.ask_mute(who);
  } else if (word == "ask-unmute") {
    call_.ask_unmute(who);
  } else if (word == "lower-hand") {
    call_.lower_hands(who);
  } else {
    return false;
  }
  return true;
}

bool Member::command_for_switch(std::string_view word, bool on) {
  core::RoomSettings settings = room_.settings;
  if (word == "hand") {
    call_.raise_hand(net::now(), on);
  } else if (word == "microphone") {
    state_.microphone = on && options_.media.microphone;
    call_.set_state(net::now(), state_);
  } else if (word == "lobby") {
    settings.lobby = on;
  } else if (word == "lock") {
    settings.locked = on;
  } else if (word == "mute-on-entry") {
    settings.mute_on_entry = on;
  } else {
    return false;
  }
  if (settings != room_.settings) call_.set_room(net::now(), settings);
  return true;
}

bool Member::command_for_waiting(std::string_view word, uint32_t waiting) {
  if (word != "admit" && word != "deny") return false;
  if (word == "admit") {
    call_.admit(net::now(), waiting);
  } else {
    call_.deny(waiting);
  }
  return true;
}

bool Member::command_alone(std::string_view word, std::string_view rest) {
  if (word == "say") {
    call_.say(net::now(), rest);
  } else if (word == "react") {
    call_.react(net::now(), rest);
  } else if (word == "confirm-code") {
    call_.confirm_code(code_.emoji);
  } else if (word == "renew-link") {
    call_.renew_link(net::now());
  } else if (word == "reconnect") {
    call_.restart(net::now());
  } else if (word == "leave") {
    call_.leave();
  } else {
    return false;
  }
  return true;
}

std::expected<void, std::string> Member::command(std::string_view line) {
  const size_t space = std::min(line.find(' '), line.size());
  const std::string_view word = line.substr(0, space);
  const std::string_view rest = line.substr(std::min(space + 1, line.size()));
  bool done = command_alone(word, rest);
  if (const auto on = switched(rest); !done && on) done = command_for_switch(word, *on);
  const auto waiting = std::ranges::find(waiting_, rest, &core::WaitingPerson::name);
  if (!done && waiting != waiting_.end()) done = command_for_waiting(word, waiting->id);
  const auto who = rest == "everybody" ? std::optional(everybody) : person(rest);
  if (!done && who) done = command_for_person(word, *who);
  carry_out();
  if (!done) return std::unexpected("can't do \"" + std::string(line) + "\" now");
  return {};
}

}  // namespace vicino::cli
