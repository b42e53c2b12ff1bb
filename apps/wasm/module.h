// What both halves of the module's face share: how bytes cross. The host writes what it has to say to the input area and
// reads results from the output area; sizes are bytes, pointers offsets into linear memory.
#pragma once

#include "base/bytes.h"
#include "base/random.h"

#define VICINO_EXPORT(name) extern "C" __attribute__((export_name(#name))) auto name
#define VICINO_IMPORT(name) __attribute__((import_module("vicino"), import_name(name)))

namespace vicino::module {

// crypto.getRandomValues.
class HostRandom final : public SecureRandom {
 public:
  void fill(MutBytes out) override;
};

inline constexpr int32_t refused = -1;

Bytes input(size_t size);
// Room for a result, at the front of the output area.
MutBytes output(size_t size);
// A result made elsewhere; returns its size.
int32_t put_out(Bytes result);

}  // namespace vicino::module
