// The call's half of the module's face (web/src/core/core_module.ts): one call per instance.
#include "module.h"
#include "ui_face.h"

namespace vicino::module {
namespace {

struct CallModule {
  HostRandom random;
  core::Call call{random, {}};
};
core::Call& call() {
  static CallModule instance;
  return instance.call;
}

}  // namespace

// An Input of ui.fbs in the input area. Gives the size of the Outputs in the output area.
VICINO_EXPORT(handle)(size_t size)->int32_t {
  if (!ui_face::handle_input(call(), input(size))) return refused;
  return put_out(ui_face::take_outputs(call()));
}

}  // namespace vicino::module
