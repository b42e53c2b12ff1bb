// What the module keeps between calls, and how a call is answered.
#pragma once

#include <map>
#include <variant>

#include "requests.h"

#define VICINO_EXPORT(name) extern "C" __attribute__((export_name(#name))) auto name

namespace vicino::mls_wasm {

// Who one is: a signature key and what every leaf signed with it says.
struct Identity {
  const mls::Suite& suite;
  mls::SignatureKeys keys;
  mls::LeafTemplate leaf;

  mls::NewMember member() const { return {leaf, keys.clone()}; }
};

class HostRandom final : public SecureRandom {
 public:
  void fill(MutBytes out) override;
};

// Asks the host.
class HostPolicy final : public mls::CredentialPolicy {
 public:
  bool accepts(const mls::CredentialCheck& check) const override;
};

class Psks final : public mls::PskStore {
 public:
  std::map<Buffer, SecretBuffer> all;

  std::optional<SecretBuffer> external(Bytes id) const override;
  // Of this group's own past a Group knows itself; others are nobody's business here.
  std::optional<SecretBuffer> resumption(Bytes, uint64_t) const override { return std::nullopt; }
};

using Thing = std::variant<Identity, mls::OwnKeyPackage, mls::Group, mls::Follower>;

struct Module {
  HostRandom random;
  HostPolicy policy;
  Psks psks;
  mls::Rules rules;
  std::map<Handle, Thing> things;
  Handle last_handle = 0;
  Buffer input;
  Buffer output;

  mls::Environment environment(uint64_t now) const { return {policy, psks, rules, now}; }
  Handle keep(Thing thing) {
    CHECK(++last_handle != 0);
    things.emplace(last_handle, std::move(thing));
    return last_handle;
  }
  // Fault: bad_request.
  template <class T>
  mls::Result<T*> find(Handle handle) {
    const auto found = things.find(handle);
    T* const thing = found == things.end() ? nullptr : std::get_if<T>(&found->second);
    if (!thing) return mls::fail(mls::Fault::bad_request);
    return thing;
  }
};

Module& module();

// A reply of several fields.
template <class... T>
Buffer reply(const T&... values) {
  return mls::encode(values...);
}
inline Buffer to_buffer(Bytes bytes) {
  return {bytes.begin(), bytes.end()};
}

using Reply = mls::Result<Buffer>;

// Gives the reply's size, or -1 minus the fault. What was in the areas before is wiped.
int32_t finish(Reply result);

template <class Request>
int32_t answer(size_t size, Reply (*work)(Module&, Request&)) {
  Module& m = module();
  CHECK(size <= m.input.size());
  mls::Decoder decoder(Bytes(m.input).first(size));
  Request request;
  decoder(request);
  if (auto status = decoder.status(); !status) return finish(mls::fail(status.error()));
  if (!decoder.rest().empty()) return finish(mls::fail(mls::Fault::bad_request));
  return finish(work(m, request));
}

}  // namespace vicino::mls_wasm

// A call of the host: MLS_CALL(name, Request) { ... return reply; }
#define MLS_CALL(name, Request)                           \
  static Reply name##_reply(Module& m, Request& request); \
  VICINO_EXPORT(name)(size_t size)->int32_t {             \
    return answer<Request>(size, name##_reply);           \
  }                                                       \
  static Reply name##_reply([[maybe_unused]] Module& m, [[maybe_unused]] Request& request)
