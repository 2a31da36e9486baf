#include "tests/cli/audit_story.h"

#include <fmt/format.h>

#include "tests/support/commands.h"
#include "tests/support/must.h"
#include "tests/support/session.h"
#include "tests/support/store.h"

namespace annals {

using namespace support;  // NOLINT: it is what this file is made of

std::vector<std::string> AuditStory() {
  const std::string reason = fmt::format(R"("reason":"{}")", kHostileReason);
  const std::string mallory = fmt::format(R"("actor":"{}")", kHostileActor);
  const std::string error =
      fmt::format(R"({{"command":"record_error","run_id":"r1","ws_id":"a","step_name":"static","error_code":"E<1>",)"
                  R"("signature":"s'\"&","message":"{}","context":{{"<b>":"</pre>"}}}})",
                  kHostileMessage);
  return {
      With(CreateRun(), R"("metadata":{"goal":"<i>days</i>"})"),                    // 1
      CreateWorkstream("a", {}, /*is_critical=*/true),                              // 2
      CreateWorkstream("b", {"a"}),                                                 // 3
      MoveWorkstream("a", "done"),                                                  // 4, refused
      MoveRun("running"),                                                           // 5
      MoveWorkstream("a", "ready"),                                                 // 6
      MoveWorkstream("a", "editing"),                                               // 7
      StartStep("a", "edit"),                                                       // 8
      With(FinishStep(8, "success"), R"("exit_code":0,"result":{"tail":"<ok>"})"),  // 9
      MoveWorkstream("a", "static_check"),                                          // 10
      With(RecordStep("a", "static", "failure"), R"("exit_code":2,"started_at":"2026-01-01T12:00:09.500Z")"),  // 11
      With(error, mallory),                                                                                    // 12
      error,                                                                                                   // 13
      Overridden(MoveWorkstream("b", "ready")),                                                                // 14
      With(Note("scope_violation"), R"("ws_id":"a","payload":{"paths":["a|b"]})"),                             // 15
      StartStep("a", "static"),                     // 16, stays open
      With(MoveWorkstream("a", "failed"), reason),  // 17, and b: 18
      With(MoveRun("failed"), reason),              // 19
  };
}

Audit AuditOf(const std::vector<std::string>& commands, int64_t seconds) {
  Store store(Backend::kMemory);
  Session session(store.storage());
  for (size_t i = 0; i < commands.size(); ++i) {
    session.clock().Set(Timestamp{kStoryStart.micros + static_cast<int64_t>(i) * kSecond});
    session.Execute(commands[i]);
  }
  const auto snapshot = Must(store.storage().Read());
  return Must(
      CollectAudit(*snapshot, "r1", Timestamp{kStoryStart.micros + seconds * kSecond}, [](uint64_t, uint64_t) {}));
}

}  // namespace annals
