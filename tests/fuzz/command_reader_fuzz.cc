// Any bytes as the text of a command: they are read or refused, and what was read is executed, after which the log is
// whole and the tables are its fold.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include <capnp/message.h>

#include "commands/engine.h"
#include "eventstore/memory/memory_storage.h"
#include "projections/tables.h"
#include "schemas/check.h"
#include "schemas/json_reader.h"
#include "schemas/utf8.h"
#include "tests/support/ledger.h"

namespace annals {
namespace {

// What commands can refer to: a run that is running, with a workstream being edited and an attempt, number 5.
constexpr std::string_view kBefore[] = {
    R"({"command":"create_run","run_id":"r1","status":"running"})",
    R"({"command":"create_workstream","run_id":"r1","ws_id":"a","is_critical":true})",
    R"({"command":"transition_workstream","run_id":"r1","ws_id":"a","to":"ready"})",
    R"({"command":"transition_workstream","run_id":"r1","ws_id":"a","to":"editing"})",
    R"({"command":"start_step","run_id":"r1","ws_id":"a","step_name":"edit"})",
};

void ReadAndExecute(std::string_view json) {
  const auto storage = MemoryStorage::Create(ProjectedTables());
  SimulatedClock clock(Timestamp{1'767'268'800'000'000});
  SeededRandom random(1);
  Engine engine(*storage, clock, random);
  static CommandReader reader;
  for (const std::string_view before : kBefore) {
    capnp::MallocMessageBuilder message;
    const auto command = message.initRoot<schema::Command>();
    CHECK(reader.Read(before, command).ok());
    const schema::Command::Reader commands[] = {command.asReader()};
    CHECK(engine.Execute(commands).ok());
  }
  capnp::MallocMessageBuilder message;
  const auto command = message.initRoot<schema::Command>();
  const absl::Status status = reader.Read(json, command);
  CHECK(status.ok() || absl::IsInvalidArgument(status));
  if (!status.ok()) return;
  CHECK(FirstInvalidUtf8(json) == std::string_view::npos);
  // Twice: the second is refused, a repeat, or done again; none of them is an error of the call.
  const schema::Command::Reader commands[] = {command.asReader(), command.asReader()};
  const auto answers = engine.Execute(commands);
  CHECK(answers.ok());
  CHECK(answers->size() == 2);
  CHECK(support::FaultsOf(*storage).empty());
}

}  // namespace
}  // namespace annals

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  annals::ReadAndExecute({reinterpret_cast<const char*>(data), size});
  return 0;
}
