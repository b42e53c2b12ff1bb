// Proposals and commits (RFC 9420 section 12) as they travel.
#pragma once

#include <variant>

#include "mls/key_package.h"
#include "mls/treekem.h"

namespace vicino::mls {

struct Add {
  KeyPackage key_package;
  static void fields(auto& self, auto& io) { io(self.key_package); }
  bool operator==(const Add&) const = default;
};
struct Update {
  LeafNode leaf;
  static void fields(auto& self, auto& io) { io(self.leaf); }
  bool operator==(const Update&) const = default;
};
struct Remove {
  uint32_t removed = 0;
  static void fields(auto& self, auto& io) { io(self.removed); }
  bool operator==(const Remove&) const = default;
};
struct PreSharedKey {
  PskId psk;
  static void fields(auto& self, auto& io) { io(self.psk); }
  bool operator==(const PreSharedKey&) const = default;
};
struct ReInit {
  Buffer group_id;
  ProtocolVersion version = ProtocolVersion::mls10;
  CipherSuite cipher_suite{};
  Extensions extensions;
  static void fields(auto& self, auto& io) {
    io(self.group_id, self.version, self.cipher_suite, self.extensions);
  }
  bool operator==(const ReInit&) const = default;
};
struct ExternalInit {
  Buffer kem_output;
  static void fields(auto& self, auto& io) { io(self.kem_output); }
  bool operator==(const ExternalInit&) const = default;
};
struct GroupContextExtensions {
  Extensions extensions;
  static void fields(auto& self, auto& io) { io(self.extensions); }
  bool operator==(const GroupContextExtensions&) const = default;
};

struct Proposal {
  // In the order of their ProposalType numbers, from 1.
  std::variant<Add, Update, Remove, PreSharedKey, ReInit, ExternalInit, GroupContextExtensions>
      body;

  ProposalType type() const { return static_cast<ProposalType>(body.index() + 1); }
  template <class T>
  const T* as() const {
    return std::get_if<T>(&body);
  }

  static void fields(auto& self, auto& io) {
    ProposalType type = self.type();
    io(type);
    if constexpr (decoding<decltype(io)>) {
      switch (type) {
        case ProposalType::add:
          self.body = Add{};
          break;
        case ProposalType::update:
          self.body = Update{};
          break;
        case ProposalType::remove:
          self.body = Remove{};
          break;
        case ProposalType::pre_shared_key:
          self.body = PreSharedKey{};
          break;
        case ProposalType::reinit:
          self.body = ReInit{};
          break;
        case ProposalType::external_init:
          self.body = ExternalInit{};
          break;
        case ProposalType::group_context_extensions:
          self.body = GroupContextExtensions{};
          break;
        default:
          return io.fail(Fault::unsupported_proposal);
      }
    }
    std::visit([&](auto& content) { io(content); }, self.body);
  }
  bool operator==(const Proposal&) const = default;
};

// ProposalRef, section 5.2: the hash of the authenticated message that carried the proposal.
using ProposalRef = Buffer;

struct ProposalOrRef {
  std::variant<Proposal, ProposalRef> body;

  static void fields(auto& self, auto& io) {
    auto kind = static_cast<uint8_t>(self.body.index() + 1);
    io(kind);
    if constexpr (decoding<decltype(io)>) {
      if (kind == 2) self.body = ProposalRef{};
      if (kind != 1 && kind != 2) return io.fail(Fault::malformed);
    }
    std::visit([&](auto& content) { io(content); }, self.body);
  }
  bool operator==(const ProposalOrRef&) const = default;
};

struct Commit {
  std::vector<ProposalOrRef> proposals;
  std::optional<UpdatePath> path;

  static void fields(auto& self, auto& io) { io(self.proposals, self.path); }
  bool operator==(const Commit&) const = default;
};

}  // namespace vicino::mls
