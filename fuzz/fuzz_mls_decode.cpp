// Every structure of RFC 9420 from any bytes: what can be read is written as it was. Trees and
// saved groups likewise. And what the WebAssembly module is asked.
#include "../apps/mls_wasm/requests.h"
#include "input.h"
#include "mls/group.h"

using namespace vicino;
using namespace vicino::mls;
using namespace vicino::mls_wasm;

namespace {

template <class T>
void there_and_back(Bytes bytes) {
  const auto value = decode<T>(bytes);
  if (value) CHECK(equal(encode(*value), bytes));
}

void tree(Bytes bytes) {
  const Suite& suite = *Suite::find(CipherSuite::x25519_aes128gcm_sha256_ed25519);
  const auto tree = RatchetTree::parse(suite, bytes, 1024);
  if (!tree) return;
  CHECK(equal(tree->serialize(), bytes));
  CHECK(tree->tree_hash().size() == suite.hash_size());
  CHECK(tree->member_count() == tree->members().size());
  (void)tree->validate();
  for (const LeafIndex leaf : tree->members()) {
    // Taken out and put back.
    RatchetTree changed = *tree;
    changed.remove(leaf);
    CHECK(!changed.leaf(leaf) && changed.member_count() + 1 == tree->member_count());
    CHECK(changed.add(*tree->leaf(leaf), 1024));
    CHECK(changed.member_count() == tree->member_count());
    if (tree->member_count() > 16) break;
  }
}

void saved(Bytes bytes) {
  const auto group = Group::load(bytes);
  if (!group) return;
  // Maps come out in order and without duplicates, so that only the second time is the same.
  const SecretBuffer once = group->save();
  const auto again = Group::load(once.expose());
  CHECK(again && ct_equal(again->save(), once));
}

// Requests are only ever read here: their views point into the input.
template <class T>
void request(Bytes bytes) {
  (void)decode<T>(bytes);
}

using Check = void (*)(Bytes);
constexpr Check checks[] = {there_and_back<Message>,
                            there_and_back<KeyPackage>,
                            there_and_back<GroupInfo>,
                            there_and_back<Welcome>,
                            there_and_back<Commit>,
                            there_and_back<AuthenticatedContent>,
                            there_and_back<GroupSecrets>,
                            tree,
                            saved,
                            there_and_back<Proposal>,
                            there_and_back<std::vector<ExternalSender>>,
                            there_and_back<RequiredCapabilities>,
                            request<OfHandle>,
                            request<SetRules>,
                            request<PutPsk>,
                            request<RemovePsk>,
                            request<CreateIdentity>,
                            request<LoadIdentity>,
                            request<CreateKeyPackage>,
                            request<LoadKeyPackage>,
                            request<CreateGroup>,
                            request<Join>,
                            request<JoinExternal>,
                            request<Send>,
                            request<Propose>,
                            request<ProposeUpdate>,
                            request<MakeCommit>,
                            request<Receive>,
                            request<Protect>,
                            request<ExportSecret>,
                            request<MakeGroupInfo>,
                            request<LoadGroup>,
                            request<BeginFollower>};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  fuzz::Input input(data, size);
  checks[input.u8() % std::size(checks)](input.rest());
  return 0;
}
