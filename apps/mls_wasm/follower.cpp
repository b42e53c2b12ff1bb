// Following a group without being in it.
#include "replies.h"

namespace vicino::mls_wasm {

MLS_CALL(follower_begin, BeginFollower) {
  TRY_ASSIGN(auto follower, mls::Follower::begin(request.group_info, request.ratchet_tree,
                                                 m.environment(request.now)));
  return reply(m.keep(std::move(follower)));
}

// Kind | ProposalRef, or what keep_epoch() gives.
MLS_CALL(follower_receive, Receive) {
  TRY_ASSIGN(mls::Follower* const follower, m.find<mls::Follower>(request.handle));
  TRY_ASSIGN(auto received, follower->receive(request.message, m.environment(request.now)));
  mls::Encoder out;
  if (const auto* const ref = std::get_if<mls::ProposalRef>(&received)) {
    out(Kind::proposal, *ref);
    return out.take();
  }
  out(Kind::commit);
  out.raw(keep_epoch(m, std::move(*std::get<1>(received))));
  return out.take();
}

MLS_CALL(follower_state, OfHandle) {
  TRY_ASSIGN(const mls::Follower* const follower, m.find<mls::Follower>(request.handle));
  return describe(follower->state(), std::nullopt);
}

}  // namespace vicino::mls_wasm
