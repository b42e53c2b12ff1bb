// Janus VideoRoom as a target, over its public HTTP API. A participant publishes over one peer
// connection and receives all others over a second one; Janus makes the offer of that.
#include <charconv>
#include <chrono>
#include <nlohmann/json.hpp>

#include "janus_sdp.h"
#include "janus_session.h"

namespace vicino::load {
namespace {

using janus::Reply;
using nlohmann::json;

// A feed can be asked for once its media is up, which takes a moment after it was published.
constexpr std::chrono::seconds feed_patience{10};
constexpr std::chrono::milliseconds feed_interval{50};

class JanusTarget : public Target {
 public:
  JanusTarget(std::unique_ptr<janus::Session> session, TargetOptions options)
      : session_(std::move(session)), options_(std::move(options)) {}

  Outcome<void> make_room(const std::string& room, size_t publishers) override;
  Outcome<Connection> publish(const PublishRequest& request) override;
  Outcome<Connection> subscribe(const SubscribeRequest& request) override;
  Outcome<void> leave(const Connection& connection) override;

 private:
  Outcome<Connection> publish_on(uint64_t handle, const PublishRequest& request);
  Outcome<Connection> subscribe_on(uint64_t handle, const SubscribeRequest& request);
  Outcome<std::vector<janus::Feed>> feeds_of(const SubscribeRequest& request);
  Outcome<Reply> join_when_up(uint64_t handle, const json& body);

  const std::unique_ptr<janus::Session> session_;
  const TargetOptions options_;
  std::mutex mutex_;
  std::map<std::string, janus::Feed> feeds_;  // by Connection::id of the publisher
};

// A result with a description of this type, or why there is none.
Outcome<Reply> with_description(Outcome<Reply> reply, std::string_view type,
                                std::string_view what) {
  if (!reply) return reply;
  if (reply->kind == Reply::Kind::problem) {
    return std::unexpected("Janus refused to let somebody " + std::string(what) + ": " +
                           reply->reason + " (" + std::to_string(reply->code) + ").");
  }
  if (reply->jsep.type != type || reply->jsep.sdp.empty()) {
    return std::unexpected("Janus sent no " + std::string(type) + " to somebody who wants to " +
                           std::string(what) + ".");
  }
  return reply;
}

Outcome<void> JanusTarget::make_room(const std::string& room, size_t publishers) {
  if (!options_.make_rooms) return {};
  const auto handle = session_->attach();
  if (!handle) return std::unexpected(handle.error());
  const auto reply = session_->ask(
      *handle, janus::create_room(janus::room_number(room), publishers, options_.admin_token));
  (void)session_->detach(*handle);
  if (!reply) return std::unexpected(reply.error());
  if (reply->kind == Reply::Kind::problem && reply->code != janus::error_room_exists) {
    return std::unexpected("Janus refused to make the room: " + reply->reason + ".");
  }
  return {};
}

Outcome<Connection> JanusTarget::publish(const PublishRequest& request) {
  const auto handle = session_->attach();
  if (!handle) return std::unexpected(handle.error());
  auto connection = publish_on(*handle, request);
  if (!connection) (void)session_->detach(*handle);
  return connection;
}

Outcome<Connection> JanusTarget::publish_on(uint64_t handle, const PublishRequest& request) {
  const json body =
      janus::join_as_publisher(janus::room_number(request.room), request.peer, options_.token);
  const janus::Jsep offer = {"offer", offer_to_janus(request.local, request.tracks)};
  const auto reply = with_description(session_->ask(handle, body, offer), "answer", "publish");
  if (!reply) return std::unexpected(reply.error());
  auto agreed = read_janus_answer(reply->jsep.sdp, request.tracks);
  if (!agreed) return std::unexpected(agreed.error());

  janus::Feed feed{reply->feed, {}};
  for (const rtc::MediaSection& section : agreed->sections)
    feed.streams.push_back({section.mid, section.kind});
  Connection connection;
  connection.id = std::to_string(handle);
  connection.remote = std::move(agreed->remote);
  connection.sections = std::move(agreed->sections);
  const std::lock_guard lock(mutex_);
  feeds_[connection.id] = std::move(feed);
  return connection;
}

Outcome<std::vector<janus::Feed>> JanusTarget::feeds_of(const SubscribeRequest& request) {
  std::vector<janus::Feed> feeds;
  const std::lock_guard lock(mutex_);
  for (const std::string& publisher : request.publishers) {
    const auto feed = feeds_.find(publisher);
    if (feed == feeds_.end())
      return std::unexpected("Nobody publishes as " + publisher + " at Janus any more.");
    feeds.push_back(feed->second);
  }
  return feeds;
}

Outcome<Reply> JanusTarget::join_when_up(uint64_t handle, const json& body) {
  const auto end = std::chrono::steady_clock::now() + feed_patience;
  for (;;) {
    auto reply = session_->ask(handle, body);
    const bool early =
        reply && reply->kind == Reply::Kind::problem && reply->code == janus::error_no_such_feed;
    if (!early || std::chrono::steady_clock::now() > end) return reply;
    std::this_thread::sleep_for(feed_interval);  // Janus tells nobody when a feed's media is up
  }
}

Outcome<Connection> JanusTarget::subscribe(const SubscribeRequest& request) {
  const auto handle = session_->attach();
  if (!handle) return std::unexpected(handle.error());
  auto connection = subscribe_on(*handle, request);
  if (!connection) (void)session_->detach(*handle);
  return connection;
}

Outcome<Connection> JanusTarget::subscribe_on(uint64_t handle, const SubscribeRequest& request) {
  const auto feeds = feeds_of(request);
  if (!feeds) return std::unexpected(feeds.error());
  const json body =
      janus::join_as_subscriber(janus::room_number(request.room), *feeds, request.audio_slots,
                                request.video_slots, options_.token);
  const auto reply = with_description(join_when_up(handle, body), "offer", "receive");
  if (!reply) return std::unexpected(reply.error());
  auto subscription = answer_to_janus(reply->jsep.sdp, request.local);
  if (!subscription) return std::unexpected(subscription.error());
  const auto started =
      session_->ask(handle, janus::start_receiving(), {"answer", std::move(subscription->answer)});
  if (!started) return std::unexpected(started.error());
  if (started->kind == Reply::Kind::problem) {
    return std::unexpected("Janus refused an answer: " + started->reason + ".");
  }
  Connection connection;
  connection.id = std::to_string(handle);
  connection.remote = std::move(subscription->agreement.remote);
  connection.sections = std::move(subscription->agreement.sections);
  return connection;
}

Outcome<void> JanusTarget::leave(const Connection& connection) {
  uint64_t handle = 0;
  const auto& id = connection.id;
  const auto [end, error] = std::from_chars(id.data(), id.data() + id.size(), handle);
  if (error != std::errc() || end != id.data() + id.size())
    return std::unexpected("No connection of Janus: " + id);
  {
    const std::lock_guard lock(mutex_);
    feeds_.erase(id);
  }
  return session_->detach(handle);
}

}  // namespace

Outcome<std::unique_ptr<Target>> make_janus_target(const TargetOptions& options) {
  auto session = janus::Session::open(options.url);
  if (!session) return std::unexpected(session.error());
  return std::make_unique<JanusTarget>(std::move(*session), options);
}

}  // namespace vicino::load
