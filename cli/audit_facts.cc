#include "cli/audit_facts.h"

#include <chrono>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/audit_words.h"
#include "cli/duration.h"

namespace annals {
namespace {

// How often each text occurs, in the order of first occurrence: "3 failure, 1 skipped".
class Tally {
 public:
  void Add(const std::string& text) {
    for (auto& [known, number] : counts_) {
      if (known == text) {
        ++number;
        return;
      }
    }
    counts_.emplace_back(text, 1);
  }
  uint64_t Of(std::string_view text) const {
    for (const auto& [known, number] : counts_) {
      if (known == text) return number;
    }
    return 0;
  }
  std::string TextWithout(std::string_view left_out) const {
    std::vector<std::string> parts;
    for (const auto& [text, number] : counts_) {
      if (text != left_out) parts.push_back(fmt::format("{} {}", number, text));
    }
    return fmt::format("{}", fmt::join(parts, ", "));
  }

 private:
  std::vector<std::pair<std::string, uint64_t>> counts_;
};

// What else lives in a run: said where there is any.
struct Held {
  std::string_view name, type, goal;
};
constexpr Held kHeld[] = {
    {"tasks", "task", "completed"}, {"patches", "patch", "verified"}, {"gates", "test_gate", "passed"}};

AuditFact EntitiesFact(const Audit& audit, const Held& held) {
  Tally states;
  uint64_t total = 0;
  for (const AuditEntity& entity : audit.entities) {
    if (entity.type != held.type) continue;
    ++total;
    states.Add(entity.state);
  }
  const std::string name(held.name);
  if (total == 0) return {name, "none"};
  return {name, fmt::format("{} of {} {}", states.Of(held.goal), total, held.goal), states.TextWithout(held.goal)};
}

void AddHeldFacts(const Audit& audit, std::vector<AuditFact>& facts) {
  for (const Held& held : kHeld) {
    const AuditFact fact = EntitiesFact(audit, held);
    if (fact.value != "none") facts.push_back(fact);
  }
  if (audit.approvals.empty()) return;
  Tally verdicts;
  uint64_t given = 0;
  for (const AuditApproval& approval : audit.approvals) {
    if (approval.verdict == "approved") ++given;
    verdicts.Add(fmt::format("{} {}", approval.what, approval.verdict));
  }
  facts.push_back({"approvals", fmt::format("{}", given), verdicts.TextWithout("")});
}

AuditFact AttemptsFact(const Audit& audit) {
  Tally statuses;
  for (const AuditAttempt& attempt : audit.attempts) statuses.Add(attempt.status);
  if (audit.attempts.empty()) return {"attempts", "none"};
  return {"attempts", fmt::format("{} of {} succeeded", statuses.Of("success"), audit.attempts.size()),
          statuses.TextWithout("success")};
}

AuditFact CountFact(std::string name, uint64_t count, std::string note, Ink ink) {
  return {std::move(name), fmt::format("{}", count), std::move(note), count == 0 ? Ink::kPlain : ink};
}

AuditFact OverridesFact(const Audit& audit) {
  Tally operators;
  for (const AuditEvent& event : audit.events) {
    if (event.kind == AuditKind::kOverridden) operators.Add("by " + event.operator_name);
  }
  return CountFact("overridden", audit.Count(AuditKind::kOverridden), operators.TextWithout(""), Ink::kYellow);
}

}  // namespace

std::vector<AuditFact> FactsOf(const Audit& audit) {
  const AuditEntity& run = audit.run();
  uint64_t occurrences = 0;
  for (const AuditError& error : audit.errors) occurrences += error.count;
  std::vector<AuditFact> facts = {
      {"status", run.state, run.is_final ? "" : "as of " + FullTime(audit.until), InkOfState(run.state)},
      {"took", FormatDuration(std::chrono::microseconds(audit.RunMicros())),
       audit.ended_at     ? fmt::format("until {}", FullTime(*audit.ended_at))
       : audit.started_at ? "so far"
                          : "so far, not started"},
      EntitiesFact(audit, {"workstreams", "workstream", "done"}),
  };
  AddHeldFacts(audit, facts);
  const AuditFact counts[] = {
      AttemptsFact(audit),
      CountFact("errors", audit.errors.size(),
                occurrences > audit.errors.size() ? fmt::format("{} with repeats", occurrences) : "", Ink::kRed),
      CountFact("refused", audit.Count(AuditKind::kRefused), "", Ink::kYellow),
      OverridesFact(audit),
      {"events", fmt::format("{}", audit.events.size()),
       fmt::format("positions {} to {}", audit.events.front().position.value, audit.events.back().position.value)},
  };
  facts.insert(facts.end(), std::begin(counts), std::end(counts));
  return facts;
}

}  // namespace annals
