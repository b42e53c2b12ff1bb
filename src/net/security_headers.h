// Headers every response carries: what the page may load and do, and what others may do with it.
#pragma once

#include "net/http_server.h"

namespace vicino::net {

// `host`: the request's Host header; `tls`: whether it came by HTTPS.
void add_security_headers(HttpResponse& response, std::string_view host, bool tls);

}  // namespace vicino::net
