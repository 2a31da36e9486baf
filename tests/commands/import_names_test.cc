// Statuses of older pipelines, by whatever name.
#include <optional>
#include <string>

#include <gtest/gtest.h>

#include "commands/import_names.h"
#include "commands/machine.h"

namespace annals {
namespace {

struct NameCase {
  StatusOf whose;
  const char* theirs;
  std::optional<std::string> ours;
};

TEST(ImportNames, AreReadWithoutRegardToSpellingAndBySynonyms) {
  const NameCase cases[] = {
      {StatusOf::kRun, "S_Running", "running"},
      {StatusOf::kRun, "in progress", "running"},
      {StatusOf::kRun, "done", "completed"},
      {StatusOf::kRun, "CANCELED", "abandoned"},
      {StatusOf::kRun, "editing", std::nullopt},
      {StatusOf::kWorkstream, "completed", "done"},
      {StatusOf::kWorkstream, "RUNTIME-CHECK", "runtime_check"},
      {StatusOf::kWorkstream, "running", std::nullopt},
      {StatusOf::kWorkstream, "", std::nullopt},
      {StatusOf::kAttempt, "SUCCESS", "success"},
      {StatusOf::kAttempt, "failed", "failure"},
      {StatusOf::kAttempt, "started", "in_progress"},
      {StatusOf::kAttempt, "S_", std::nullopt},
  };
  for (const NameCase& row : cases) EXPECT_EQ(ReadStatus(row.whose, row.theirs), row.ours) << row.theirs;
}

TEST(ImportNames, EveryStatusOfOursIsItself) {
  for (const std::string_view state : RunMachine().states()) EXPECT_EQ(ReadStatus(StatusOf::kRun, state), state);
  for (const std::string_view state : WorkstreamMachine().states()) {
    EXPECT_EQ(ReadStatus(StatusOf::kWorkstream, state), state);
  }
}

}  // namespace
}  // namespace annals
