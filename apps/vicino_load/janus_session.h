// A session with Janus over its HTTP transport: requests answered at once or by an event, which a
// thread of its own fetches by long polls. The polls keep the session alive.
#pragma once

#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <thread>

#include "http.h"
#include "janus_messages.h"

namespace vicino::load::janus {

class Session {
 public:
  static Outcome<std::unique_ptr<Session>> open(std::string_view url);
  ~Session();

  // A handle of the VideoRoom plugin: one peer connection.
  Outcome<uint64_t> attach();
  Outcome<void> detach(uint64_t handle);
  // Waits for the result, or the problem, which isn't an error here.
  Outcome<Reply> ask(uint64_t handle, const nlohmann::json& body, const Jsep& jsep = {});

 private:
  explicit Session(std::unique_ptr<HttpClient> http) : http_(std::move(http)) {}
  std::string path() const;
  std::string next_transaction();
  Outcome<Reply> post(const std::string& path, nlohmann::json message);
  Outcome<Reply> wait_for(const std::string& transaction);
  void poll();
  void deliver(Reply reply);

  const std::unique_ptr<HttpClient> http_;
  uint64_t id_ = 0;

  std::mutex mutex_;
  std::condition_variable changed_;
  uint64_t transactions_ = 0;
  std::map<std::string, std::optional<Reply>> awaited_;  // by transaction
  bool stopping_ = false;
  std::string lost_;  // why no event comes any more; "" while they do
  std::thread poller_;
};

}  // namespace vicino::load::janus
