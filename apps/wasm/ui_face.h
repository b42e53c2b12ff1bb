// ui.fbs <-> core: what the host said as calls, what the core wants as one message.
#pragma once

#include "core/call.h"

namespace vicino::ui_face {

// Hands one Input to the call. Errors: malformed (a bug in the host).
Status handle_input(core::Call& call, Bytes input);

// Everything the call wants done, as an Outputs message.
Buffer take_outputs(core::Call& call);

}  // namespace vicino::ui_face
