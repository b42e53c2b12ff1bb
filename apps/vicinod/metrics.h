// /metrics: what the server counts, in Prometheus' text format. No label carries anything of a user.
#pragma once

#include <string>
#include <vector>

#include "net/http_server.h"
#include "net/media_thread.h"
#include "server/calls.h"

namespace vicino::vicinod {

std::string metrics_text(const server::Calls::Counts& calls, const net::HttpServer::Counts& http,
                         const std::vector<net::MediaThreadStats>& workers);

}  // namespace vicino::vicinod
