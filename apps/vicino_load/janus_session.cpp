#include "janus_session.h"

#include <chrono>
#include <nlohmann/json.hpp>

namespace vicino::load::janus {
namespace {

using nlohmann::json;

constexpr int long_poll = 40;  // seconds; Janus answers after 30 at the latest
constexpr std::chrono::seconds patience{20};
constexpr const char* plugin = "janus.plugin.videoroom";

std::unexpected<std::string> refused(std::string_view what, const Reply& reply) {
  return std::unexpected("Janus refused to " + std::string(what) + ": " + reply.reason + " (" +
                         std::to_string(reply.code) + ").");
}

}  // namespace

Outcome<std::unique_ptr<Session>> Session::open(std::string_view url) {
  auto http = HttpClient::create(url);
  if (!http) return std::unexpected(http.error());
  std::unique_ptr<Session> session(new Session(std::move(*http)));
  const auto created = session->post(session->path(), {{"janus", "create"}});
  if (!created) return std::unexpected(created.error());
  if (created->kind != Reply::Kind::result || created->id == 0)
    return refused("open a session", *created);
  session->id_ = created->id;
  session->poller_ = std::thread([s = session.get()] { s->poll(); });
  return session;
}

Session::~Session() {
  if (!poller_.joinable()) return;
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  // A handle that goes makes an event, which ends the poll under way.
  if (const auto handle = attach()) (void)detach(*handle);
  poller_.join();
  (void)post(path(), {{"janus", "destroy"}});
}

std::string Session::path() const {
  const std::string base = http_->base_path().empty() ? "/janus" : http_->base_path();
  return id_ == 0 ? base : base + "/" + std::to_string(id_);
}

std::string Session::next_transaction() {
  const std::lock_guard lock(mutex_);
  return "t" + std::to_string(++transactions_);
}

Outcome<uint64_t> Session::attach() {
  const auto reply = post(path(), {{"janus", "attach"}, {"plugin", plugin}});
  if (!reply) return std::unexpected(reply.error());
  if (reply->kind != Reply::Kind::result || reply->id == 0)
    return refused("attach to the VideoRoom", *reply);
  return reply->id;
}

Outcome<void> Session::detach(uint64_t handle) {
  const auto reply = post(path() + "/" + std::to_string(handle), {{"janus", "detach"}});
  if (!reply) return std::unexpected(reply.error());
  return {};  // a problem: it is gone already
}

Outcome<Reply> Session::post(const std::string& path, json message) {
  if (!message.contains("transaction")) message["transaction"] = next_transaction();
  const auto reply = http_->request({"POST", path, "application/json", message.dump(), ""});
  if (!reply) return std::unexpected(reply.error());
  const json body = json::parse(reply->body, nullptr, false);
  if (reply->status != 200 || !body.is_object()) {
    return std::unexpected("Not Janus' API: POST " + path + " was answered with status " +
                           std::to_string(reply->status) + ".");
  }
  return read_reply(body);
}

Outcome<Reply> Session::ask(uint64_t handle, const json& body, const Jsep& jsep) {
  const std::string transaction = next_transaction();
  {
    const std::lock_guard lock(mutex_);
    awaited_[transaction];
  }
  json message = {{"janus", "message"}, {"transaction", transaction}, {"body", body}};
  if (!jsep.sdp.empty()) message["jsep"] = {{"type", jsep.type}, {"sdp", jsep.sdp}};
  auto reply = post(path() + "/" + std::to_string(handle), std::move(message));
  if (reply && reply->kind == Reply::Kind::ack) reply = wait_for(transaction);
  const std::lock_guard lock(mutex_);
  awaited_.erase(transaction);
  return reply;
}

Outcome<Reply> Session::wait_for(const std::string& transaction) {
  std::unique_lock lock(mutex_);
  std::optional<Reply>& reply = awaited_[transaction];
  const bool ended =
      changed_.wait_for(lock, patience, [&] { return reply.has_value() || !lost_.empty(); });
  if (reply) return std::move(*reply);
  return std::unexpected(ended ? lost_ : std::string("Janus didn't finish a request in time."));
}

void Session::poll() {
  for (;;) {
    const auto reply = http_->request({"GET", path() + "?maxev=100", "", "", ""}, long_poll);
    const json events = reply ? json::parse(reply->body, nullptr, false) : json();
    if (events.is_array()) {
      for (const json& event : events) deliver(read_reply(event));
    } else {
      deliver(read_reply(events));
    }
    const std::lock_guard lock(mutex_);
    if (!reply) lost_ = reply.error();
    if (reply && reply->status != 200) lost_ = "Janus' events can't be fetched any more.";
    if (!lost_.empty()) changed_.notify_all();
    if (stopping_ || !lost_.empty()) return;
  }
}

void Session::deliver(Reply reply) {
  const std::lock_guard lock(mutex_);
  if (reply.kind == Reply::Kind::gone) lost_ = "Janus ended the session.";
  const auto awaited = awaited_.find(reply.transaction);
  const bool answers = reply.kind == Reply::Kind::result || reply.kind == Reply::Kind::problem;
  if (answers && awaited != awaited_.end()) awaited->second = std::move(reply);
  changed_.notify_all();
}

}  // namespace vicino::load::janus
