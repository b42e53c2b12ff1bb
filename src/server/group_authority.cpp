#include "server/group_authority.h"

namespace vicino::server {
namespace {

constexpr std::string_view server_name = "server";

const mls::Suite& suite_of_calls() {
  const auto* suite = mls::Suite::find(mls::CipherSuite::x25519_chacha20poly1305_sha256_ed25519);
  CHECK(suite);
  return *suite;
}

mls::SignatureKeys keys_of(const mls::Suite& suite, const ServerSeed& seed) {
  auto keys = suite.signature_keys(seed.expose());
  CHECK(keys.has_value());
  return std::move(*keys);
}

}  // namespace

GroupAuthority::GroupAuthority(const ServerSeed& seed)
    : suite_(suite_of_calls()), keys_(keys_of(suite_, seed)) {}

mls::Extension GroupAuthority::external_senders() const {
  const std::vector<mls::ExternalSender> senders = {
      {keys_.public_key, mls::Credential::basic(as_bytes(server_name))}};
  return {mls::ExtensionType::external_senders, mls::encode(senders)};
}

mls::Extension GroupAuthority::required_capabilities() {
  return {mls::ExtensionType::required_capabilities,
          mls::encode(admission::required_capabilities())};
}

bool GroupAuthority::accepts(const mls::CredentialCheck& check) const {
  if (check.use == mls::CredentialUse::external_sender) {
    return check.credential == mls::Credential::basic(as_bytes(server_name)) &&
           equal(check.signature_key, keys_.public_key);
  }
  if (check.previous && check.previous->credential != check.credential) return false;
  return admission::sender_of(check.credential).has_value();
}

}  // namespace vicino::server
