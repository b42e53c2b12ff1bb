#include "base/result.h"

namespace vicino {

std::string_view to_string(Errc code) {
  switch (code) {
    case Errc::truncated:
      return "truncated";
    case Errc::malformed:
      return "malformed";
    case Errc::unsupported:
      return "unsupported";
    case Errc::too_large:
      return "too_large";
    case Errc::unauthenticated:
      return "unauthenticated";
    case Errc::replayed:
      return "replayed";
    case Errc::unknown_key:
      return "unknown_key";
    case Errc::exhausted:
      return "exhausted";
    case Errc::bad_state:
      return "bad_state";
    case Errc::not_found:
      return "not_found";
  }
  return "unknown";
}

}  // namespace vicino
