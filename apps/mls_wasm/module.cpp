#include "module.h"

#define VICINO_IMPORT(from, name) __attribute__((import_module(from), import_name(name)))

namespace vicino::mls_wasm {
namespace {

// crypto.getRandomValues.
extern "C" VICINO_IMPORT("vicino", "random") void host_random(uint8_t* out, size_t size);

// (check, size) -> i32: 1 accepts, 0 doesn't. What is checked is encoded as check_fields() says.
// The host must not call the module back.
extern "C" VICINO_IMPORT("mls", "credential_accepts") int32_t
    host_accepts(const uint8_t* check, size_t size);

// Bytes. A larger area isn't kept: all of it is wiped after each call.
constexpr size_t usual_input = 64 * 1024;

Buffer check_fields(const mls::CredentialCheck& check) {
  mls::Encoder out;
  out(check.use, check.credential);
  out.opaque(check.signature_key);
  out(check.index ? std::optional(check.index->value) : std::nullopt);
  out(static_cast<uint8_t>(check.previous != nullptr));
  if (check.previous) out(check.previous->credential, check.previous->signature_key);
  return out.take();
}

}  // namespace

void HostRandom::fill(MutBytes out) {
  host_random(out.data(), out.size());
}

bool HostPolicy::accepts(const mls::CredentialCheck& check) const {
  const Buffer encoded = check_fields(check);
  return host_accepts(encoded.data(), encoded.size()) == 1;
}

std::optional<SecretBuffer> Psks::external(Bytes id) const {
  const auto found = all.find(to_buffer(id));
  if (found == all.end()) return std::nullopt;
  return found->second.clone();
}

Module& module() {
  static Module instance;
  return instance;
}

int32_t finish(Reply result) {
  Module& m = module();
  wipe(m.input);
  if (m.input.size() > usual_input) m.input = Buffer();
  wipe(m.output);
  if (!result) return -1 - static_cast<int32_t>(result.error());
  m.output = std::move(*result);
  return static_cast<int32_t>(m.output.size());
}

// Room for `size` bytes to be read by the call that follows.
VICINO_EXPORT(input_area)(size_t size)->uint8_t* {
  Buffer& input = module().input;
  if (input.size() < size) input = Buffer(size);
  return input.data();
}
VICINO_EXPORT(output_area)()->const uint8_t* {
  return module().output.data();
}
// The name of the fault that a call gave as -1 - number.
VICINO_EXPORT(fault_name)(uint32_t number)->int32_t {
  return finish(to_buffer(as_bytes(to_string(static_cast<mls::Fault>(number)))));
}

MLS_CALL(set_rules, SetRules) {
  m.rules = request.rules;
  return Buffer();
}
MLS_CALL(put_psk, PutPsk) {
  m.psks.all.insert_or_assign(request.id, SecretBuffer(request.secret));
  return Buffer();
}
MLS_CALL(remove_psk, RemovePsk) {
  m.psks.all.erase(request.id);
  return Buffer();
}
// Forgets what a handle stands for, and wipes its secrets.
MLS_CALL(release, OfHandle) {
  if (m.things.erase(request.handle) == 0) return mls::fail(mls::Fault::bad_request);
  return Buffer();
}

}  // namespace vicino::mls_wasm
