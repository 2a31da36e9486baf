#include "commands/import_names.h"

#include "commands/machine.h"
#include "schemas/step_status.h"

namespace annals {
namespace {

struct Synonym {
  StatusOf whose;
  std::string_view theirs;
  std::string_view ours;
};

constexpr Synonym kSynonyms[] = {
    {StatusOf::kRun, "in_progress", "running"},
    {StatusOf::kRun, "done", "completed"},
    {StatusOf::kRun, "complete", "completed"},
    {StatusOf::kRun, "success", "completed"},
    {StatusOf::kRun, "succeeded", "completed"},
    {StatusOf::kRun, "error", "failed"},
    {StatusOf::kRun, "failure", "failed"},
    {StatusOf::kRun, "cancelled", "abandoned"},
    {StatusOf::kRun, "canceled", "abandoned"},
    {StatusOf::kRun, "aborted", "abandoned"},
    {StatusOf::kWorkstream, "complete", "done"},
    {StatusOf::kWorkstream, "completed", "done"},
    {StatusOf::kWorkstream, "success", "done"},
    {StatusOf::kWorkstream, "succeeded", "done"},
    {StatusOf::kWorkstream, "error", "failed"},
    {StatusOf::kWorkstream, "failure", "failed"},
    {StatusOf::kWorkstream, "cancelled", "abandoned"},
    {StatusOf::kWorkstream, "canceled", "abandoned"},
    {StatusOf::kWorkstream, "aborted", "abandoned"},
    {StatusOf::kAttempt, "running", "in_progress"},
    {StatusOf::kAttempt, "started", "in_progress"},
    {StatusOf::kAttempt, "complete", "success"},
    {StatusOf::kAttempt, "completed", "success"},
    {StatusOf::kAttempt, "done", "success"},
    {StatusOf::kAttempt, "passed", "success"},
    {StatusOf::kAttempt, "succeeded", "success"},
    {StatusOf::kAttempt, "error", "failure"},
    {StatusOf::kAttempt, "failed", "failure"},
};

// "S_STATIC-CHECK" as "static_check".
std::string PlainSpelling(std::string_view text) {
  std::string plain;
  for (const char c : text) {
    if (c >= 'A' && c <= 'Z') {
      plain += static_cast<char>(c - 'A' + 'a');
    } else {
      plain += c == '-' || c == ' ' ? '_' : c;
    }
  }
  return plain.starts_with("s_") ? plain.substr(2) : plain;
}

bool IsOurs(StatusOf whose, std::string_view status) {
  switch (whose) {
    case StatusOf::kRun:
      return RunMachine().HasState(status);
    case StatusOf::kWorkstream:
      return WorkstreamMachine().HasState(status);
    case StatusOf::kAttempt:
      break;
  }
  return StepStatusOf(status).has_value();
}

}  // namespace

std::optional<std::string> ReadStatus(StatusOf whose, std::string_view text) {
  std::string plain = PlainSpelling(text);
  if (IsOurs(whose, plain)) return plain;
  for (const Synonym& synonym : kSynonyms) {
    if (synonym.whose == whose && synonym.theirs == plain) return std::string(synonym.ours);
  }
  return std::nullopt;
}

}  // namespace annals
