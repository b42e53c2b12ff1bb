#include "janus_messages.h"

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

namespace vicino::load::janus {
namespace {

using nlohmann::json;

std::string text_at(const json& object, const char* key) {
  const auto value = object.find(key);
  return value != object.end() && value->is_string() ? value->get<std::string>() : std::string();
}

uint64_t number_at(const json& object, const char* key) {
  const auto value = object.find(key);
  return value != object.end() && value->is_number_unsigned() ? value->get<uint64_t>() : 0;
}

const json& object_at(const json& object, const char* key) {
  static const json none = json::object();
  const auto value = object.find(key);
  return value != object.end() && value->is_object() ? *value : none;
}

void refuse(Reply& reply, uint64_t code, std::string reason) {
  reply.kind = Reply::Kind::problem;
  reply.code = static_cast<int>(code);
  reply.reason = std::move(reason);
}

void read_result(const json& message, Reply& reply) {
  const json& data = object_at(object_at(message, "plugindata"), "data");
  if (data.contains("error_code")) {
    refuse(reply, number_at(data, "error_code"), text_at(data, "error"));
    return;
  }
  reply.kind = Reply::Kind::result;
  reply.id = number_at(object_at(message, "data"), "id");
  if (text_at(data, "videoroom") == "joined") reply.feed = number_at(data, "id");
  const json& jsep = object_at(message, "jsep");
  reply.jsep = {text_at(jsep, "type"), text_at(jsep, "sdp")};
}

}  // namespace

uint64_t room_number(std::string_view name) {
  uint64_t number = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
  if (error == std::errc() && end == name.data() + name.size() && number > 0) return number;
  // FNV-1a; 52 bits at most, which JSON's readers take for whole numbers.
  uint64_t hash = 0xcbf29ce484222325;
  for (const char c : name) hash = (hash ^ static_cast<uint8_t>(c)) * 0x100000001b3;
  return (hash >> 13) | (uint64_t{1} << 31);
}

json create_room(uint64_t room, size_t publishers, std::string_view admin_key) {
  json body = {{"request", "create"},      {"room", room},
               {"publishers", publishers}, {"audiocodec", "opus"},
               {"videocodec", "vp8"},      {"is_private", true},
               {"permanent", false},       {"notify_joining", false},
               {"record", false},          {"fir_freq", 0}};
  if (!admin_key.empty()) body["admin_key"] = admin_key;
  return body;
}

json join_as_publisher(uint64_t room, std::string_view name, std::string_view pin) {
  json body = {
      {"request", "joinandconfigure"}, {"ptype", "publisher"}, {"room", room}, {"display", name}};
  if (!pin.empty()) body["pin"] = pin;
  return body;
}

json join_as_subscriber(uint64_t room, const std::vector<Feed>& feeds, size_t audio_slots,
                        size_t video_slots, std::string_view pin) {
  json streams = json::array();
  for (const Feed& feed : feeds) {
    for (const Stream& stream : feed.streams) {
      size_t& left = stream.kind == rtc::MediaKind::audio ? audio_slots : video_slots;
      if (left == 0) continue;
      --left;
      streams.push_back({{"feed", feed.id}, {"mid", stream.mid}});
    }
  }
  json body = {{"request", "join"},
               {"ptype", "subscriber"},
               {"room", room},
               {"streams", std::move(streams)}};
  if (!pin.empty()) body["pin"] = pin;
  return body;
}

json start_receiving() {
  return {{"request", "start"}};
}

Reply read_reply(const json& message) {
  Reply reply;
  if (!message.is_object()) return reply;
  reply.transaction = text_at(message, "transaction");
  const std::string kind = text_at(message, "janus");
  if (kind == "ack") {
    reply.kind = Reply::Kind::ack;
  } else if (kind == "success" || kind == "event") {
    read_result(message, reply);
  } else if (kind == "error") {
    const json& error = object_at(message, "error");
    refuse(reply, number_at(error, "code"), text_at(error, "reason"));
  } else if (kind == "timeout") {
    reply.kind = Reply::Kind::gone;
  }
  return reply;
}

}  // namespace vicino::load::janus
