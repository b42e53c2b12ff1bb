// SHA-256 (FIPS 180-4) of tokens: what the server keeps of them, and how it compares them.
#pragma once

#include "server/calls.h"

namespace vicino::server {

TokenHash sha256(Bytes token);

}  // namespace vicino::server
