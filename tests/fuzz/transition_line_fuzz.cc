// Any bytes as the log of another program: each line is read or refused, and what is read is judged and counted once.
#include <cstdint>
#include <string>

#include "commands/conformance.h"
#include "commands/machine.h"
#include "schemas/check.h"
#include "schemas/transition_line.h"
#include "schemas/utf8.h"
#include "tests/fuzz/bytes.h"

namespace annals {
namespace {

void ReadAndJudge(std::string_view log) {
  const Machine* const machine = FindMachine("run").value();
  uint64_t number = 0, taken = 0, last_broken = 0, broken = 0;
  Conformance conformance(*machine, [&](const Break& found) {
    CHECK(found.line == number && !found.detail.empty());
    CHECK(FirstInvalidUtf8(found.detail) == std::string_view::npos);
    if (last_broken != found.line) ++broken;
    last_broken = found.line;
  });
  TransitionLineReader reader;
  for (const std::string& line : fuzz::LinesOf(log)) {
    ++number;
    const auto transition = reader.Read(line);
    CHECK(transition.ok() || absl::IsInvalidArgument(transition.status()));
    if (!transition.ok()) continue;
    for (const std::string_view text : {transition->entity_type, transition->entity_id, transition->from_state,
                                        transition->to_state, transition->timestamp}) {
      CHECK(FirstInvalidUtf8(text) == std::string_view::npos);
    }
    conformance.Take(number, *transition);
    ++taken;
  }
  CHECK(conformance.lines() == taken);
  CHECK(conformance.judged() == conformance.conform() + broken);
  CHECK(conformance.other() == 0 || !conformance.first_other().empty() || taken > 0);
}

}  // namespace
}  // namespace annals

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  annals::ReadAndJudge(annals::fuzz::TextOf(data, size));
  return 0;
}
