// What offer and answer would have agreed on between a simulated client and the server: the media
// sections of each, their numbers chosen from the participant's.
#pragma once

#include "sfu/types.h"
#include "sim/call/person.h"
#include "sim/media/media_sender.h"

namespace vicino::sim {

// `visit`: how often the participant has connected before; each time has other SSRCs.
sfu::ParticipantSetup participant_setup(ParticipantId id, const Person& person, uint32_t visit);
SenderSetup sender_setup(ParticipantId id, const Person& person, uint32_t visit);

}  // namespace vicino::sim
