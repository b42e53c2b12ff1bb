// What the host asks, each call one structure in the presentation language of RFC 9420 section 2.1;
// web/src/mls writes them. Structures of the RFC itself (Proposal, Credential, Extension and so on)
// are as they are there. Views point into the input area.
#pragma once

#include "mls/follower.h"
#include "mls/group.h"

namespace vicino::mls_wasm {

using Handle = uint32_t;

// A field that stays where it is: what may be secret is not copied.
inline void view(auto& io, Bytes& bytes) {
  bytes = io.opaque();
}

struct Leaf {
  mls::Credential credential;
  mls::Capabilities capabilities;
  mls::Extensions extensions;

  static void fields(auto& self, auto& io) {
    io(self.credential, self.capabilities, self.extensions);
  }
  mls::LeafTemplate leaf_template() const { return {credential, capabilities, extensions}; }
};

struct OfHandle {
  Handle handle = 0;
  static void fields(auto& self, auto& io) { io(self.handle); }
};

// The rules that aren't the default ones.
struct SetRules {
  mls::Rules rules;

  static void fields(auto& self, auto& io) {
    // A rule takes a value of the type on the wire, if there is one.
    const auto change = [&]<class Wire>(auto& rule, Wire) {
      std::optional<Wire> sent;
      io(sent);
      if (sent) rule = static_cast<std::remove_reference_t<decltype(rule)>>(*sent);
    };
    mls::Rules& rules = self.rules;
    change(rules.ratchet.forward, uint32_t{});
    change(rules.ratchet.out_of_order, uint32_t{});
    for (size_t* const number :
         {&rules.past_epochs, &rules.resumption_epochs, &rules.max_members, &rules.max_message,
          &rules.max_proposals, &rules.max_proposals_per_sender, &rules.max_psks})
      change(*number, uint32_t{});
    change(rules.max_lifetime, uint64_t{});
    change(rules.external_sender_proposals, std::vector<mls::ProposalType>());
    change(rules.joins_need_psk, uint8_t{});
    change(rules.external_remove, uint8_t{});
    if (rules.external_remove > mls::ExternalRemove::allowed) io.fail(mls::Fault::bad_request);
  }
};

struct PutPsk {
  Buffer id;
  Bytes secret;

  static void fields(auto& self, auto& io) {
    io(self.id);
    view(io, self.secret);
  }
};

struct RemovePsk {
  Buffer id;
  static void fields(auto& self, auto& io) { io(self.id); }
};

struct CreateIdentity {
  mls::CipherSuite suite{};
  Leaf leaf;
  static void fields(auto& self, auto& io) { io(self.suite, self.leaf); }
};

struct LoadIdentity {
  mls::CipherSuite suite{};
  Leaf leaf;
  Bytes private_key;

  static void fields(auto& self, auto& io) {
    io(self.suite, self.leaf);
    view(io, self.private_key);
  }
};

struct CreateKeyPackage {
  Handle identity = 0;
  mls::Lifetime lifetime;
  mls::Extensions extensions;
  static void fields(auto& self, auto& io) { io(self.identity, self.lifetime, self.extensions); }
};

struct LoadKeyPackage {
  mls::Message package;
  Bytes init_key, encryption_key, signature_key;  // private ones

  static void fields(auto& self, auto& io) {
    io(self.package);
    view(io, self.init_key);
    view(io, self.encryption_key);
    view(io, self.signature_key);
  }
};

struct CreateGroup {
  uint64_t now = 0;
  Handle identity = 0;
  Buffer group_id;
  mls::Lifetime lifetime;
  mls::Extensions extensions;

  static void fields(auto& self, auto& io) {
    io(self.now, self.identity, self.group_id, self.lifetime, self.extensions);
  }
};

struct Join {
  uint64_t now = 0;
  Handle key_package = 0;
  Bytes welcome;
  std::optional<Buffer> ratchet_tree;

  static void fields(auto& self, auto& io) {
    io(self.now, self.key_package);
    view(io, self.welcome);
    io(self.ratchet_tree);
  }
};

struct JoinExternal {
  uint64_t now = 0;
  Handle identity = 0;
  Bytes group_info;
  std::optional<Buffer> ratchet_tree;
  std::vector<mls::PskId> psks;
  std::optional<uint32_t> replaces;
  Buffer authenticated_data;

  static void fields(auto& self, auto& io) {
    io(self.now, self.identity);
    view(io, self.group_info);
    io(self.ratchet_tree, self.psks, self.replaces, self.authenticated_data);
  }
};

struct Send {
  mls::WireFormat wire_format{};
  Buffer authenticated_data;
  uint32_t padding = 0;

  static void fields(auto& self, auto& io) {
    io(self.wire_format, self.authenticated_data, self.padding);
  }
  mls::SendOptions options() const { return {wire_format, authenticated_data, padding}; }
};

struct Propose {
  uint64_t now = 0;
  Handle group = 0;
  mls::Proposal proposal;
  Send send;
  static void fields(auto& self, auto& io) { io(self.now, self.group, self.proposal, self.send); }
};

struct ProposeUpdate {
  uint64_t now = 0;
  Handle group = 0;
  std::optional<Leaf> leaf;
  Send send;
  static void fields(auto& self, auto& io) { io(self.now, self.group, self.leaf, self.send); }
};

struct MakeCommit {
  uint64_t now = 0;
  Handle group = 0;
  std::vector<mls::Proposal> proposals;
  uint8_t with_pending = 0, force_path = 0, tree_in_welcome = 0;
  std::optional<Handle> identity;  // to become, with its leaf and its keys
  Send send;

  static void fields(auto& self, auto& io) {
    io(self.now, self.group, self.proposals, self.with_pending, self.force_path,
       self.tree_in_welcome, self.identity, self.send);
  }
};

// To a group or a follower.
struct Receive {
  uint64_t now = 0;
  Handle handle = 0;
  Bytes message;

  static void fields(auto& self, auto& io) {
    io(self.now, self.handle);
    view(io, self.message);
  }
};

struct Protect {
  Handle group = 0;
  Bytes plaintext;
  Buffer authenticated_data;
  uint32_t padding = 0;

  static void fields(auto& self, auto& io) {
    io(self.group);
    view(io, self.plaintext);
    io(self.authenticated_data, self.padding);
  }
};

struct ExportSecret {
  Handle group = 0;
  Bytes label, context;
  uint16_t size = 0;

  static void fields(auto& self, auto& io) {
    io(self.group);
    view(io, self.label);
    view(io, self.context);
    io(self.size);
  }
};

struct MakeGroupInfo {
  Handle group = 0;
  uint8_t with_tree = 0;
  static void fields(auto& self, auto& io) { io(self.group, self.with_tree); }
};

struct LoadGroup {
  Bytes blob;
  static void fields(auto& self, auto& io) { view(io, self.blob); }
};

struct BeginFollower {
  uint64_t now = 0;
  Bytes group_info;
  std::optional<Buffer> ratchet_tree;

  static void fields(auto& self, auto& io) {
    io(self.now);
    view(io, self.group_info);
    io(self.ratchet_tree);
  }
};

}  // namespace vicino::mls_wasm
