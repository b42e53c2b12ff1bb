// What each URL answers.
#include <boost/asio/use_awaitable.hpp>
#include <nlohmann/json.hpp>

#include "metrics.h"
#include "net/clock.h"
#include "service.h"

namespace vicino::vicinod {
namespace http = boost::beast::http;
using net::HttpRequest;
using net::HttpResponse;

namespace {

constexpr std::string_view sdp_type = "application/sdp";

HttpResponse answer(const HttpRequest& request, http::status status, std::string body,
                    std::string_view type = "text/plain; charset=utf-8") {
  HttpResponse response(status, request.version());
  response.set(http::field::content_type, type);
  response.set(http::field::cache_control, "no-store");
  response.body() = std::move(body);
  return response;
}

HttpResponse sentence(const HttpRequest& request, http::status status, std::string_view text) {
  return answer(request, status, std::string(text) + "\n");
}

HttpResponse wrong_method(const HttpRequest& request, std::string_view allowed) {
  HttpResponse response = sentence(request, http::status::method_not_allowed,
                                   "This address doesn't do that; it allows " + std::string(allowed) + ".");
  response.set(http::field::allow, allowed);
  return response;
}

std::string_view path_of(const HttpRequest& request) {
  const std::string_view target(request.target().data(), request.target().size());
  return target.substr(0, target.find('?'));
}

std::string_view bearer(const HttpRequest& request) {
  const auto field = request[http::field::authorization];
  const std::string_view value(field.data(), field.size());
  constexpr std::string_view scheme = "Bearer ";
  return value.starts_with(scheme) ? value.substr(scheme.size()) : std::string_view();
}

std::vector<std::string_view> segments(std::string_view path) {
  std::vector<std::string_view> parts;
  while (path.starts_with('/') && parts.size() < 6) {
    path.remove_prefix(1);
    parts.push_back(path.substr(0, path.find('/')));
    path.remove_prefix(parts.back().size());
  }
  return parts;
}

// Players and encoders in pages of other sites may use open rooms: no cookie is involved, the token is in a header.
void allow_other_sites(HttpResponse& response) {
  response.set(http::field::access_control_allow_origin, "*");
  response.set(http::field::access_control_expose_headers, "Location, ETag");
}

HttpResponse preflight(const HttpRequest& request) {
  HttpResponse response(http::status::no_content, request.version());
  response.set(http::field::access_control_allow_methods, "POST, DELETE, OPTIONS");
  response.set(http::field::access_control_allow_headers, "Authorization, Content-Type");
  response.set(http::field::access_control_max_age, "600");
  return response;
}

}  // namespace

boost::asio::awaitable<HttpResponse> Service::handle(const net::HttpClient& client, HttpRequest request) {
  if (path_of(request) == "/healthz") co_return co_await health(std::move(request));
  co_return route(client, request);
}

HttpResponse Service::route(const net::HttpClient& client, const HttpRequest& request) {
  const std::string_view path = path_of(request);
  if (path == "/metrics") return metrics(request);
  if (path == "/api/open-rooms") return open_room(client, request);
  if (path.starts_with("/whip/") || path.starts_with("/whep/")) {
    HttpResponse response = media_resource(request);
    allow_other_sites(response);
    return response;
  }
  if (request.method() != http::verb::get && request.method() != http::verb::head) {
    return wrong_method(request, "GET, HEAD");
  }
  if (files_) {
    if (auto response = files_->serve(request)) return std::move(*response);
  }
  return sentence(request, http::status::not_found, "There is nothing at this address.");
}

boost::asio::awaitable<HttpResponse> Service::health(HttpRequest request) {
  if (request.method() != http::verb::get && request.method() != http::verb::head) {
    co_return wrong_method(request, "GET, HEAD");
  }
  if (draining_) co_return sentence(request, http::status::service_unavailable, "The server is shutting down.");
  for (const HealthTarget& target : health_targets_) {
    const bool answers = co_await media_port_answers(target, random_);  // not in the condition: GCC 12 (websocket_session.cpp)
    if (answers) continue;
    co_return sentence(request, http::status::service_unavailable,
                       "UDP port " + std::to_string(target.endpoint.port()) + " doesn't answer.");
  }
  co_return sentence(request, http::status::ok, "Every media port answers.");
}

HttpResponse Service::metrics(const HttpRequest& request) const {
  if (request.method() != http::verb::get && request.method() != http::verb::head) {
    return wrong_method(request, "GET, HEAD");
  }
  std::vector<net::MediaThreadStats> workers;
  for (const auto& worker : workers_) workers.push_back(worker->stats());
  return answer(request, http::status::ok, metrics_text(calls_->counts(), http_->counts(), workers),
                "text/plain; version=0.0.4; charset=utf-8");
}

// POST {"name": "...", "token": "..."}
HttpResponse Service::open_room(const net::HttpClient& client, const HttpRequest& request) {
  if (request.method() != http::verb::post) return wrong_method(request, "POST");
  const bool allowed = config_.admin_token.empty() ? client.loopback
                                                   : ct_equal(as_bytes(bearer(request)), as_bytes(config_.admin_token));
  if (!allowed) {
    HttpResponse response = sentence(request, http::status::unauthorized,
                                     "Creating open rooms needs the server's admin token as a Bearer token.");
    response.set(http::field::www_authenticate, "Bearer");
    return response;
  }
  const auto body = nlohmann::json::parse(request.body(), nullptr, false);
  const auto text = [&](const char* key) {
    return body.is_object() && body.contains(key) && body[key].is_string() ? body[key].get<std::string>() : std::string();
  };
  const std::string name = text("name");
  if (const Status created = calls_->create_open_room(name, text("token")); !created) {
    const bool full = created.error().code == Errc::exhausted;
    return sentence(request, full ? http::status::insufficient_storage : http::status::bad_request,
                    std::string("The room was not created: ") + created.error().where + ".");
  }
  const nlohmann::json reply = {{"name", name}, {"whip", url() + "/whip/" + name + "/{peer}"},
                                {"whep", url() + "/whep/" + name + "/{peer}"}};
  return answer(request, http::status::created, reply.dump() + "\n", "application/json");
}

// /whip/{room}/{peer} and the resource below it, likewise /whep.
HttpResponse Service::media_resource(const HttpRequest& request) {
  const auto parts = segments(path_of(request));
  const bool publish = parts[0] == "whip";
  if (parts.size() < 3 || parts.size() > 4 || parts[1].empty() || parts[2].empty()) {
    return sentence(request, http::status::not_found, "The address is /whip/{room}/{peer} or /whep/{room}/{peer}.");
  }
  if (request.method() == http::verb::options) return preflight(request);
  if (parts.size() == 3) {
    if (request.method() != http::verb::post) return wrong_method(request, "POST, OPTIONS");
    return create_resource(request, publish, parts[1], parts[2]);
  }
  if (request.method() != http::verb::delete_) return wrong_method(request, "DELETE, OPTIONS");
  const auto ended = calls_->delete_resource(net::now(), parts[1], parts[3], bearer(request));
  pump();
  if (!ended) return sentence(request, static_cast<http::status>(ended.error().status), ended.error().message);
  return sentence(request, http::status::ok, "Ended.");
}

HttpResponse Service::create_resource(const HttpRequest& request, bool publish, std::string_view room,
                                      std::string_view peer) {
  const auto type = request[http::field::content_type];
  if (!std::string_view(type.data(), type.size()).starts_with(sdp_type)) {
    return sentence(request, http::status::unsupported_media_type, "The offer must be application/sdp.");
  }
  if (draining_) return sentence(request, http::status::service_unavailable, "The server is shutting down.");
  const auto resource =
      calls_->create_resource(net::now(), publish, room, peer, bearer(request), request.body());
  pump();
  if (!resource) {
    HttpResponse refused =
        sentence(request, static_cast<http::status>(resource.error().status), resource.error().message);
    if (refused.result() == http::status::unauthorized) refused.set(http::field::www_authenticate, "Bearer");
    return refused;
  }
  HttpResponse response = answer(request, http::status::created, resource->answer, sdp_type);
  response.set(http::field::location, std::string(path_of(request)) + "/" + resource->id);
  return response;
}

}  // namespace vicino::vicinod
